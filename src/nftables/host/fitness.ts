import type { Fitness } from '../../backends/backend.ts';
import { describeRun, type Host, succeeded } from '../../host/machine/host.ts';
import { hasFilesOf } from '../../host/state/state-files.ts';
import type { Plan } from '../../plan/plan.ts';
import { buildNftables } from '../layout/build.ts';
import { renderNft } from '../render/nft.ts';
import { nftablesPresence } from './leftovers.ts';
import { nftablesFiles } from './state-files.ts';

type Version = readonly [major: number, minor: number, patch: number];

/** The oldest that can hold natc's tables (Q1). */
const oldestNft: Version = [1, 0, 1];
const oldestKernel: Version = [5, 13, 0];

/** Whether nft and the kernel are able to hold natc's tables. The kernel is asked with the chains of the plan, without its Services. */
export async function nftablesFitness(host: Host, plan: Plan): Promise<Fitness> {
  const version = await host.run('nft', ['--version']);
  if (version.kind !== 'exited' || !succeeded(version))
    return { kind: 'unfit', obstacle: `nft cannot be run (${describeRun(version)})` };
  const nft = versionIn(version.stdout);
  const release = ((await host.readFile('/proc/sys/kernel/osrelease')) ?? '').trim();
  const kernel = versionIn(release);
  const versions = `nft ${nft?.join('.') ?? 'of unknown version'}, kernel ${release || 'unknown'}`;
  if (nft !== undefined && isOlder(nft, oldestNft))
    return { kind: 'unfit', obstacle: `nft ${nft.join('.')} is older than ${oldestNft.join('.')}` };
  if (kernel !== undefined && isOlder(kernel, oldestKernel))
    return { kind: 'unfit', obstacle: `the kernel, ${release}, is older than 5.13` };

  const skeleton = buildNftables({
    ...plan,
    families: plan.families.map((family) => ({ ...family, servicePorts: [], clusterIPs: [] })),
  });
  const trial = await host.run('nft', ['-c', '-f', '-'], renderNft(skeleton));
  if (succeeded(trial)) return { kind: 'fit', reason: versions };
  // Whoever may not use nftables may not use iptables either: apply will say so.
  const isPermission = trial.kind === 'exited' && trial.stderr.includes('Operation not permitted');
  return isPermission
    ? { kind: 'fit', reason: versions }
    : { kind: 'unfit', obstacle: `nft refuses the chains (${describeRun(trial)})` };
}

/**
 * Why natc's tables are, or may be, in the kernel; undefined when they are not. natc stays with them whatever nft
 * says today: rules of another backend beside tables that nobody can remove would compete with them for ever.
 */
export async function keptToNftables(
  host: Host,
  stateDirectory: string,
): Promise<string | undefined> {
  const presence = await nftablesPresence(host);
  switch (presence.kind) {
    case 'present':
      return "natc's tables are there";
    case 'absent':
      return undefined;
    case 'unknown':
      return "whether natc's tables are there cannot be told";
    case 'no-nft':
      return (await hasFilesOf(stateDirectory, nftablesFiles))
        ? 'natc worked through it before'
        : undefined;
  }
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
