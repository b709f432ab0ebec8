import { counted } from '../diagnostics/summary.ts';
import type { Status } from '../live/status.ts';

/** For people. @param now seconds since 1970, as everywhere here */
export function statusText(status: Status, now: number): string {
  const { revision, tables, drift, alsoInIptables, confirmUntil } = status;
  if (tables.length === 0 && revision === undefined) return 'natc has no tables in the kernel\n';
  const lines = [
    revision === undefined
      ? 'revision: none that natc apply made'
      : `revision: ${revision.number} (${revision.digest}), applied ${age(now - revision.time)} ago`,
    ...tables.map(
      ({ family, services, endpoints }) =>
        `table ${family} natc: ${counted(services, 'Service')}, ${counted(endpoints, 'endpoint')}`,
    ),
    drift === undefined
      ? 'drift: not known'
      : drift.length === 0
        ? alsoInIptables.length === 0
          ? 'drift: none'
          : `drift: rules of natc in iptables (${alsoInIptables.join(', ')}), which win over these tables`
        : `drift: ${drift.length} commands would repair it:`,
    ...(drift ?? []).map((command) => `  ${command.replaceAll('\n', '\n  ')}`),
    ...(confirmUntil === undefined
      ? []
      : [`waits for natc confirm: rolled back in ${Math.max(0, confirmUntil - now)}s`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** For programs; `version` changes when a field changes its meaning or goes (docs/apply.md). */
export function statusJson(status: Status, now: number): string {
  const { revision, tables, drift, alsoInIptables, confirmUntil, revisions, diagnostics } = status;
  const document = {
    version: 1,
    revision:
      revision === undefined ? null : { ...revision, ageSeconds: Math.max(0, now - revision.time) },
    tables,
    drift: drift === undefined ? null : { count: drift.length, repair: drift },
    alsoInIptables,
    confirmUntil: confirmUntil ?? null,
    revisions,
    problems: diagnostics.map(({ code, severity, message }) => ({ code, severity, message })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function age(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
  ] as const;
  for (const [unit, size] of units)
    if (seconds >= 2 * size) return `${Math.floor(seconds / size)}${unit}`;
  return `${Math.max(0, seconds)}s`;
}
