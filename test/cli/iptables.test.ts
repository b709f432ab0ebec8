import { expect, test } from 'vitest';
import { describeWithIptables } from '../support/iptables-node.ts';
import { runInNamespace } from '../support/namespace-script.ts';

const service = (name: string, address: string, nodePort: number) => `---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec: { type: NodePort, clusterIP: ${address}, ports: [{ port: 80, nodePort: ${nodePort} }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${name}, namespace: shop, labels: { kubernetes.io/service-name: ${name} } }
addressType: IPv4
ports: [{ port: 8080 }]
endpoints: [{ addresses: [10.180.0.10] }, { addresses: [10.180.0.11] }]
`;

const MANIFEST = service('web', '172.30.0.10', 30080) + service('api', '172.30.0.11', 30081);
const SMALLER = service('web', '172.30.0.10', 30080);

describeWithIptables('apply and cleanup through iptables', (variant) => {
  /** The script sees `iptables` as the variant under test, and calls rules "what is ours" by a name. */
  const run = (script: string) =>
    runInNamespace(
      `mkdir /run/bin; export PATH="/run/bin:$PATH"
       for tool in iptables ip6tables; do
         for part in '' -save -restore; do
           ln -s "$(command -v $tool-${variant}$part)" /run/bin/$tool$part
         done
       done
       rules() { iptables-save; ip6tables-save; }
       plain() { rules | sed 's/^#.*//; s/\\[[0-9:]*\\]//'; }
       others() { rules | grep '^-A' | grep -v NATC-; }
       manifest() { printf '%s' "$MANIFEST"; }; smaller() { printf '%s' "$SMALLER"; }
       ${script}`,
      { MANIFEST, SMALLER },
    );

  test('the same again changes no rule and doubles no jump', () => {
    const { stdout, stderr, status } = run(`
      manifest | natc apply --backend iptables --no-sysctl || exit
      plain > /run/first; manifest | natc apply --backend iptables --no-sysctl || exit
      plain > /run/second; cmp /run/first /run/second && grep -c -- '-A PREROUTING -j NATC-SERVICES' /run/first
      iptables -V`);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stderr).toMatch(/^applied revision 1: \d+ chains added, 16 jumps added\nup to date\n/);
    expect(stdout).toMatch(/^2\n/);
    expect(stdout).toContain(variant === 'nft' ? '(nf_tables)' : '(legacy)');
  });

  test('chains that are no longer wanted go; rules of others stay; a doubled jump is one again', () => {
    const { stdout, stderr, status } = run(`
      iptables -t nat -N OTHER; iptables -t nat -A PREROUTING -p tcp --dport 81 -j OTHER
      iptables -t filter -A FORWARD -s 192.0.2.1 -j DROP; ip6tables -t mangle -A OUTPUT -j ACCEPT
      others > /run/before
      manifest | natc apply --backend iptables --no-sysctl || exit
      iptables -t nat -I PREROUTING -s 192.0.2.9 -j ACCEPT
      iptables -t nat -A PREROUTING -j NATC-SERVICES
      smaller | natc apply --backend iptables --no-sysctl --verify || exit
      rules | grep -c shop/api; iptables -t nat -S PREROUTING; rules | grep -c '^:NATC-SEP'
      iptables -t nat -D PREROUTING -s 192.0.2.9 -j ACCEPT
      natc cleanup --backend iptables || exit
      rules | grep -c NATC-; others > /run/after; cmp /run/before /run/after && echo untouched
      natc cleanup --backend iptables`);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stdout.split('\n')).toEqual([
      '0',
      '-P PREROUTING ACCEPT',
      '-A PREROUTING -j NATC-SERVICES',
      '-A PREROUTING -s 192.0.2.9/32 -j ACCEPT',
      '-A PREROUTING -p tcp -m tcp --dport 81 -j OTHER',
      '2',
      '0',
      'untouched',
      '',
    ]);
    expect(stderr).toMatch(
      /removed the NATC chains of iptables \(.*\) and the NATC chains of ip6tables \(.*\)\n/,
    );
    expect(stderr).toMatch(/nothing to remove\n$/);
  });

  test('a broken input does not empty the node', () => {
    const { stdout, stderr, status } = run(`
      manifest | natc apply --backend iptables --no-sysctl -q
      printf '%s' '{"apiVersion":"v1","kind":"Service","metadata":{"name":"a","namespace":"b"},
        "spec":{"clusterIP":"None"}}' | natc apply --backend iptables --no-sysctl
      echo $?; rules | grep -c 'shop/api cluster IP'`);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '4\n1\n' });
    expect(stderr).toContain('NATC5061');
  });

  test('status tells revision, size, and what somebody else changed', () => {
    const { stdout, stderr, status } = run(`
      natc status; echo $?
      manifest | natc apply --backend iptables --no-sysctl -q; natc status; echo $?
      chain=$(iptables-save -t nat | sed -n 's/^:\\(NATC-SVC-[^ ]*\\).*/\\1/p' | head -1)
      iptables -t nat -F $chain; iptables -t nat -N NATC-STRAY; iptables -t filter -D FORWARD -j NATC-FORWARD
      natc status; echo $?; natc status | grep '^  ' | sh
      natc status --backend iptables | grep drift; natc status -o json | grep -E '"(backend|count|number|services)"' | head -4
      iptables -t filter -F; natc status | grep drift`);
    expect({ status, stderr: stderr.replaceAll(/.*NATC5026.*|.*help.*/g, '') }).toMatchObject({
      status: 0,
    });
    const name = variant === 'nft' ? 'nf_tables' : 'legacy';
    const lines = stdout
      .replaceAll(/\([0-9a-f]{32}\), applied \d+s/g, '(…)')
      .replaceAll(/attempt \d+s/g, 'attempt 0s')
      .split('\n');
    const size = ['Services', 'endpoints'].map((noun) => `2 ${noun}`).join(', ');
    const head = ['revision: 1 (…) ago', `iptables (${name}): ${size}`];
    expect(lines.slice(0, 12)).toEqual([
      'natc has no tables in the kernel',
      '1',
      ...head,
      `ip6tables (${name}): 0 Services, 0 endpoints`,
      'drift: none',
      'guard: packets of other machines to 127.0.0.0/8 are dropped',
      'last attempt 0s ago: done',
      '0',
      ...head,
      `ip6tables (${name}): 0 Services, 0 endpoints`,
    ]);
    expect(lines[12]).toMatch(/^drift: \d commands would repair it:$/);
    expect(stdout).toMatch(/^ {2}iptables -t nat -F NATC-SVC-\w+$/m);
    expect(stdout).toContain('  iptables -t filter -I FORWARD -j NATC-FORWARD\n');
    expect(stdout).toContain('  iptables -t nat -X NATC-STRAY\nguard: ');
    expect(lines.slice(-7)).toEqual([
      'drift: none',
      '  "backend": "iptables",',
      '    "number": 1,',
      '      "services": 2,',
      '      "services": 0,',
      expect.stringMatching(/^drift: \d+ commands/),
      '',
    ]);
  });

  test('a dry run prints what would be sent, and sends nothing', () => {
    const { stdout, stderr, status } = run(`
      manifest | natc apply --backend iptables --no-sysctl --dry-run=kernel -q > /run/all; echo $?
      grep -c '^# ip' /run/all; rules | grep -c NATC-; ls /run/natc 2>/dev/null
      manifest | natc apply --backend iptables --no-sysctl -q; rules > /run/before
      smaller | natc apply --backend iptables --no-sysctl --dry-run -q > /run/part; echo $?
      grep '^[#*]' /run/part; rules | diff -I '^#' /run/before - && echo untouched
      sed '/^# ip6/,$d' /run/part | iptables-restore --noflush && smaller | natc apply --backend iptables --no-sysctl
      manifest | natc apply --backend iptables --no-sysctl --dry-run --max-removals 0 -q > /dev/null; echo $?`);
    expect({ status, stdout: stdout.split('\n') }, stderr).toEqual({
      status: 0,
      stdout: [
        ...['0', '2', '0', '0'],
        ...['# iptables-restore --noflush --counters', '*filter', '*nat'],
        ...['untouched', '0', ''],
      ],
    });
    expect(stderr).toMatch(/^up to date\n$/m);
  });

  test('another service proxy with the same addresses is an obstacle here too', () => {
    const { stdout, stderr } = run(`
      iptables -t nat -N KUBE-SERVICES
      iptables -t nat -A KUBE-SERVICES -d 172.30.0.10/32 -p tcp --dport 80 -j RETURN
      manifest | natc apply --backend iptables --no-sysctl; echo $?
      manifest | natc apply --backend iptables --no-sysctl --force; echo $?`);
    expect(stdout).toBe('4\n0\n');
    expect(stderr).toContain('serves the same addresses: 172.30.0.10');
  });

  test('a failure half-way is taken back', () => {
    const { stdout, stderr } = run(`
      manifest | natc apply --backend iptables --no-sysctl -q; plain > /run/before
      rm /run/bin/ip6tables-restore
      printf '#!/bin/sh\\necho no luck >&2\\nexit 2\\n' > /run/bin/ip6tables-restore
      chmod +x /run/bin/ip6tables-restore
      smaller | natc apply --backend iptables --no-sysctl --masquerade-bit 5; echo $?
      plain > /run/after; diff /run/before /run/after && echo taken back`);
    expect(stdout).toBe('3\ntaken back\n');
    expect(stderr).toContain('NATC5052');
  });

  test('changing the backend leaves one set of rules', () => {
    const { stdout, stderr, status } = run(`
      manifest | natc apply --no-sysctl || exit
      manifest | natc apply --backend iptables --no-sysctl || exit
      nft list tables | grep -c natc; rules | grep -c 'A PREROUTING -j NATC-SERVICES'
      manifest | natc apply --backend nftables --no-sysctl || exit
      nft list tables | grep -c natc; rules | grep -c NATC-`);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '0\n2\n2\n0\n' });
    expect(stderr).toMatch(/^backend nftables: nft [\d.]+, kernel \d/);
    expect(stderr.match(/NATC5054/g)).toHaveLength(2);
  });

  test('auto takes iptables where nft is missing or too old, and says so', () => {
    const { stdout, stderr, status } = run(`
      printf '%s\\n' '#!/bin/sh' 'case $1 in --version) echo "nftables v0.9.8 (E.D.S.)";;' \\
        "*) exec $(command -v nft) \\"\\$@\\";; esac" > /run/nft; chmod +x /run/nft; mv /run/nft /run/bin
      manifest | natc apply --no-sysctl || exit
      rules | grep -c 'A PREROUTING -j NATC-SERVICES'`);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '2\n' });
    expect(stderr).toMatch(
      /^backend iptables: iptables v.*, because nft 0.9.8 is older than 1.0.1\n/,
    );
  });

  test('check has the kernel load the rules elsewhere, and names what is lost', () => {
    const { stdout, stderr, status } = run(`
      manifest | natc check --backend iptables --no-sysctl || exit
      printf '%s' "$MANIFEST" | sed 's/ports: \\[{ port: 80,/sessionAffinity: ClientIP, &/' |
        natc check --backend iptables --no-sysctl --fail-on warning; echo $?
      rules | grep -c NATC-`);
    expect(stderr).toContain('NATC4201');
    expect({ status, stdout }).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(
        /^the kernel accepts the ruleset \(iptables v.*\)\nthe kernel accepts .*\n1\n0\n$/,
      ),
    });
  });
});
