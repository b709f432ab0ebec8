/** The ways back through iptables. */
import { expect, test } from 'vitest';
import { describeWithIptables } from '../support/iptables-node.ts';
import { runInNamespace } from '../support/namespace-script.ts';

const service = (name: string, address: string) => `---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec: { clusterIP: ${address}, ports: [{ port: 80 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${name}, namespace: shop, labels: { kubernetes.io/service-name: ${name} } }
addressType: IPv4
ports: [{ port: 8080 }]
endpoints: [{ addresses: [10.180.0.10] }]
`;

const ONE = service('web', '172.30.0.10');
const TWO = ONE + service('api', '172.30.0.11');
const THREE = TWO + service('db', '172.30.0.12');

describeWithIptables('back through iptables', (variant) => {
  const run = (script: string) =>
    runInNamespace(
      `mkdir /run/bin; export PATH="/run/bin:$PATH"
       for tool in iptables ip6tables; do
         for part in '' -save -restore; do
           ln -s "$(command -v $tool-${variant}$part)" /run/bin/$tool$part
         done
       done
       apply() { input=$1; shift; printf "%s" "$input" | natc apply --backend iptables --no-sysctl -q "$@"; echo $?; }
       rules() { { iptables-save; ip6tables-save; } | sed 's/^#.*//; s/\\[[0-9:]*\\]//; /NATC-REVISION/d' | sort; }
       services() { iptables-save | grep -c 'cluster IP'; }
       ${script}`,
      { ONE, TWO, THREE },
    );
  const lines = (stdout: string) => stdout.trim().split('\n');

  test('rollback goes back one revision after the other, and says when there is none', () => {
    const { stdout, stderr } = run(`
      apply "$ONE"; rules > /run/one; apply "$TWO"; apply "$THREE"
      natc rollback; services; natc status | grep -E 'revision|drift' | cut -c1-11
      natc rollback; rules | cmp - /run/one && echo as before
      natc rollback; echo $?; apply "$TWO"; services; natc status | cut -c1-11 | head -1`);
    expect(lines(stdout), stderr).toEqual([
      ...['0', '0', '0', '2', 'revision: 2', 'drift: none', 'as before', '3', '0', '2'],
      'revision: 2',
    ]);
    expect(stderr).toMatch(/^back at revision 2: 4 chains rewritten, 2 chains deleted/m);
    expect(stderr).toMatch(/^back at revision 1: /m);
    expect(stderr).toContain('NATC5030');
  });

  test('a change that nobody confirms is undone, and one that is confirmed stays', () => {
    const { stdout, stderr } = run(`
      apply "$ONE"; rules > /run/one
      apply "$TWO" --confirm-timeout 1s
      n=0; until rules | cmp -s - /run/one; do n=$((n+1)); [ $n -lt 200 ] || exit 99; sleep 0.1; done
      echo undone; natc confirm -q; echo $?
      apply "$TWO" --confirm-timeout 10m; natc status | grep -c 'waits for'; apply "$THREE"
      natc confirm -q; echo $?; services
      apply "$THREE" --confirm-timeout 10m; natc rollback -q; echo $?; services`);
    expect(lines(stdout), stderr).toEqual([
      ...['0', '0', 'undone', '1', '0', '1', '4', '0', '2', '0', '0', '2'],
    ]);
    expect(stderr).toContain('NATC5029');
  });

  test('the first change of all is undone by removing it', () => {
    const { stdout, stderr } = run(`
      apply "$ONE" --confirm-timeout 10m; natc rollback; rules | grep -c NATC-; ls /run/natc | grep -c iptables`);
    expect(lines(stdout), stderr).toEqual(['0', '0', '0']);
    expect(stderr).toBe('removed all rules of natc: there were none before\n');
  });

  test('a change of the backend cannot be undone so, and is refused', () => {
    const { stdout, stderr } = run(`
      printf "%s" "$ONE" | natc apply --no-sysctl -q --backend nftables
      apply "$ONE" --confirm-timeout 10m; services; nft list table ip natc | grep -c 'set revision'
      apply "$ONE"; printf "%s" "$ONE" | natc apply --no-sysctl -q --backend nftables --confirm-timeout 10m
      echo $?; services`);
    expect(lines(stdout), stderr).toEqual(['3', '0', '1', '0', '3', '1']);
    expect(stderr.match(/NATC5034/g)).toHaveLength(2);
  });
});
