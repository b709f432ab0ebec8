/** Two backends on one host: natc stays with the one it has, and leaves nothing in the other. */
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

const MANIFEST = service('web', '172.30.0.10');
const LARGER = MANIFEST + service('api', '172.30.0.11');

describeWithIptables('with both backends at hand', (variant) => {
  /** `break_nft` puts a script in the place of nft; `mend_nft` takes it away. */
  const run = (script: string) =>
    runInNamespace(
      `mkdir /run/bin; export nft=$(command -v nft) PATH="/run/bin:$PATH"
       for tool in iptables ip6tables; do
         for part in '' -save -restore; do
           ln -s "$(command -v $tool-${variant}$part)" /run/bin/$tool$part
         done
       done
       break_nft() { { echo '#!/bin/sh'; cat; } > /run/bin/nft; chmod +x /run/bin/nft; }
       mend_nft() { rm /run/bin/nft; }
       apply() { input=$1; shift; printf "%s" "$input" | natc apply --no-sysctl "$@" 2>>/run/messages; echo $?; }
       chains() { { iptables-save; ip6tables-save; } | grep -c '^:NATC-'; }
       tables() { for family in ip ip6; do $nft list table $family natc; done 2>/dev/null | grep -c '^table'; }
       ${script}
       cat /run/messages >&2`,
      { MANIFEST, LARGER },
    );
  const lines = (stdout: string) => stdout.trim().split('\n');

  const failures = [
    ['cannot be started', 'exit 127', '3'],
    // A crash may come after the commit, so it is not known.
    ['crashes', 'kill -SEGV $$', '6'],
    ['fails', 'echo "Error: out of luck" >&2; exit 1', '3'],
  ] as const;
  // Whatever iptables is, it is not asked.
  for (const [what, body, status] of variant === 'nft' ? failures : [])
    test(`nft ${what} during one apply: nothing changes, and iptables gets nothing`, () => {
      const { stdout, stderr } = run(`
        apply "$MANIFEST"; $nft list table ip natc > /run/before
        echo '${body}' | break_nft; apply "$LARGER"; chains; mend_nft
        $nft list table ip natc | cmp - /run/before && echo same
        apply "$LARGER"; chains`);
      expect(lines(stdout), stderr).toEqual(['0', status, '0', 'same', '0', '0']);
    });

  test('the same with another state directory: what cannot be asked may be there', () => {
    const { stdout, stderr } = run(`
      apply "$MANIFEST"; echo 'exit 127' | break_nft
      apply "$LARGER" --state-dir /run/other; chains; tables`);
    expect(lines(stdout), stderr).toEqual(['0', '3', '0', '2']);
    expect(stderr).toContain("backend nftables: whether natc's tables are there cannot be told");
  });

  test('an nft that is too old, with tables of natc in the kernel', () => {
    const { stdout, stderr } = run(`
      apply "$MANIFEST"; rm -r /run/natc
      printf '%s\\n' 'case $1 in --version) echo "nftables v0.9.8 (E.D.S.)";; *) exec '$nft' "$@";; esac' | break_nft
      apply "$LARGER"; chains; tables`);
    expect(lines(stdout), stderr).toEqual(['0', '0', '0', '2']);
    expect(stderr).toContain("backend nftables: natc's tables are there, although nft 0.9.8 is");
  });

  test('told to work through iptables while nft is broken, it says what may be left', () => {
    const { stdout, stderr } = run(`
      apply "$MANIFEST"; echo 'exit 127' | break_nft
      apply "$LARGER" --backend iptables; apply "$LARGER" --backend iptables; mend_nft
      apply "$LARGER" --backend iptables; tables
      apply "$LARGER" --backend iptables`);
    expect(lines(stdout), stderr).toEqual(['0', '6', '6', '0', '0', '0']);
    expect(stderr.match(/NATC5091/g)).toHaveLength(2);
    expect(stderr.match(/NATC5054/g)).toHaveLength(1);
  });

  test('chains in iptables beside live tables: status says so, the same input removes them', () => {
    const { stdout, stderr } = run(`
      apply "$MANIFEST"; cp -r /run/natc /run/kept
      apply "$MANIFEST" --backend iptables; iptables-save > /run/v4
      apply "$MANIFEST" --backend nftables; rm -r /run/natc; cp -r /run/kept /run/natc
      natc status > /run/status; echo $?
      grep -v '^-A NATC-REVISION' /run/v4 | iptables-restore --noflush
      natc status > /run/status 2>>/run/messages; echo $?; grep drift /run/status
      natc status -o json 2>/dev/null | grep -A1 elsewhere
      apply "$MANIFEST" --backend nftables; chains; natc status | grep drift`);
    const name = variant === 'nft' ? 'nf_tables' : 'legacy';
    expect(lines(stdout), stderr).toEqual([
      ...['0', '0', '0', '0', '1'],
      `drift: natc has rules in iptables (${name}) too`,
      '  "elsewhere": [',
      `    "iptables (${name})"`,
      ...['0', '0', 'drift: none'],
    ]);
    expect(stderr).toContain('NATC5092');
  });

  test('after a change to iptables, auto follows what the machine is able to', () => {
    const { stdout, stderr } = run(`
      apply "$MANIFEST"; apply "$MANIFEST" --backend iptables; tables; ls /run/natc | grep -c revision
      printf '%s\\n' 'case $1 in --version) echo "nftables v0.9.8 (E.D.S.)";; *) exec '$nft' "$@";; esac' | break_nft
      apply "$LARGER"; tables; mend_nft
      apply "$LARGER"; tables; chains; ls /run/natc | grep -c iptables`);
    expect(lines(stdout), stderr).toEqual(['0', '0', '0', '0', '0', '0', '0', '2', '0', '0']);
  });
});
