/** Changes that nobody confirmed, and whose watcher is gone: whoever finds one undoes it. */
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

const listings: Readonly<Record<string, string>> = {
  nftables: 'nft list ruleset',
  iptables: '{ iptables-save; ip6tables-save; }',
};

const runWith = (backend: string, variant: string, script: string) =>
  runInNamespace(
    `mkdir /run/bin; export PATH="/run/bin:$PATH"
     for tool in iptables ip6tables; do
       for part in '' -save -restore; do
         ln -s "$(command -v $tool-${variant}$part)" /run/bin/$tool$part
       done
     done
     apply() { input=$1; shift; printf "%s" "$input" | natc apply --backend ${backend} --no-sysctl -q "$@"; echo $?; }
     rules() {
       ${listings[backend]} |
         sed -E 's/^#.*//; s/\\[[0-9:]*\\]//; /NATC-REVISION/d; /elements = .*revision/d' | sort
     }
     # Ends the watcher of this namespace, and no other.
     kill_watcher() {
       for process in /proc/[0-9]*; do
         [ "$(readlink $process/ns/net)" = "$(readlink /proc/self/ns/net)" ] || continue
         if tr '\\0' ' ' < $process/cmdline | grep -qE -- '--unless-confirmed [0-9a-f]{32}'; then kill -9 \${process#/proc/}; fi
       done
     }
     # As if the time had gone by.
     expire() {
       kill_watcher
       sed -i -E 's/"since":[0-9]+/"since":1000/; s/"deadline":[0-9]+/"deadline":1060/' /run/natc/confirm.json
     }
     cd /run; ${script}`,
    { ONE, TWO, THREE },
  );

const lines = (stdout: string) => stdout.trim().split('\n');

describeWithIptables('a change whose time is over and whose watcher is gone', (variant) => {
  // Without iptables of its own, nftables has nothing to do with the variant.
  const backends = variant === 'nft' ? ['nftables', 'iptables'] : ['iptables'];

  test.each(backends)('is undone by apply, and not made again by itself (%s)', (backend) => {
    const { stdout, stderr } = runWith(
      backend,
      variant,
      `apply "$ONE"; rules > one; apply "$TWO" --confirm-timeout 1h; expire
       apply "$TWO"; rules | cmp - one && echo as before; apply "$TWO"
       apply "$THREE"; apply "$TWO"
       apply "$ONE" --confirm-timeout 1h; expire; apply "$ONE" --confirm-timeout 1h; natc confirm -q; echo $?
       apply "$ONE"; rules | cmp - one && echo as wanted`,
    );
    expect(lines(stdout), stderr).toEqual([
      ...['0', '0', '4', 'as before', '4', '0', '0'],
      ...['0', '0', '0', '0', 'as wanted'],
    ]);
    expect(stderr).toMatch(/NATC5106.*it was rolled back to revision 1/);
    expect(stderr.match(/error\[NATC5107\]/g)).toHaveLength(2);
  });

  test.each(backends)('is told by status, and undone by a confirm too late (%s)', (backend) => {
    const { stdout, stderr } = runWith(
      backend,
      variant,
      `apply "$ONE"; rules > one; apply "$TWO" --confirm-timeout 1h; expire
       natc status > status; echo $?; grep 'not confirmed' status | sed 's/, .* too late//'
       natc status -o json -q | grep -c '"ageSeconds": [0-9]*$'
       natc confirm; echo $?; rules | cmp - one && echo as before
       natc status -q | grep undone; natc status -q > status; echo $?; natc status -o json -q | grep '"undone"'
       natc confirm -q; echo $?; apply "$ONE"; natc status -q > status; echo $?`,
    );
    expect(lines(stdout), stderr).toEqual([
      ...['0', '0', '1', 'not confirmed, and not rolled back', '2'],
      ...[
        '1',
        'as before',
        'undone: nobody confirmed the last change; natc apply refuses the same again (NATC5107)',
      ],
      ...['1', '  "undone": true,', '1', '0', '0'],
    ]);
    expect(stderr).toContain('warning[NATC5115]');
    expect(stderr).toMatch(/error\[NATC5116\]: too late.*rolled back to revision 1/);
  });

  test.each(backends)('waits still where it cannot be told what is there (%s)', (backend) => {
    const { stdout, stderr } = runWith(
      backend,
      variant,
      `apply "$ONE" --confirm-timeout 1h; expire; mkdir /run/broken
       for name in nft iptables ip6tables iptables-save ip6tables-save; do
         printf '#!/bin/sh\necho broken >&2; exit 139\n' > /run/broken/$name; chmod 755 /run/broken/$name
       done
       (PATH="/run/broken:$PATH"; natc rollback -q --backend ${backend}; echo $?); ls natc/confirm.json
       natc rollback -q; echo $?; rules | grep -ci natc`,
    );
    expect(lines(stdout), stderr).toEqual(['0', '3', 'natc/confirm.json', '0', '0']);
    expect(stderr).toMatch(/NATC(5125|5052)/);
    expect(stderr).toContain('broken');
  });

  test.each(backends)(
    'is undone by rollback, and by removing it if it was the first (%s)',
    (backend) => {
      const { stdout, stderr } = runWith(
        backend,
        variant,
        `rules > none; apply "$TWO" --confirm-timeout 1h; expire; natc rollback -q; echo $?
       rules | grep -ci natc; apply "$ONE"; apply "$TWO" --confirm-timeout 1h; expire
       natc rollback -q; echo $?; apply "$TWO"; apply "$ONE"`,
      );
      expect(lines(stdout), stderr).toEqual(['0', '0', '0', '0', '0', '0', '4', '0']);
    },
  );

  test.each(backends)('a damaged or impossible confirm.json is no endless wait (%s)', (backend) => {
    const { stdout, stderr } = runWith(
      backend,
      variant,
      `apply "$ONE"
       for times in '"since":-1,"deadline":5' '"deadline":1e308' '"deadline":"soon"' \
                    '"since":99999999999,"deadline":99999999999' '"deadline":253402300799'; do
         apply "$TWO" --confirm-timeout 1h; kill_watcher
         sed -i -E "s/\\"since\\".*/$times}/" natc/confirm.json
         natc status -q > status; echo "status $?"; apply "$ONE"; ls natc | grep -c ^confirm
       done
       apply "$TWO" --confirm-timeout 1h; kill_watcher; echo '{"format":1,"deadline":NaN}' > natc/confirm.json
       natc status -q > status; echo "status $?"; apply "$THREE"; ls natc | grep -c ^confirm`,
    );
    const each = ['0', 'status 1', '0', '0'];
    expect(lines(stdout), stderr).toEqual(['0', ...Array(6).fill(each).flat()]);
    expect(stderr.match(/warning\[NATC5106\]/g)).toHaveLength(5);
    expect(stderr).toContain('warning[NATC5108]');
  });

  test.each(backends)('the watcher does it where the file is damaged meanwhile (%s)', (backend) => {
    const { stdout, stderr } = runWith(
      backend,
      variant,
      `apply "$ONE"; rules > one; apply "$TWO" --confirm-timeout 1h; echo '{' > natc/confirm.json
       n=0; until rules | cmp -s - one; do n=$((n+1)); [ $n -lt 200 ] || exit 99; sleep 0.1; done
       echo undone; apply "$TWO"`,
    );
    expect(lines(stdout), stderr).toEqual(['0', '0', 'undone', '4']);
  });
});
