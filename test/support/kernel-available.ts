/**
 * Whether this machine can run the tests that need a kernel. Where it cannot, they are reported as
 * skipped with the reason; in CI (`CI` set) they fail instead, so that nobody takes a skip for a pass.
 */
import { spawnSync } from 'node:child_process';
import { describe, test } from 'vitest';
import { python } from './kernel-agent.ts';

const tools = ['unshare', 'nsenter', 'ip', 'nft', 'conntrack', python];

/** Each of these fails where a namespace, a virtual cable, nftables or conntrack is not to be had. */
const trial = [
  'ip link add left type veth peer name right',
  'nft add table inet trial',
  'nft add chain inet trial c "{ type nat hook output priority 0; }"',
  'conntrack -L',
  `${python} -I -S -c 'import json, socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)'`,
].join(' && ');

/** Set by `npm run test:nodes`: these tests are about the kernel, and not about which Node.js runs natc. */
const isOff = process.env['NATC_NO_KERNEL'] === '1';

function findObstacle(): string | undefined {
  if (isOff) return 'NATC_NO_KERNEL is set';
  if (process.platform !== 'linux') return `kernel tests need Linux, this is ${process.platform}`;
  const missing = tools.filter((tool) => spawnSync('which', [tool]).status !== 0);
  if (missing.length > 0) {
    return `not found: ${missing.join(', ')} (test/support/kernel-packages.txt lists the packages)`;
  }
  const namespace = process.getuid?.() === 0 ? '-n' : '-Urn';
  const tried = spawnSync('unshare', [namespace, 'sh', '-c', trial], { encoding: 'utf8' });
  if (tried.status === 0) return undefined;
  return `no network namespace with nftables to be had here: ${tried.stderr.trim()}`;
}

/** Why the kernel tests cannot run here; undefined when they can. */
export const kernelObstacle: string | undefined = findObstacle();

const isCi = process.env['CI'] !== undefined && !['', '0', 'false'].includes(process.env['CI']);

/** `describe` for tests that need a kernel. */
export function describeWithKernel(name: string, body: () => void): void {
  if (kernelObstacle !== undefined && isCi && !isOff) {
    test(name, () => {
      throw new Error(`in CI the kernel tests must run: ${kernelObstacle}`);
    });
    return;
  }
  const isSkipped = kernelObstacle !== undefined;
  describe.skipIf(isSkipped)(isSkipped ? `${name} (skipped: ${kernelObstacle})` : name, body);
}
