/** Programs that end with 0 and do nothing, or something else, where natc only asks. */
import { expect, test } from 'vitest';
import { hostScript, webManifest } from '../support/host-script.ts';
import { describeWithIptables } from '../support/iptables-node.ts';

const files = { web: webManifest(['10.180.0.10']) };

/** Puts a script in the place of a program; `$real` is the real one. Then looks for rules of natc. */
const withProgram = (program: string, behaviour: string, script: string) =>
  hostScript(
    `
    # Not in /run: the check of iptables gets a /run of its own.
    mount -t tmpfs -o mode=755 tmpfs /mnt; export PATH=/mnt:$PATH
    real=$(command -v ${program})
    { echo '#!/bin/sh'; echo "real=$real"; cat; } > /mnt/${program} <<'EOF'
${behaviour}
EOF
    chmod 755 /mnt/${program}
    ${script}; echo $?; rm /mnt/*
    { nft list tables; iptables-save; } | grep -ci natc`,
    files,
  );

const withoutNamespace = 'while [ "$1" != sh ]; do shift; done; exec "$@"';

type Case = readonly [
  does: string,
  program: string,
  behaviour: string,
  backend: string,
  says: RegExp,
];

const cases: readonly Case[] = [
  ['does nothing', 'unshare', 'exit 0', 'nftables', /NATC5005.*ran nothing in one/],
  ['does nothing', 'unshare', 'exit 0', 'iptables', /NATC5005.*ran nothing in one/],
  ['makes none', 'unshare', withoutNamespace, 'nftables', /NATC5005.*made no network namespace/],
  ['makes none', 'unshare', withoutNamespace, 'iptables', /NATC5005.*made no network namespace/],
  ['does nothing', 'sh', 'exit 0', 'nftables', /NATC5005.*ran nothing in one/],
  ['does nothing', 'nft', 'exit 0', 'nftables', /NATC5126\]: nft ended with 0/],
  [
    'loads nothing',
    'nft',
    'case $1 in -f) exit 0;; *) exec $real "$@"; esac',
    'nftables',
    /NATC5126/,
  ],
  ['does nothing', 'iptables-restore', 'exit 0', 'iptables', /NATC5126/],
  ['reads half', 'iptables-restore', 'head -n 3 | $real "$@"; exit 0', 'iptables', /NATC5126/],
  ['does nothing', 'iptables', 'exit 0', 'iptables', /NATC5050.*prints no version/],
];

describeWithIptables('natc check believes no program that', (variant) => {
  // What is no part of iptables does the same with both variants.
  const own = cases.filter(([, name]) => variant === 'nft' || name.startsWith('iptables'));
  test.each(own)('%s (%s: %s, %s)', (_, program, behaviour, backend, says) => {
    const check = `natc check --no-sysctl --backend ${backend} -f web`;
    const { stdout, stderr } = withProgram(program, behaviour, check);
    expect(stdout, stderr).toBe('3\n0\n');
    expect(stderr).toMatch(says);
  });
});

describeWithIptables('natc apply believes no iptables-restore that', () => {
  test.each([
    ['does nothing', 'exit 0', /hold what they held before/, '3\n0\n'],
    [
      'does one of its tables',
      'sed "/^COMMIT/q" | "$real" "$@"; exit 0',
      /do not carry the new stamp/,
      /^6\n[1-9]/,
    ],
  ])('%s (%s)', (_, behaviour, says, status) => {
    const apply = 'natc apply -q --no-sysctl --backend iptables --ip-family ipv4 -f web';
    const { stdout, stderr } = withProgram('iptables-restore', behaviour, apply);
    expect(stdout, stderr).toMatch(status);
    expect(stderr).toMatch(says);
  });
});
