/** What programs of the host print acts on no terminal. */
import { expect, test } from 'vitest';
import { hostScript, webManifest } from '../support/host-script.ts';
import { expectHarmless, hostileStrings } from '../support/hostile-strings.ts';
import { describeWithIptables } from '../support/iptables-node.ts';

const strings = Object.values(hostileStrings);
const printed = strings.map((text) => `Error: ${text}\n`).join('');

/** Each command once; what it prints goes to numbered files, one for each stream. */
const commands = (backend: string): readonly string[] => [
  `apply --no-sysctl --backend ${backend} -f new`,
  `apply --no-sysctl --backend ${backend} -f new --dry-run`,
  `apply --no-sysctl --backend ${backend} -f new --verify -q`,
  `check --no-sysctl --backend ${backend} -f old`,
  `status --backend ${backend}`,
  `status --backend ${backend} -o json`,
  'explain --live 172.30.0.10:80',
  `rollback --backend ${backend}`,
  'confirm',
  `cleanup --backend ${backend}`,
];

/** `run` runs each command, from the same state, and prints both streams with a mark before each. */
const prelude = (backend: string): string => `
  mount -t tmpfs -o mode=755 tmpfs /mnt; export PATH=/mnt:$PATH
  run() {
    ${commands(backend)
      .map(
        (command) => `
    rm -rf /run/natc; cp -a /run/kept /run/natc
    timeout -s KILL 30 ${process.execPath} $natc_program ${command} --color never >/run/1 2>/run/2
    case $? in 0|1|2|3|4|5|6) ;; *) echo "== ${command}: ended with $?";; esac
    printf '== %s 1\\n' "${command}"; cat /run/1; printf '== %s 2\\n' "${command}"; cat /run/2`,
      )
      .join('\n')}
  }
  natc apply --no-sysctl --backend ${backend} -f old -q; cp -a /run/natc /run/kept
`;

const files = {
  old: webManifest(['10.180.0.10']),
  new: webManifest(['10.180.0.10', '10.180.0.11']),
  printed,
};

function expectAllHarmless(stdout: string, stderr: string): void {
  const runs = stdout.split(/^== (.*)\n/m);
  expect(runs.length, stderr).toBeGreaterThan(20);
  expect(stdout).not.toMatch(/internal error|^== .*: ended with/m);
  for (let i = 1; i < runs.length; i += 2)
    try {
      expectHarmless({ stdout: '', stderr: runs[i + 1] ?? '' });
    } catch (error) {
      throw new Error(`${runs[i]}: ${error instanceof Error ? error.message : ''}`);
    }
}

const programs = {
  nftables: ['nft', 'conntrack', 'flock', 'unshare', 'readlink'],
  iptables: ['nft', 'iptables', 'iptables-save', 'ip6tables-restore', 'conntrack'],
};

const ends = {
  'and fails': 'cat $text >&2; exit 1',
  'and succeeds': 'cat $text; exit 0',
  'beside what it does': 'cat $text >&2; exec $real "$@"',
};

describeWithIptables('a program of the host that prints hostile text', (variant) => {
  const backends =
    variant === 'nft' ? (['nftables', 'iptables'] as const) : (['iptables'] as const);
  // What legacy programs print goes the same way.
  const ways =
    variant === 'nft' || process.env['NATC_LONG'] === '1'
      ? Object.entries(ends)
      : Object.entries(ends).slice(0, 1);
  test.concurrent.each(
    backends.flatMap((backend) =>
      programs[backend].flatMap((program) =>
        ways.map(([end, behaviour]) => [program, end, backend, behaviour] as const),
      ),
    ),
  )(
    '%s %s (%s)',
    (program, _, backend, behaviour) => {
      const { stdout, stderr } = hostScript(
        `${prelude(backend)}
      { echo '#!/bin/sh'; echo "real=$(command -v ${program}) text=$PWD/printed"; cat; } > /mnt/${program} <<'EOF'
${behaviour}
EOF
      chmod 755 /mnt/${program}; run`,
        files,
      );
      expectAllHarmless(stdout, stderr);
    },
    120_000,
  );
});
