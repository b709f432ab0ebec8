import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { counted } from '../../diagnostics/summary.ts';
import type { Waiting } from '../../hold-back/waiting.ts';
import type { Status } from '../../host/change/status.ts';
import { dropChainName } from '../../host/machine/foreign-forward.ts';
import type { Revision } from '../../host/state/revision.ts';
import { sysctlLine } from '../../host/state/sysctl-status.ts';
import { age } from './age.ts';
import { type History, historyJson, historyText } from './history.ts';

/** For people. */
export function statusText(status: Status, history: History): string {
  const { now } = history;
  const { backend, revision, tables, drift, elsewhere, waiting, forward } = status;
  const { unreadable } = status;
  if (tables.length === 0 && revision === undefined && unreadable === undefined)
    return `natc has no ${backend.rules} in the kernel\n${pendingLines(history.pending)
      .map((line) => `${line}\n`)
      .join('')}${sysctlText(status)}${historyText(history, undefined)}`;
  const lines = [
    revision === undefined
      ? 'revision: none that natc apply made'
      : `revision: ${revision.number} (${revision.digest}), ${appliedText(revision, history)}`,
    ...tables.map(
      ({ family, services, endpoints }) =>
        `${backend.places[family]}: ${counted(services, 'Service')}, ${counted(endpoints, 'endpoint')}`,
    ),
    ...(unreadable === undefined ? [] : [`not readable: ${unreadable}`]),
    drift === undefined
      ? 'drift: not known'
      : drift.length === 0
        ? elsewhere.length === 0
          ? 'drift: none'
          : `drift: natc has rules in ${elsewhere.join(', ')} too`
        : `drift: ${drift.length} commands would repair it:`,
    ...(drift ?? []).map((command) => `  ${command.replaceAll('\n', '\n  ')}`),
    ...pendingLines(history.pending),
    ...(waiting === undefined ? [] : waitingLines(waiting, now)),
    ...forwardLines(forward),
    ...sysctlLines(status),
  ];
  return `${lines.join('\n')}\n${historyText(history, revision)}`;
}

/** What natc did to the sysctls of this machine, and what guards them. */
function sysctlLines({ sysctls: { set, hasLoopbackGuard }, tables }: Status): readonly string[] {
  const guard =
    hasLoopbackGuard === undefined
      ? 'guard: whether one for 127.0.0.0/8 is in force is not known'
      : hasLoopbackGuard
        ? 'guard: packets of other machines to 127.0.0.0/8 are dropped'
        : 'guard: none for 127.0.0.0/8';
  return [
    ...(set === undefined
      ? ['sysctls: the state directory does not say which natc set']
      : set.map(sysctlLine)),
    ...(tables.length > 0 || hasLoopbackGuard !== false ? [guard] : []),
  ];
}

/** The same where natc has no rules: only what it is known to have left. */
const sysctlText = (status: Status): string =>
  (status.sysctls.set ?? []).map((each) => `${sysctlLine(each)}\n`).join('');

/** Chains of others that drop what natc forwards. */
const forwardLines = ({ chains, notLookedAt }: Status['forward']): readonly string[] => [
  ...chains.map(
    (each) =>
      `${dropChainName(each)}: drops ${each.drops.join(' and ')} packets that it does not accept (NATC5087)`,
  ),
  ...notLookedAt.map((what) => `what others drop could not be looked at: ${what}`),
];

/** An apply that finds nothing to change makes no revision: it confirms the one that is there. */
function appliedText({ time }: Revision, { attempt, now }: History): string {
  const confirmed = attempt?.lastSuccess;
  const applied = `applied ${age(now - time)} ago`;
  // The apply that changed something ends a little after it.
  return confirmed === undefined || confirmed < time + 60
    ? applied
    : `${applied}, confirmed ${age(now - confirmed)} ago`;
}

/** What is or was to be confirmed. */
const pendingLines = (pending: History['pending']): readonly string[] => {
  if (pending?.left !== undefined)
    return [`waits for natc confirm: rolled back in ${pending.left}s`];
  if (pending?.isUndone === true)
    return [
      'undone: nobody confirmed the last change; natc apply refuses the same again (NATC5107)',
    ];
  if (pending?.overdue === undefined) return [];
  const { ago } = pending.overdue;
  return [`not confirmed${ago === undefined ? '' : `, ${age(ago)} too late`}, and not rolled back`];
};

const pendingJson = ({ pending, now }: History) => ({
  confirmUntil: pending?.left === undefined ? null : now + pending.left,
  overdue: pending?.overdue === undefined ? null : { ageSeconds: pending.overdue.ago ?? null },
  undone: pending?.isUndone ?? false,
});

/** What is held back; each line is a name, so that it can be looked for. */
const waitingLines = ({ items, since, count }: Waiting, now: number): readonly string[] => [
  `held back for ${age(now - since)}, ${counted(count, 'input')} in a row (NATC5060, NATC5061):`,
  ...items.slice(0, 20).map((item) => `  ${item}`),
  ...(items.length > 20 ? [`  and ${items.length - 20} more`] : []),
];

/** For programs (docs/apply.md). */
export function statusJson(status: Status, history: History): string {
  const { now } = history;
  const { backend, revision, tables, drift, elsewhere } = status;
  const { waiting, revisions, diagnostics, forward } = status;
  const document = {
    schema: 'natc.status/v1',
    backend: backend.name,
    revision:
      revision === undefined ? null : { ...revision, ageSeconds: Math.max(0, now - revision.time) },
    tables,
    drift: drift === undefined ? null : { count: drift.length, repair: drift },
    unreadable: status.unreadable ?? null,
    elsewhere,
    ...pendingJson(history),
    waiting: waiting ?? null,
    ...historyJson(history, revision),
    revisions,
    forward: { chains: forward.chains, notLookedAt: forward.notLookedAt },
    sysctls: {
      set: status.sysctls.set?.map(({ now, ...each }) => ({ ...each, now: now ?? null })) ?? null,
      hasLoopbackGuard: status.sysctls.hasLoopbackGuard ?? null,
    },
    problems: diagnostics.map(problem),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** The same document where the kernel cannot be asked: what natc apply left word of is there. */
export function refusedJson(refusals: readonly Diagnostic[], history: History): string {
  const document = {
    schema: 'natc.status/v1',
    backend: null,
    revision: null,
    tables: [],
    drift: null,
    unreadable: null,
    elsewhere: [],
    ...pendingJson(history),
    waiting: null,
    ...historyJson(history, undefined),
    revisions: [],
    forward: null,
    sysctls: null,
    problems: refusals.map(problem),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const problem = ({ code, severity, message }: Diagnostic) => ({ code, severity, message });
