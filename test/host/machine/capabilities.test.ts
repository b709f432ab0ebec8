import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  nameCapabilities,
  refusedByIptables,
  refusedByNft,
} from '../../../src/host/machine/capabilities.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { describeWithKernel } from '../../support/kernel-available.ts';
import { natcProgram, projectRoot } from '../../support/natc.ts';

const admin = 1n << 12n;
const raw = 1n << 13n;

/** /proc/self/status of a process with these sets. */
const statusOf = (user: number, bounding: bigint, ambient: bigint): string =>
  `Name:\tnode\nUid:\t${user}\t${user}\t${user}\t${user}\nCapEff:\t${(admin | raw).toString(16)}\n` +
  `CapBnd:\t${bounding.toString(16).padStart(16, '0')}\nCapAmb:\t${ambient.toString(16).padStart(16, '0')}\n`;

async function messageOf(refusal: typeof refusedByNft, status: string | undefined) {
  const files = status === undefined ? {} : { '/proc/self/status': status };
  const { host } = fakeHost({ files });
  const [{ message } = { message: '' }] = await nameCapabilities(host, [refusal]);
  return message.slice(refusedByNft.message.length);
}

describe('a refusal', () => {
  test.each([
    ['iptables, root', refusedByIptables, statusOf(0, admin, 0n), ': CAP_NET_RAW is missing'],
    ['iptables, root', refusedByIptables, statusOf(0, raw, 0n), ': CAP_NET_ADMIN is missing'],
    [
      'iptables, a user without ambient capabilities',
      refusedByIptables,
      statusOf(1000, admin | raw, 0n),
      ': CAP_NET_ADMIN and CAP_NET_RAW are missing',
    ],
    [
      'iptables, with both',
      refusedByIptables,
      statusOf(1000, 0n, admin | raw),
      ', although there is CAP_NET_ADMIN and CAP_NET_RAW',
    ],
    ['nft, root', refusedByNft, statusOf(0, raw, 0n), ': CAP_NET_ADMIN is missing'],
    [
      'nft does not need the other',
      refusedByNft,
      statusOf(0, admin, 0n),
      ', although there is CAP_NET_ADMIN',
    ],
    ['where the system does not tell', refusedByNft, undefined, ''],
  ])('%s', async (_, refusal, status, expected) => {
    expect(await messageOf(refusal, status)).toBe(expected);
  });

  test('of another kind is left alone', async () => {
    const other = { ...refusedByNft, code: 'NATC5003' } as const;
    const { host } = fakeHost({ files: { '/proc/self/status': statusOf(0, 0n, 0n) } });
    expect(await nameCapabilities(host, [other])).toEqual([other]);
  });
});

const legacy = '/usr/sbin/xtables-legacy-multi';

describeWithKernel('a process with one capability', () => {
  const folder = mkdtempSync(join(tmpdir(), 'natc-capabilities-'));
  const manifest = join(folder, 'web.yaml');
  writeFileSync(
    manifest,
    `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { clusterIP: 172.30.0.10, ports: [{ port: 80 }] }
`,
  );
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const name of ['iptables', 'iptables-save', 'iptables-restore'])
    for (const each of [name, name.replace('ip', 'ip6')]) symlinkSync(legacy, join(bin, each));
  afterAll(() => rmSync(folder, { recursive: true }));

  function apply(capability: string, ...flags: readonly string[]) {
    const isRoot = process.getuid?.() === 0;
    const script = `mount -t tmpfs tmpfs /run && exec setpriv --bounding-set=-all,+${capability} "$@"`;
    const natc = [process.execPath, natcProgram, 'apply', '-f', manifest, '--no-sysctl', ...flags];
    return spawnSync('unshare', [isRoot ? '-nm' : '-Urnm', 'sh', '-c', script, 'sh', ...natc], {
      cwd: projectRoot,
      encoding: 'utf8',
      env: { PATH: `${bin}:/usr/sbin:/usr/bin:/sbin:/bin` },
    });
  }

  test.runIf(existsSync(legacy))('iptables-legacy without CAP_NET_RAW', () => {
    const { status, stderr } = apply('net_admin', '--backend', 'iptables');
    expect(stderr).toMatch(/error\[NATC5002\]: .*: CAP_NET_RAW is missing\n/);
    expect(status).toBe(3);
  });

  test('nft without CAP_NET_ADMIN', () => {
    const { status, stderr } = apply('net_raw', '--backend', 'nftables');
    expect(stderr).toMatch(/error\[NATC5002\]: .*: CAP_NET_ADMIN is missing\n/);
    expect(status).toBe(3);
  });

  test('nft with CAP_NET_ADMIN alone', () => {
    expect(apply('net_admin', '--backend', 'nftables')).toMatchObject({ status: 0 });
  });
});
