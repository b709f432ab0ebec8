/** Programs that hang, flood, crash, lie, fail after all, or write escapes, wherever natc calls one. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { hostScript, webManifest } from '../../support/host-script.ts';
import { describeWithKernel } from '../../support/kernel-available.ts';
import { kubeconfigFor } from '../../support/stand-in-api.ts';

const files = {
  old: webManifest(['10.180.0.10', '10.180.0.11']),
  new: webManifest(['10.180.0.10', '10.180.0.12']),
};
const apply = 'natc apply -q --no-sysctl --backend nftables';

/** What stands for a program, in a shell; `$0` is the real one, and `sleep` one that can be told from others. */
const behaviours: Readonly<Record<string, string>> = {
  'hangs with a child, and ignores SIGTERM': "trap '' TERM; sleep & sleep",
  'prints without end': 'yes >&2 & exec yes',
  crashes: 'kill -SEGV $$',
  'ends with 0 and does nothing': 'exit 0',
  'prints half, and ends with 0': '"$0" "$@" | head -n 3; exit 0',
  'did it, but fails': '"$0" "$@"; exit 1',
  'did it, but is killed': '"$0" "$@"; kill -9 $$',
  'writes escapes': "printf 'Error: \\033[2J\\033]0;x\\007\\n' >&2; exit 1",
};

/** Each place, by how its call begins. */
const places: Readonly<Record<string, readonly string[]>> = {
  nftables: [
    ...['nft list set ip natc revision', 'nft list table ip natc', 'nft list map ip natc clients'],
    ...['nft -t list chains', 'nft -c -f', 'nft -f'],
    ...['conntrack -L', 'sh -c cat | conntrack -R'],
  ],
  iptables: [
    ...['iptables -V', 'iptables --wait 10 -t -S', 'iptables-save', 'iptables-restore'],
    ...['nft -t list chains', 'nft -c -f'],
    ...['conntrack -L', 'sh -c cat | conntrack -R'],
  ],
};

/** As test/support/misbehave.mjs prints it. */
interface Case {
  readonly call: string;
  readonly kind: string;
  readonly says: readonly string[];
  readonly holds: 'new' | 'as before' | 'neither';
  /** Connections and pins that lead to an endpoint that is gone. */
  readonly left: number;
  readonly seconds: number;
  readonly after: string;
  readonly running: number;
}

/** Applies to and fro in a namespace; each time another program misbehaves. */
async function misbehave(backend: string, behaviour: string): Promise<readonly Case[]> {
  const directory = mkdtempSync(join(tmpdir(), 'natc-misbehave-'));
  for (const [name, manifest] of Object.entries(files))
    writeFileSync(join(directory, name), manifest);
  const program = new URL('../../support/misbehave.mjs', import.meta.url).pathname;
  const script = `mount -t proc proc /proc 2>/dev/null || true
    mount -t tmpfs tmpfs /run && exec ${process.execPath} ${program} ${backend} old new /run/natc`;
  const namespace = process.getuid?.() === 0 ? '-nm' : '-Urnm';
  const child = spawn('unshare', [namespace, 'sh', '-c', script], { cwd: directory });
  child.stdin.end(behaviour);
  try {
    const [lines, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(complaints).toBe('');
    return lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describeWithKernel('apply, when a program', () => {
  test.concurrent.each(
    Object.entries(behaviours).flatMap(([name, behaviour]) =>
      Object.keys(places).map((backend) => [name, backend, behaviour] as const),
    ),
  )(
    '%s: ends in time, tells the truth and leaves nothing running (%s)',
    async (_, backend, behaviour) => {
      const cases = await misbehave(backend, behaviour);
      const isReached = (place: string) => cases.some(({ call }) => call.startsWith(place));
      expect((places[backend] ?? ['none']).filter((place) => !isReached(place))).toEqual([]);
      for (const each of cases) {
        const isDone = each.kind === 'applied' || each.kind === 'up-to-date';
        const isTold = each.says.length > 0;
        expect({ ...each, isTold: isTold || (isDone && each.left === 0) }).toMatchObject({
          ...(isDone && { holds: 'new' }),
          ...(each.kind === 'refused' && { holds: 'as before' }),
          running: 0,
          isTold: true,
          after: expect.stringMatching(/^(applied|up-to-date), new, 0$/),
        });
        expect(each.seconds, each.call).toBeLessThan(15);
      }
    },
    120_000,
  );
});

/** Puts a script in the place of a program for calls that begin so; `$real` is the real one. */
const replace = (program: string, beginning: string, behaviour: string) => `
  real=$(command -v ${program})
  { echo '#!/bin/sh'; echo "real=$real"; cat; } > /run/bin/${program} <<'EOF'
case "$*" in "${beginning}"*) ${behaviour};; *) exec $real "$@";; esac
EOF
  chmod +x /run/bin/${program}`;

/** Hangs with a child, and shows that it began. */
const hang = (seconds: number) => `touch /run/began; ${nap(seconds)} & ${nap(seconds)}`;

/** Told from those of another run, which may have been killed. */
const nap = (seconds: number) => `sleep ${seconds}.${process.pid}`;

describeWithKernel('natc is killed while it runs', () => {
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: './plugin' };
  const kubeconfig = kubeconfigFor('http://127.0.0.1:1', { user: { exec } });

  test.each([
    ['nft', replace('nft', '-f', hang(97532)), 'apply --no-sysctl -f old'],
    [
      'iptables-restore',
      replace('iptables-restore', '', hang(97533)),
      'apply --no-sysctl --backend iptables -f old',
    ],
    [
      'conntrack',
      `${apply} -f old; ${replace('conntrack', '-L', hang(97534))}`,
      'apply --no-sysctl -f new',
    ],
    ['unshare', replace('unshare', '', hang(97535)), 'check --no-sysctl -f old'],
    ['flock', replace('flock', '', hang(97536)), 'apply --no-sysctl -f old'],
    [
      'a credential plugin',
      `{ echo '#!/bin/sh'; echo '${hang(97537)}'; } > plugin; chmod +x plugin; echo '${kubeconfig}' > config`,
      'list --from-cluster --kubeconfig config',
    ],
  ])('%s: it ends too, with what it started, and holds no lock', (_, prepare, command) => {
    const [seconds] = /\d{5}\.\d+/.exec(prepare) ?? [];
    const run = hostScript(
      `
      ${prepare}
      setsid ${process.execPath} $natc_program ${command} >/run/said 2>&1 & natc=$!
      for try in $(seq 400); do [ -e /run/began ] && break; sleep 0.05; done
      [ -e /run/began ] || cat /run/said
      kill -9 $natc; wait $natc 2>/dev/null
      for try in $(seq 50); do pgrep -f '^sleep ${seconds}$' >/dev/null || break; sleep 0.1; done
      pgrep -cf '^sleep ${seconds}$'; rm -f /run/bin/*
      ${apply} --lock-timeout 5 -f new; echo $?
      `,
      files,
    );
    expect(run.stdout, run.stderr).toBe('0\n0\n');
  });
});

describeWithKernel('a program is looked for', () => {
  test.each([
    ['in the current directory, by an empty PATH', 'PATH='],
    ['in the current directory, by an empty entry', 'PATH=:$PATH'],
    ['in the current directory, by a dot', 'PATH=.:$PATH'],
    ['in a relative directory', 'PATH=../$(basename $PWD):$PATH'],
    ['in a directory that everybody may write', 'chmod 777 /run/open; PATH=/run/open:$PATH'],
    ['where a file may be written by everybody', 'chmod 777 /run/open/*; PATH=/run/open:$PATH'],
    [
      'in a directory of a stranger',
      'chown 4711 /run/open 2>/dev/null || chmod 777 /run/open; PATH=/run/open:$PATH',
    ],
  ])('not %s', (_, setting) => {
    const run = hostScript(
      `
      mkdir -m 755 /run/open
      for name in nft flock conntrack; do
        { echo '#!/bin/sh'; echo 'echo evil >> /run/evil'; } > $name
        chmod 755 $name; cp $name /run/open
      done
      (${setting}; export PATH; ${apply} -f old; echo "status $?")
      cat /run/evil 2>/dev/null; holds old
      `,
      files,
    );
    expect(run.stdout, run.stderr).toBe('status 0\nold\n');
  });

  test('in a directory of root that PATH names, and sees four variables', () => {
    const run = hostScript(
      `
      ${replace('nft', '', 'tr "\\\\0" "\\\\n" < /proc/$$/environ | cut -d= -f1 >> /run/seen; pwd >> /run/where; exec $real "$@"')}
      export SECRET=1 KUBECONFIG=/y
      ${apply} -f old; echo "status $?"
      sort -u /run/seen | tr '\\n' ' '; sort -u /run/where`,
      files,
    );
    expect(run.stdout, run.stderr).toBe('status 0\nHOME LC_ALL PATH TZ /\n');
  });
});
