/** What a person's TAB makes of a line, in the shells themselves. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { natcProgram } from '../support/natc.ts';

const folder = mkdtempSync(join(tmpdir(), 'natc-shells-'));
afterAll(() => rmSync(folder, { recursive: true }));

const services = ['web', 'cart'].map(
  (name, index) =>
    `apiVersion: v1\nkind: Service\nmetadata: { name: ${name}, namespace: shop }\nspec: { clusterIP: 172.30.0.1${index}, ports: [{ port: 80 }] }\n`,
);

beforeAll(() => {
  writeFileSync(join(folder, 'shop.yaml'), services.join('---\n'));
  mkdirSync(join(folder, 'states'));
  mkdirSync(join(folder, 'bin'));
  // Found by its name, as an installed natc is.
  const program = `#!/bin/sh\nexec ${process.execPath} ${natcProgram} "$@"\n`;
  writeFileSync(join(folder, 'bin/natc'), program);
  chmodSync(join(folder, 'bin/natc'), 0o755);
});

/** What is typed, and what stands there after one TAB. */
const lines: readonly (readonly [string, string])[] = [
  ['natc roll', 'natc rollback '],
  ['natc help roll', 'natc help rollback '],
  ['natc apply --val', 'natc apply --validate '],
  ['natc compile -o pl', 'natc compile -o plan '],
  ['natc compile --output=ipt', 'natc compile --output=iptables '],
  ['natc compile --localhost-nodeports f', 'natc compile --localhost-nodeports false '],
  ['natc diff --backend i', 'natc diff --backend iptables '],
  ['natc apply --dry-run=k', 'natc apply --dry-run=kernel '],
  ['natc explain-code NATC200', 'natc explain-code NATC200'],
  ['natc explain-code NATC5075', 'natc explain-code NATC5075 '],
  ['natc explain-code 507', 'natc explain-code 507'],
  ['natc diff kube', 'natc diff kube-proxy '],
  ['natc completion z', 'natc completion zsh '],
  ['natc diff shop.yaml li', 'natc diff shop.yaml live '],
  ['natc check sho', 'natc check shop.yaml '],
  ['natc check --filename=sho', 'natc check --filename=shop.yaml '],
  ['natc compile --state-dir st', 'natc compile --state-dir states/'],
  ['natc list -f shop.yaml --service shop/w', 'natc list -f shop.yaml --service shop/web '],
  ['natc list shop.yaml --service=shop/c', 'natc list shop.yaml --service=shop/cart '],
  [
    'natc list shop.yaml --service shop/web,shop/c',
    'natc list shop.yaml --service shop/web,shop/cart ',
  ],
  ['natc diff shop.yaml shop.yaml -n sh', 'natc diff shop.yaml shop.yaml -n shop '],
  ['natc explain -f shop.yaml 10.0.0.1 shop/w', 'natc explain -f shop.yaml 10.0.0.1 shop/web '],
];

/** Types into a shell on a terminal of its own; ^X^T keeps the line and empties it. */
const typist = `
import os, pty, select, sys, time
shell, start, typed = sys.argv[1], sys.argv[2], sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(shell.split()[0], shell.split())
seen = b''
def until(mark, seconds=30):
    global seen
    end = time.time() + seconds
    while mark not in seen and time.time() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            try: seen += os.read(terminal, 65536)
            except OSError: return
    seen = seen.split(mark, 1)[-1]
os.write(terminal, start.encode() + b'\\n')
until(b'READY\\r\\n')
for line in typed:
    os.write(terminal, line.encode() + b'\\t')
    os.write(terminal, b'\\x18\\x14')
    until(b'KEPT')
os.write(terminal, b'\\x04')
`;

interface Shell {
  readonly command: string;
  /** What sets it up: the completion, and the keys. */
  readonly start: (kept: string) => string;
}

const shells: Readonly<Record<'bash' | 'zsh', Shell>> = {
  bash: {
    command: 'bash --norc --noprofile -i',
    start: (kept) =>
      `PS1=; source <(natc completion bash); keep() { printf '%s\\n' "$READLINE_LINE" >> ${kept}; READLINE_LINE=; printf 'KE%s' PT; }; bind -x '"\\C-x\\C-t": keep'; printf 'REA%s\\n' DY`,
  },
  zsh: {
    command: 'zsh -f -i',
    start: (kept) =>
      `PS1=; autoload -U compinit; compinit -u -d ${folder}/zcompdump; source <(natc completion zsh); keep() { print -r -- "$BUFFER" >> ${kept}; BUFFER=; print -n KE; print -n PT }; zle -N keep; bindkey '^X^T' keep; print -n REA; print DY`,
  },
};

const has = (name: string): boolean => spawnSync(name, ['--version']).status === 0;
const isCi = !['', '0', 'false'].includes(process.env['CI'] ?? '');
const skipped = (name: string): boolean => !has(name) && !isCi;
const titleOf = (name: string): string => (skipped(name) ? `${name} (skipped: no ${name})` : name);
const environment = {
  HOME: folder,
  PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
  TERM: 'dumb',
};

for (const name of ['bash', 'zsh'] as const) {
  describe.skipIf(skipped(name))(titleOf(name), () => {
    let after: readonly string[] = [];
    beforeAll(() => {
      const kept = join(folder, `${name}.kept`);
      const { command, start } = shells[name];
      const args = ['-c', typist, command, start(kept), ...lines.map(([typed]) => typed)];
      const run = spawnSync('python3', args, { cwd: folder, env: environment, encoding: 'utf8' });
      expect(run.stderr).toBe('');
      after = readFileSync(kept, 'utf8').trimEnd().split('\n');
    }, 120_000);
    test.each(lines.map((line, index) => [...line, index] as const))('%s', (_, expected, index) => {
      expect((after[index] ?? '').trimEnd()).toBe(expected.trimEnd());
    });
  });
}

describe.skipIf(skipped('fish'))(titleOf('fish'), () => {
  test.each(lines)('%s', (typed, expected) => {
    const ask = `natc completion fish | source; complete -C "${typed}"`;
    const run = spawnSync('fish', ['--no-config', '-c', ask], {
      cwd: folder,
      env: environment,
      encoding: 'utf8',
    });
    const words = run.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/\t.*/, ''));
    const last = expected.trimEnd().split(' ').at(-1) ?? '';
    if (expected === typed) expect(words.length).toBeGreaterThan(3);
    else expect(words).toEqual([last]);
  });

  test('says what a word means', () => {
    const ask = 'natc completion fish | source; complete -C "natc explain-code NATC5075"';
    const run = spawnSync('fish', ['--no-config', '-c', ask], {
      env: environment,
      encoding: 'utf8',
    });
    expect(run.stdout).toMatch(/^NATC5075\t\S+/);
  });
});
