import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Host } from '../machine/host.ts';
import { routeLocalnet, sysctlPath } from '../machine/sysctl.ts';
import { loadSetSysctls, type SetSysctl } from './set-sysctls.ts';

/** A sysctl that natc set. */
export interface SysctlStatus {
  readonly name: string;
  /** What it was: natc sets only what is 0. */
  readonly before: 0;
  /** What it is; undefined where it cannot be read. */
  readonly now: string | undefined;
  /** The number of the revision that needed it first; 0: one before those that are known. */
  readonly revision: number;
  /**
   * `set`: natc's rules are there. `left-on`: they are gone, and others may have come to need it.
   * `not-set-back`: going back or cleaning up could not switch it off.
   */
  readonly state: 'set' | 'left-on' | 'not-set-back';
}

export interface Sysctls {
  /** Undefined: the state directory does not say which. */
  readonly set: readonly SysctlStatus[] | undefined;
  /** Whether a rule of natc keeps packets of other machines off 127.0.0.0/8; undefined: not known. */
  readonly hasLoopbackGuard: boolean | undefined;
}

/**
 * What natc did to the sysctls of this machine, and what guards the one that is dangerous (N10).
 *
 * @param hasRules whether the kernel holds rules of natc
 * @param wasHere see {@link loadSetSysctls}
 */
export async function sysctlsOf(
  host: Host,
  stateDirectory: string,
  hasRules: boolean,
  hasLoopbackGuard: boolean | undefined,
  wasHere: () => Promise<boolean>,
): Promise<Sysctls> {
  const known = await loadSetSysctls(stateDirectory, wasHere);
  if (known.kind === 'unknown') return { set: undefined, hasLoopbackGuard };
  const set = await Promise.all(
    known.set.map(async (each): Promise<SysctlStatus> => {
      const now = (await host.readFile(sysctlPath(each.name)))?.trim();
      const { name, revision } = each;
      return { name, before: 0, now, revision, state: stateOf(each, hasRules) };
    }),
  );
  return { set, hasLoopbackGuard };
}

const stateOf = ({ isLeft }: SetSysctl, hasRules: boolean): SysctlStatus['state'] =>
  isLeft ? 'not-set-back' : hasRules ? 'set' : 'left-on';

/** Says that what natc switched on for node ports on 127.0.0.0/8 is on without the guard. */
export const warningsOfSysctls = ({
  set = [],
  hasLoopbackGuard,
}: Sysctls): readonly Diagnostic[] => {
  const isOn = set.some(({ name, now }) => name === routeLocalnet && now === '1');
  if (!isOn || hasLoopbackGuard !== false) return [];
  return [
    {
      code: 'NATC5089',
      severity: 'warning',
      message: `natc set the sysctl ${routeLocalnet} to 1, and no rule keeps packets of other machines off 127.0.0.0/8`,
      places: [{ kind: 'file', name: sysctlPath(routeLocalnet) }],
      hint: `natc apply --verify puts the rule back where node ports on 127.0.0.1 are served; otherwise: sysctl -w ${routeLocalnet}=0`,
    },
  ];
};

/** `net.ipv4.ip_forward: set to 1 by natc for revision 3, before it was 0`, and what became of it. */
export function sysctlLine({ name, now, revision, state }: SysctlStatus): string {
  const first = revision > 0 ? ` for revision ${revision}` : '';
  const others = now === '1' ? '' : `, now ${now ?? 'not readable'}`;
  const fate = {
    set: '',
    'left-on': ', left on, because others may need it',
    'not-set-back': ', could not be set back (NATC5085)',
  }[state];
  return `sysctl ${name}: set to 1 by natc${first}, before it was 0${fate}${others}`;
}
