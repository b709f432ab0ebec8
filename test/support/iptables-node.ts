/** Loads iptables rules on a kernel node, with either variant of iptables. */
import { spawnSync } from 'node:child_process';
import { describe, test } from 'vitest';
import type { IpFamily } from '../../src/net/family.ts';
import { describeWithKernel, kernelObstacle } from './kernel-available.ts';
import type { KernelNode } from './kernel-node.ts';

/** `legacy` speaks to the kernel's old xtables, `nft` translates into nftables. */
export type IptablesVariant = 'nft' | 'legacy';

export const iptablesVariants: readonly IptablesVariant[] = ['nft', 'legacy'];

export const restoreTools = (variant: IptablesVariant): readonly [string, string] => [
  `iptables-${variant}-restore`,
  `ip6tables-${variant}-restore`,
];

/** What is to be loaded again after a change, as the head of the text says. */
export const withoutJumps = (text: string): string => {
  const end = text.indexOf('\n# Jumps');
  if (end < 0) throw new Error('a text without jumps');
  return text.slice(0, end + 1);
};

const empty = '*mangle\nCOMMIT\n*filter\nCOMMIT\n*nat\nCOMMIT\n';

/** A list of clients lives until the kernel has freed the last rule that names it. */
const forgetPins = 'while ls /proc/net/xt_recent 2>/dev/null | grep -q .; do sleep 0.01; done';

/** Empties the tables, as on a fresh machine: affinity pins are forgotten too. */
export async function emptyIptables(node: KernelNode, variant: IptablesVariant): Promise<void> {
  const script = `set -e
    for tool in ${restoreTools(variant).join(' ')}; do printf '%s' '${empty}' | $tool; done
    ${forgetPins}`;
  const { status, stderr } = await node.run(['sh', '-c', script]);
  if (status !== 0) throw new Error(`iptables-${variant}-restore: ${stderr}`);
}

/**
 * Empties the tables, as on a fresh machine, and feeds the same text to the tools of both families, or
 * only to that of `family`.
 */
export async function loadIptables(
  node: KernelNode,
  variant: IptablesVariant,
  text: string,
  family?: IpFamily,
): Promise<void> {
  const [v4, v6] = restoreTools(variant);
  const tools = family === undefined ? `${v4} ${v6}` : family === 'IPv4' ? v4 : v6;
  const script = `set -e; text=$(cat)
    for tool in ${v4} ${v6}; do printf '%s' '${empty}' | $tool; done
    ${forgetPins}
    for tool in ${tools}; do printf '%s\\n' "$text" | $tool --noflush; done`;
  const { status, stderr } = await node.run(['sh', '-c', script], text);
  if (status !== 0) throw new Error(`iptables-${variant}-restore: ${stderr}`);
}

/** Why this variant cannot run here; undefined when it can. */
function iptablesObstacle(variant: IptablesVariant): string | undefined {
  if (kernelObstacle !== undefined) return kernelObstacle;
  const namespace = process.getuid?.() === 0 ? '-n' : '-Urn';
  for (const tool of restoreTools(variant)) {
    const tried = spawnSync('unshare', [namespace, tool], { input: empty, encoding: 'utf8' });
    if (tried.status !== 0) return tried.stderr.trim() || tried.error?.message || tool;
  }
  return undefined;
}

/**
 * `describe` for each variant. iptables-nft has to be there wherever kernel tests run; not every kernel
 * still has what iptables-legacy speaks to.
 */
export function describeWithIptables(
  name: string,
  body: (variant: IptablesVariant) => void,
  variants: readonly IptablesVariant[] = iptablesVariants,
): void {
  for (const variant of variants) {
    const title = `${name} (iptables-${variant})`;
    const obstacle = iptablesObstacle(variant);
    if (obstacle === undefined || kernelObstacle !== undefined) {
      describeWithKernel(title, () => body(variant));
    } else if (variant === 'nft') {
      test(title, () => {
        throw new Error(`iptables-nft is not to be had here: ${obstacle}`);
      });
    } else {
      describe.skip(`${title} (skipped: ${obstacle})`, () => body(variant));
    }
  }
}
