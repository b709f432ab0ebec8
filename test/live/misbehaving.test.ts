/** Programs that hang, flood, crash, lie, fail after all, or write escapes, at each place that natc runs one. */
import { expect, test } from 'vitest';
import { hostScript, webManifest } from '../support/host-script.ts';
import { describeWithKernel } from '../support/kernel-available.ts';

const files = {
  old: webManifest(['10.180.0.10', '10.180.0.11']),
  new: webManifest(['10.180.0.10', '10.180.0.12']),
};
const apply = 'natc apply -q --no-sysctl --backend nftables';

/** What stands for the program, in a shell; `$real` is the real one. */
const behaviours: Readonly<Record<string, string>> = {
  hangs: 'exec sleep 97531',
  'hangs with a child, and ignores SIGTERM': "trap '' TERM; sleep 97531 & sleep 97531",
  'prints without end': 'exec yes "$@"',
  'complains without end': 'exec yes "$@" >&2',
  crashes: 'kill -SEGV $$',
  'ends with 0 and does nothing': 'exit 0',
  'did it, but fails': '$real "$@"; exit 1',
  'did it, but is killed': '$real "$@"; kill -9 $$',
  'writes escapes': "printf 'Error: \\033[2J\\033]0;x\\007\\n' >&2; exit 1",
};

/** Where, by the beginning of its arguments. */
const places: Readonly<Record<string, readonly [program: string, beginning: string]>> = {
  'the stamps are read': ['nft', 'list set'],
  'other proxies are looked for': ['nft', 'list map ip kube-proxy'],
  'the change is sent': ['nft', '-f'],
  'pins are looked through': ['nft', 'list map ip natc'],
  'connections are listed': ['conntrack', '-L'],
};

/** Puts a script in the place of a program for calls that begin so. */
const replace = (program: string, beginning: string, behaviour: string) => `
  { echo '#!/bin/sh'; echo "real=$${program}"; cat; } > /run/bin/${program} <<'EOF'
case "$*" in "${beginning}"*) ${behaviour};; *) exec $real "$@";; esac
EOF
  chmod +x /run/bin/${program}`;

describeWithKernel('apply, when a program', () => {
  test.each(Object.entries(behaviours))(
    '%s: ends in time, tells the truth and leaves nothing running, wherever that is',
    (_, behaviour) => {
      const cases = Object.values(places).map(
        ([program, beginning]) => `
          ${apply} -f old || exit
          ${replace(program, beginning, behaviour)}
          ${apply} --command-timeout 1 -f new 2> /run/said
          echo "$? $(grep -c "$(printf '\\033')" /run/said) $(pgrep -cf '^sleep 9753[1]')"
          rm /run/bin/${program}; holds new`,
      );
      const run = hostScript(
        `conntrack=$(command -v conntrack)\n${cases.join('\n')}\n${apply} -f new; holds new`,
        files,
      );
      const lines = run.stdout.trim().split('\n');
      expect(lines, run.stderr).toHaveLength(2 * cases.length + 1);
      expect(lines.at(-1)).toBe('new');
      for (const [index, place] of Object.keys(places).entries()) {
        const [told = '', held] = lines.slice(2 * index, 2 * index + 2);
        const [status, escapes, left] = told.split(' ');
        expect({ place, escapes, left }).toEqual({ place, escapes: '0', left: '0' });
        expect(`${place}: ${held}, ${status}`).toMatch(/: (new, [06]|not new, 3)$/);
      }
    },
    120_000,
  );

  test('runs and natc is killed: it ends too, with what it started', () => {
    const run = hostScript(
      `
      ${replace('nft', '-f', 'touch /run/sending; sleep 97532 & sleep 97532')}
      setsid ${apply.replace('natc', `${process.execPath} $natc_program`)} -f old & natc=$!
      until [ -e /run/sending ]; do sleep 0.05; done
      kill -9 $natc; wait $natc 2>/dev/null
      for try in $(seq 50); do pgrep -f '^sleep 9753[2]' >/dev/null || break; sleep 0.1; done
      pgrep -cf '^sleep 9753[2]'; rm /run/bin/nft
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
