import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { type IpFamily, ipFamilies } from '../../net/family.ts';
import { refusedByIptables } from './capabilities.ts';
import { describeRun, type Host, type RunResult, succeeded } from './host.ts';

/** `nf_tables` translates into nftables, `legacy` speaks to the kernel's old xtables. */
export type IptablesVariant = 'nf_tables' | 'legacy';

/** The iptables of this machine. */
export interface IptablesTools {
  readonly variant: IptablesVariant;
  /** As `iptables -V` prints it: `iptables v1.8.9 (nf_tables)`. */
  readonly version: string;
}

export const saveCommand: Record<IpFamily, string> = {
  IPv4: 'iptables-save',
  IPv6: 'ip6tables-save',
};

export const restoreCommand: Record<IpFamily, string> = {
  IPv4: 'iptables-restore',
  IPv6: 'ip6tables-restore',
};

export const plainCommand: Record<IpFamily, string> = { IPv4: 'iptables', IPv6: 'ip6tables' };

/** The same programs by the name that the given variant has where both are installed. */
export const variantCommand = (command: string, variant: IptablesVariant): string =>
  command.replace(/tables(-|$)/, variant === 'legacy' ? 'tables-legacy$1' : 'tables-nft$1');

/** Seconds to wait for another program that holds the xtables lock. */
const lockSeconds = '10';

/** Which iptables there is. Before 1.8 there was only what is now called legacy, and it does not say. */
export async function findIptables(host: Host): Promise<IptablesTools | Diagnostic> {
  const result = await host.run('iptables', ['-V']);
  if (result.kind !== 'exited' || result.exitCode !== 0)
    return iptablesMissing(describeRun(result));
  const version = result.stdout.trim();
  if (!/^ip6?tables.* v?\d/.test(version)) return iptablesMissing('it prints no version');
  return { version, variant: version.includes('(nf_tables)') ? 'nf_tables' : 'legacy' };
}

export const isTools = (found: IptablesTools | Diagnostic): found is IptablesTools =>
  'variant' in found;

/** What a family's tables hold, of whomever. */
export const listIptables = (host: Host, family: IpFamily): Promise<RunResult> =>
  host.run(saveCommand[family], []);

/** Runs `iptables` itself, to ask for less than a whole listing. */
export const runIptables = (
  host: Host,
  family: IpFamily,
  args: readonly string[],
): Promise<RunResult> => host.run(plainCommand[family], ['--wait', lockSeconds, ...args]);

/** Feeds a text to `iptables-restore --noflush`: one commit per table. What is not named keeps its counters. */
export const restoreIptables = (
  host: Host,
  family: IpFamily,
  text: string,
  more: readonly string[] = [],
): Promise<RunResult> =>
  host.run(
    restoreCommand[family],
    ['--noflush', '--counters', '--wait', lockSeconds, ...more],
    text,
  );

/** The other variant's programs, where they are installed, as a host of its own. */
export function otherVariant(host: Host, { variant }: IptablesTools): Host {
  const other = variant === 'legacy' ? 'nf_tables' : 'legacy';
  const isOurs = new Set<string>(
    ipFamilies.flatMap((family) => [
      plainCommand[family],
      saveCommand[family],
      restoreCommand[family],
    ]),
  );
  return {
    ...host,
    run: (command, args, stdin) =>
      host.run(isOurs.has(command) ? variantCommand(command, other) : command, args, stdin),
  };
}

/** What a failed run means; undefined when it succeeded. */
export function iptablesFailure(
  result: RunResult,
  family: IpFamily,
  text: string,
): Diagnostic | undefined {
  if (succeeded(result)) return undefined;
  if (result.kind === 'not-started') return iptablesMissing(describeRun(result));
  const stderr = result.stderr;
  if (/Permission denied|Operation not permitted|must be root/.test(stderr))
    return refusedByIptables;
  if (/xtables lock/.test(stderr)) return lockHeld;
  const line = /line:? (\d+)/.exec(stderr)?.[1];
  const quoted = line === undefined ? '' : (text.split('\n')[Number(line) - 1] ?? '');
  return {
    code: 'NATC5052',
    severity: 'error',
    message: `the kernel refused the ${family} rules: ${describeRun(result)}${
      quoted === '' ? '' : `, at ${JSON.stringify(quoted)}`
    }`,
    places: [],
    hint:
      family === 'IPv6'
        ? 'natc explain-code NATC5052 names the usual causes; --ip-family ipv4 leaves IPv6 out'
        : 'natc explain-code NATC5052 names the usual causes',
  };
}

const iptablesMissing = (reason: string): Diagnostic => ({
  code: 'NATC5050',
  severity: 'error',
  message: `cannot run iptables: ${reason}`,
  places: [],
  hint: 'install iptables (apt-get install iptables, dnf install iptables-nft), or use --backend nftables',
});

const lockHeld: Diagnostic = {
  code: 'NATC5051',
  severity: 'error',
  message: `another program has held the xtables lock for ${lockSeconds} seconds`,
  places: [],
  hint: 'run natc again; fuser /run/xtables.lock names the program',
};
