import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Waiting } from '../../hold-back/waiting.ts';
import type { IpFamily, NftFamily } from '../../net/family.ts';
import type { BackendName } from '../../options.ts';
import type { ForeignForward } from '../machine/foreign-forward.ts';
import type { Revision } from '../state/revision.ts';
import type { Sysctls } from '../state/sysctl-status.ts';

/** What natc has on this host. */
export interface Status {
  readonly backend: StatusBackend;
  /** Undefined: the tables carry no stamp. */
  readonly revision: Revision | undefined;
  readonly tables: readonly TableStatus[];
  /** Why natc's tables cannot be read: `table ip natc: killed by SIGSEGV`; undefined: they can. */
  readonly unreadable: string | undefined;
  /** nft commands that would repair what somebody else changed; undefined: not known. */
  readonly drift: readonly string[] | undefined;
  /** Where natc has rules beside these, in words: `iptables (legacy)`. The kernel obeys all. */
  readonly elsewhere: readonly string[];
  /** What natc apply holds back; undefined: nothing. */
  readonly waiting: Waiting | undefined;
  /** Revisions in the state directory, newest first. */
  readonly revisions: readonly Revision[];
  /** What natc did to the sysctls. */
  readonly sysctls: Sysctls;
  /** What base chains of others drop at the forward hook. */
  readonly forward: ForeignForward;
  /** Sysctls that are off, other proxies, why drift is not known. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What natc works through. */
export interface StatusBackend {
  readonly name: BackendName;
  /** What natc has in the kernel through it, in words: `tables`. */
  readonly rules: string;
  /** What holds the rules of each family: `table ip natc`, `ip6tables (legacy)`. */
  readonly places: Readonly<Record<NftFamily, string>>;
}

export interface TableStatus {
  readonly family: NftFamily;
  readonly services: number;
  /** Distinct address, port and protocol of all endpoints. */
  readonly endpoints: number;
}

/** Those of the tables that have Services. */
export const familiesServed = (tables: readonly TableStatus[]): readonly IpFamily[] =>
  tables
    .filter(({ services }) => services > 0)
    .map(({ family }) => (family === 'ip' ? 'IPv4' : 'IPv6'));

/** @param unreadable why natc's tables cannot be read; undefined: it is the state directory that cannot */
export const unknownDrift = (unreadable: string | undefined, directory: string): Diagnostic => ({
  code: 'NATC5033',
  severity: 'warning',
  message:
    unreadable === undefined
      ? `${directory} does not say what natc put into its tables, so changes by others cannot be told`
      : `natc's tables cannot be read, so changes by others cannot be told: ${unreadable}`,
  places: [],
  hint:
    unreadable === undefined
      ? 'natc apply --verify reads the tables, repairs them and stores what they should hold'
      : 'natc apply --verify replaces tables that cannot be read',
});
