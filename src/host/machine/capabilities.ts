import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Host } from './host.ts';

export type Capability = 'CAP_NET_ADMIN' | 'CAP_NET_RAW';

/** linux/capability.h */
const bits: Readonly<Record<Capability, bigint>> = { CAP_NET_ADMIN: 12n, CAP_NET_RAW: 13n };

const forNft: readonly Capability[] = ['CAP_NET_ADMIN'];
/** iptables-nft does without CAP_NET_RAW. */
const forIptables: readonly Capability[] = ['CAP_NET_ADMIN', 'CAP_NET_RAW'];

/** nft was not permitted to do something. */
export const refusedByNft: Diagnostic = {
  code: 'NATC5002',
  severity: 'error',
  message: 'not permitted to change the ruleset of this network namespace',
  places: [],
  hint: 'run natc as root, or give it the capability CAP_NET_ADMIN',
};

/** A program of the iptables family was not. */
export const refusedByIptables: Diagnostic = {
  ...refusedByNft,
  hint: 'run natc as root, or give it the capabilities CAP_NET_ADMIN and, for iptables-legacy, CAP_NET_RAW',
};

/** The same for what came of a command. */
export async function namingCapabilities<T extends object>(
  host: Host,
  outcome: T | (T & { readonly diagnostics: readonly Diagnostic[] }),
): Promise<T> {
  if (!('diagnostics' in outcome)) return outcome;
  return { ...outcome, diagnostics: await nameCapabilities(host, outcome.diagnostics) };
}

/**
 * Says in a message that natc is not permitted to change rules (NATC5002) which capability it lacks, or that it
 * lacks none of them.
 */
export async function nameCapabilities(
  host: Host,
  diagnostics: readonly Diagnostic[],
): Promise<readonly Diagnostic[]> {
  if (!diagnostics.some((each) => isRefusal(each) || isUnexplained(each))) return diagnostics;
  const status = (await host.readFile('/proc/self/status')) ?? '';
  return diagnostics.map((each) => {
    if (isUnexplained(each)) {
      const missing = missingIn(status, forIptables) ?? [];
      return missing.length > 0 ? naming(refusedByIptables, missing, forIptables) : each;
    }
    if (!isRefusal(each)) return each;
    const needed = each.hint === refusedByIptables.hint ? forIptables : forNft;
    const missing = missingIn(status, needed);
    return missing === undefined ? each : naming(each, missing, needed);
  });
}

const isRefusal = ({ code }: Diagnostic): boolean => code === 'NATC5002';

/** iptables-legacy-restore says the same when it may not open its socket and when the kernel has no such table. */
const isUnexplained = ({ code, message }: Diagnostic): boolean =>
  code === 'NATC5052' && message.includes('unable to initialize table');

/**
 * What the programs that this process starts will lack: root's have the bounding set, others' the ambient one.
 *
 * @returns undefined when the text does not say
 */
function missingIn(
  status: string,
  needed: readonly Capability[],
): readonly Capability[] | undefined {
  const [, user] = /^Uid:\s+\d+\s+(\d+)/m.exec(status) ?? [];
  const field = user === '0' ? /^CapBnd:\s*([0-9a-f]+)/m : /^CapAmb:\s*([0-9a-f]+)/m;
  const [, mask] = field.exec(status) ?? [];
  if (user === undefined || mask === undefined) return undefined;
  return needed.filter((name) => ((BigInt(`0x${mask}`) >> bits[name]) & 1n) === 0n);
}

function naming(
  diagnostic: Diagnostic,
  missing: readonly Capability[],
  needed: readonly Capability[],
): Diagnostic {
  if (missing.length > 0)
    return {
      ...diagnostic,
      message: `${diagnostic.message}: ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing`,
      hint: `run natc as root, or give it ${missing.join(' and ')}, in CapabilityBoundingSet= too where a unit sets it`,
    };
  return {
    ...diagnostic,
    message: `${diagnostic.message}, although there is ${needed.join(' and ')}`,
    hint: 'is the network namespace that of another user namespace, or does seccomp, AppArmor or SELinux forbid it?',
  };
}
