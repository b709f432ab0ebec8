import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { describeWithKernel } from '../support/kernel-available.ts';
import { natcProgram, projectRoot } from '../support/natc.ts';

const manifest = `
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { type: NodePort, clusterIP: 172.30.0.10, ports: [{ port: 80, nodePort: 30080 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: web, namespace: shop, labels: { kubernetes.io/service-name: web } }
addressType: IPv4
ports: [{ port: 8080 }]
endpoints: [{ addresses: [10.180.0.10] }]
`;

/** Runs a shell script in a network namespace of its own; `natc` and `manifest` are at hand. */
function inNamespace(script: string, unshare: readonly string[] = []) {
  const namespace = process.getuid?.() === 0 ? '-nm' : '-Urnm';
  const prelude = `
    mount -t proc proc /proc 2>/dev/null || true
    mount -t tmpfs tmpfs /run
    natc() { ${process.execPath} ${natcProgram} "$@"; }
    manifest() { printf '%s' "$MANIFEST"; }
  `;
  const args = [namespace, ...unshare, 'sh', '-c', `${prelude}\n${script}`];
  const { stdout, stderr, status } = spawnSync('unshare', args, {
    cwd: projectRoot,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], MANIFEST: manifest },
  });
  return { stdout, stderr, status };
}

describeWithKernel('apply and cleanup', () => {
  test('apply loads the ruleset, and the same again leaves the same', () => {
    const run = inNamespace(`
      manifest | natc apply --no-sysctl || exit
      first=$(nft list table ip natc); manifest | natc apply --no-sysctl || exit
      [ "$first" = "$(nft list table ip natc)" ] && echo same; echo "$first"
    `);
    expect(run).toMatchObject({ status: 0 });
    expect(run.stderr).toMatch(/^backend nftables: .*\napplied revision 1: .*\nup to date\n$/);
    expect(run.stdout).toMatch(/^same\n/);
    expect(run.stdout).toContain('172.30.0.10');
  });

  test('apply sets the sysctls that the rules rely on, and check names them before', () => {
    const run = inNamespace(`
      values() { cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/all/route_localnet; }
      echo 0 > /proc/sys/net/ipv4/ip_forward
      manifest | natc check --no-kernel; values
      manifest | natc apply; values
      manifest | natc check --no-kernel
    `);
    expect(run.stderr.match(/NATC5006/g)).toHaveLength(2);
    expect(run).toMatchObject({ status: 0, stdout: '0\n0\n1\n1\n' });
  });

  test('loopback node ports off: route_localnet is left alone', () => {
    const run = inNamespace(`
      manifest | natc apply --localhost-nodeports false
      cat /proc/sys/net/ipv4/conf/all/route_localnet
    `);
    expect(run).toMatchObject({ status: 0, stdout: '0\n' });
  });

  test('a sysctl that cannot be set: applied, exit status 6', () => {
    const run = inNamespace(`
      mount --bind /proc/sys/net/ipv4/conf/lo /proc/sys/net/ipv4/conf/all
      mount -o remount,bind,ro /proc/sys/net/ipv4/conf/all
      manifest | natc apply; echo "status $?"; nft list table ip natc | head -n 1
    `);
    expect(run.stdout).toBe('status 6\ntable ip natc {\n');
    expect(run.stderr).toContain('NATC5007');
  });

  test('cleanup removes exactly natc tables, once', () => {
    const run = inNamespace(`
      nft add table ip other; nft add table ip6 other
      manifest | natc apply; natc cleanup; nft list tables; natc cleanup
    `);
    expect(run.stdout).toBe('table ip other\ntable ip6 other\n');
    expect(run.stderr).toContain('removed table ip natc and table ip6 natc\n');
    // What natc switched on is off again; see sysctls-taken-back.test.ts.
    expect(run.stderr).not.toContain('NATC5009');
    expect(run.stderr).toMatch(/nothing to remove\n$/);
    expect(run.status).toBe(0);
  });

  test('without permission: exit status 3 and nothing changed', () => {
    // The inner user namespace has no power over the network namespace around it.
    const script = 'manifest | natc apply; echo $?; natc cleanup; echo $?; nft list tables';
    const run = inNamespace(script, ['unshare', '-Ur']);
    expect(run.stdout).toBe('3\n3\n');
    expect(run.stderr.match(/NATC5002/g)).toHaveLength(2);
  });

  test('without nft: exit status 3', () => {
    const run = inNamespace(`
      for nft in /usr/sbin/nft /sbin/nft /usr/bin/nft /usr/local/sbin/nft; do
        [ ! -e "$nft" ] || mount --bind /dev/null "$nft"
      done
      for command in apply check; do
        manifest | natc $command --backend nftables --no-sysctl; echo $?
      done
      natc cleanup --backend nftables; echo $?
    `);
    expect(run.stdout).toBe('3\n3\n3\n');
    expect(run.stderr.match(/NATC5001/g)).toHaveLength(3);
  });
});
