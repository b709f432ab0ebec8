/**
 * State files that hold whatever they may, through the commands: each counts as absent, the kernel is asked,
 * and nothing of them reaches a terminal.
 */

import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { sharedStateFiles } from '../../src/host/state/state-files.ts';
import { iptablesFiles } from '../../src/iptables/host/state-files.ts';
import { nftablesFiles } from '../../src/nftables/host/state-files.ts';
import { describeWithKernel } from '../support/kernel-available.ts';
import { natcProgram, projectRoot } from '../support/natc.ts';

const manifest = (port: number) => `
apiVersion: v1
kind: Service
metadata: { name: dns, namespace: shop }
spec: { clusterIP: 172.30.0.10, ports: [{ port: ${port}, protocol: UDP }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: dns, namespace: shop, labels: { kubernetes.io/service-name: dns } }
addressType: IPv4
ports: [{ port: ${port}, protocol: UDP }]
endpoints: [{ addresses: [10.180.0.10] }]
`;

const hostile = '\u001b]0;owned\u0007\u202e\u2028x';
const nested = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
const wrongTypes = {
  ...{ format: 1, digest: 5, families: 'ip', input: {}, previous: [], deadline: '1', since: -1 },
  ...{ items: { a: 1 }, count: 1.5, time: 1e300, exitCode: 'x', services: [[1, 2], null] },
  ...{ warnings: [null, 5], others: {}, set: [{ name: '../../etc/passwd', revision: 1 }] },
};
const controls = {
  ...{
    format: 1,
    digest: hostile,
    previous: hostile,
    message: hostile,
    items: [hostile],
    since: 1,
  },
  ...{ count: 1, time: 1, exitCode: 3, deadline: 1, node: hostile, objects: hostile },
  ...{ services: [[`shop/${hostile}`, null]], set: [{ name: hostile, revision: 1 }], others: [] },
  warnings: [{ id: 'a', code: hostile, message: hostile, place: hostile, since: 1 }],
};

/** What is put in the place of a state file: shell, with the path in $path. */
const contents: Readonly<Record<string, string>> = {
  'numbers that are none': `printf '{"format":1,"deadline":NaN,"time":1e999}' > $path`,
  'wrong types': 'printf %s "$WRONG_TYPES" > $path',
  'wrong types, compressed': 'printf %s "$WRONG_TYPES" | gzip > $path',
  'control characters': 'printf %s "$CONTROLS" > $path',
  'deep nesting, compressed': 'gzip < /run/nested > $path',
  'a pipe': 'mkfifo $path',
  'a directory': 'mkdir -p $path/more',
  'a link': 'ln -s /etc/passwd $path',
  'a file of a stranger': `printf '{"format":1}' > $path; chown 4711 $path 2>/dev/null || chmod 666 $path`,
};

/** Those that the revision in the kernel has, and others with made-up digits. */
const names = [...sharedStateFiles, ...nftablesFiles, ...iptablesFiles].map((name) =>
  name.replace('DIGEST', '0123456789abcdef'.repeat(2)).replace('OPTIONS', '0123456789abcdef'),
);

/** All with one backend, and with the other those that its own files have not in common. */
const kindsOf = {
  nftables: Object.keys(contents),
  iptables: ['wrong types, compressed', 'control characters', 'a pipe', 'a directory'],
};

const list = {
  nftables: 'for family in ip ip6; do nft list table $family natc; done 2>&1',
  iptables: '{ iptables-save; ip6tables-save; } 2>&1',
};

function inNamespace(backend: keyof typeof list) {
  const kinds = kindsOf[backend];
  const namespace = process.getuid?.() === 0 ? '-nm' : '-Urnm';
  const script = `
    mount -t proc proc /proc 2>/dev/null || true
    mount -t tmpfs tmpfs /run
    printf '%s' "$EVEN" > /run/0.yaml; printf '%s' "$ODD" > /run/1.yaml; printf '%s' "$NESTED" > /run/nested
    natc() {
      timeout -s KILL 10 ${process.execPath} ${natcProgram} "$@" 2>&1; status=$?
      echo "exit $1 $status"
    }
    apply() { natc apply --no-sysctl --backend ${backend} -f /run/$1.yaml; }
    held() { ${list[backend]} | grep -v '^[#:]' | sed 's/revision [0-9]*, [0-9]*//; s/revision [0-9]* .*//'; }
    spoil() {
      for name in $(ls -A /run/natc) ${names.join(' ')}; do
        [ $name = lock ] && continue
        path=/run/natc/$name; rm -rf $path; eval "$make"
      done
    }
    apply 0 > /run/said; held > /run/wanted-0; apply 1 > /run/said; held > /run/wanted-1
    for kind in $(seq 1 ${kinds.length}); do
      echo "== $kind"
      eval "make=\\$MAKE_$kind"; next=$((kind % 2))
      spoil; natc status; natc confirm; spoil; natc rollback --backend ${backend}; spoil
      apply $next; held | cmp - /run/wanted-$next && echo right
      spoil
    done
    natc cleanup; ls -A /run/natc; { nft list tables; iptables-save; } 2>/dev/null | grep -ci natc`;
  const { stdout, stderr } = spawnSync('unshare', [namespace, 'sh', '-c', script], {
    cwd: projectRoot,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    env: {
      PATH: process.env['PATH'],
      EVEN: manifest(53),
      ODD: manifest(54),
      NESTED: nested,
      WRONG_TYPES: JSON.stringify(wrongTypes),
      CONTROLS: JSON.stringify(controls),
      ...Object.fromEntries(kinds.map((kind, index) => [`MAKE_${index + 1}`, contents[kind]])),
    },
  });
  return { stdout, stderr };
}

describeWithKernel('state files that are not what they should be', () => {
  test.each(['nftables', 'iptables'] as const)(
    'stop no command (%s)',
    (backend) => {
      const { stdout, stderr } = inNamespace(backend);
      const kinds = kindsOf[backend];
      const [, ...runs] = stdout.split(/^== \d+\n/m);
      const found = runs.map((run, index) => [
        kinds[index],
        [...run.matchAll(/^exit (\w+ \d+)$|^(right)$/gm)].map(([, exit, right]) => exit ?? right),
      ]);
      const usual = ['status 1', 'confirm 1', 'rollback 3', 'apply 0', 'right'];
      expect(found, stderr).toEqual(
        kinds.map((kind, index) => [
          kind,
          index < kinds.length - 1 ? usual : [...usual, 'cleanup 0'],
        ]),
      );
      expect(stdout).toMatch(/exit cleanup 0\n0\n$/);
      expect(stdout).not.toMatch(/internal error|bug of natc/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(stdout).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]/);
    },
    120_000,
  );
});
