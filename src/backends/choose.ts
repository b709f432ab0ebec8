import { describeRun, type Host, succeeded } from '../host/machine/host.ts';
import { findIptables, isTools } from '../host/machine/iptables-tools.ts';
import { hasBackendState } from '../host/state/backend-state.ts';
import { nftablesPresence } from '../nftables/host/leftovers.ts';
import { buildNftables } from '../nftables/layout/build.ts';
import { renderNft } from '../nftables/render/nft.ts';
import type { BackendName } from '../options.ts';
import type { Plan } from '../plan/plan.ts';

export interface ChosenBackend {
  readonly backend: BackendName;
  /** What spoke for it, e.g. `nft 1.0.6, kernel 6.1.0`. */
  readonly reason: string;
}

type Version = readonly [major: number, minor: number, patch: number];

/** The oldest that can hold natc's tables (Q1). */
const oldestNft: Version = [1, 0, 1];
const oldestKernel: Version = [5, 13, 0];

/**
 * Takes nftables where nft and the kernel are able to hold natc's tables, iptables where they are not
 * and there is one. The kernel is asked with the chains of the plan, without its Services.
 *
 * Where natc works through nftables already, it stays with it whatever nft says today: rules in iptables
 * beside tables that nobody can remove would win over them for ever.
 *
 * @param stateDirectory undefined: only what this machine is able to counts
 */
export async function chooseBackend(
  host: Host,
  plan: Plan,
  stateDirectory?: string,
): Promise<ChosenBackend> {
  const nft = await askNftables(host, plan);
  if (nft.obstacle === undefined) return { backend: 'nftables', reason: nft.versions };
  const use = stateDirectory === undefined ? undefined : await nftablesInUse(host, stateDirectory);
  if (use !== undefined) return { backend: 'nftables', reason: `${use}, although ${nft.obstacle}` };
  const iptables = await findIptables(host);
  return isTools(iptables)
    ? { backend: 'iptables', reason: `${iptables.version}, because ${nft.obstacle}` }
    : { backend: 'nftables', reason: `there is no iptables, although ${nft.obstacle}` };
}

/** Why natc's tables are, or may be, in the kernel; undefined when they are not. */
async function nftablesInUse(host: Host, stateDirectory: string): Promise<string | undefined> {
  const presence = await nftablesPresence(host);
  switch (presence.kind) {
    case 'present':
      return "natc's tables are there";
    case 'absent':
      return undefined;
    case 'unknown':
      return "whether natc's tables are there cannot be told";
    case 'no-nft':
      return (await hasBackendState(stateDirectory, 'nftables'))
        ? 'natc worked through it before'
        : undefined;
  }
}

interface NftAnswer {
  readonly versions: string;
  /** Why nftables will not do. */
  readonly obstacle: string | undefined;
}

async function askNftables(host: Host, plan: Plan): Promise<NftAnswer> {
  const version = await host.run('nft', ['--version']);
  if (version.kind !== 'exited' || !succeeded(version))
    return { versions: '', obstacle: `nft cannot be run (${describeRun(version)})` };
  const nft = versionIn(version.stdout);
  const release = ((await host.readFile('/proc/sys/kernel/osrelease')) ?? '').trim();
  const kernel = versionIn(release);
  const versions = `nft ${nft?.join('.') ?? 'of unknown version'}, kernel ${release || 'unknown'}`;
  if (nft !== undefined && isOlder(nft, oldestNft))
    return { versions, obstacle: `nft ${nft.join('.')} is older than ${oldestNft.join('.')}` };
  if (kernel !== undefined && isOlder(kernel, oldestKernel))
    return { versions, obstacle: `the kernel, ${release}, is older than 5.13` };

  const skeleton = buildNftables({
    ...plan,
    families: plan.families.map((family) => ({ ...family, servicePorts: [], clusterIPs: [] })),
  });
  const trial = await host.run('nft', ['-c', '-f', '-'], renderNft(skeleton));
  if (succeeded(trial)) return { versions, obstacle: undefined };
  // Whoever may not use nftables may not use iptables either: apply will say so.
  const isPermission = trial.kind === 'exited' && trial.stderr.includes('Operation not permitted');
  return {
    versions,
    obstacle: isPermission ? undefined : `nft refuses the chains (${describeRun(trial)})`,
  };
}

function versionIn(text: string): Version | undefined {
  const [, major, minor, patch = '0'] = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

function isOlder(version: Version, than: Version): boolean {
  for (const [place, number] of version.entries()) {
    const other = than[place] ?? 0;
    if (number !== other) return number < other;
  }
  return false;
}
