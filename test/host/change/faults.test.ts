/** Whatever goes wrong: the kernel holds the old ruleset or the new one, and the next apply converges. */
import { describe, expect, test } from 'vitest';
import type { ApplyStep } from '../../../src/host/change/apply-step.ts';
import { hostScript, webManifest } from '../../support/host-script.ts';
import { describeWithKernel } from '../../support/kernel-available.ts';

const files = {
  old: webManifest(['10.180.0.10', '10.180.0.11']),
  new: `${webManifest(['10.180.0.10', '10.180.0.12'])}---${webManifest(['10.180.0.13'], 'more', 20)}`,
};
const options = '--no-sysctl --backend nftables';

/** Before the change of the kernel, and after it. */
const steps: Readonly<Record<ApplyStep, 'old' | 'new'>> = {
  locked: 'old',
  'kernel-read': 'old',
  'state-written': 'old',
  'state-renamed': 'old',
  committed: 'new',
  'affinity-retired': 'new',
  'connections-cleaned': 'new',
  'marked-done': 'new',
};

describeWithKernel('apply', () => {
  test.each(Object.entries(steps))(
    'killed when %s: the kernel holds the %s ruleset',
    (step, held) => {
      const run = hostScript(
        `
      natc apply -q ${options} -f old || exit
      nft add element ip natc clients/shop/web/tcp/http/8080 '{ 192.0.2.1 : 10.180.0.10, 192.0.2.2 : 10.180.0.11 }'
      conntrack -I -p udp -s 192.0.2.1 -d 172.30.0.10 --sport 1 --dport 53 -r 10.180.0.11 -q 192.0.2.1 --reply-port-src 8080 --reply-port-dst 1 -t 99 2>/dev/null
      apply_until ${step} new; echo "status $?"
      holds ${held}
      natc apply ${options} --lock-timeout 5 -f new 2>/dev/null; echo "status $?"
      holds new
      nft list map ip natc clients/shop/web/tcp/http/8080 | grep -o '192.0.2.[0-9]*'
      conntrack -L -p udp 2>/dev/null | wc -l
      : > /run/log; printf 'echo "$@" >> /run/log; exec $nft "$@"' | wrap_nft
      natc apply -q ${options} -f new; echo "status $?"; grep -c 'list table ' /run/log
      ls -A /run/natc | grep -c '^\\.'
      `,
        files,
      );
      // Gone are the pin and the UDP connection of the lost endpoint; the third apply lists nothing.
      const lines = run.stdout.trim().split('\n');
      expect(lines, run.stderr).toEqual(
        ['status 137', held, 'status 0', 'new', '192.0.2.1', '0', 'status 0', '0'].concat(
          step === 'state-written' ? ['1'] : ['0'],
        ),
      );
    },
  );

  test('killed before it moved clients on: an apply of something else does that too', () => {
    const run = hostScript(
      `
      natc apply -q ${options} -f old || exit
      nft add element ip natc clients/shop/web/tcp/http/8080 '{ 192.0.2.1 : 10.180.0.10, 192.0.2.2 : 10.180.0.11 }'
      apply_until committed new; echo "status $?"
      natc apply -q ${options} --lock-timeout 5 -f other; echo "status $?"
      nft list map ip natc clients/shop/web/tcp/http/8080 | grep -o '192.0.2.[0-9]*'
      `,
      { ...files, other: webManifest(['10.180.0.10', '10.180.0.12', '10.180.0.14']) },
    );
    expect(run.stdout, run.stderr).toBe('status 137\nstatus 0\n192.0.2.1\n');
  });

  test('a step that does not come is told from one that does', () => {
    expect(hostScript('apply_until nowhere old; echo $?', files).stdout).toBe('9\n');
  });

  describe.each(['old', 'new'])('with %s rules to apply', (wanted) => {
    test('a full disk: applied all the same, said, and done by a listing next time', () => {
      const run = hostScript(
        `
        natc apply -q ${options} -f old || exit
        mount -t tmpfs -o size=4k tmpfs /run/natc
        natc apply ${options} -f ${wanted}; echo "status $?"; holds ${wanted}
        umount /run/natc
        natc apply -q ${options} -f new; echo "status $?"; holds new
        `,
        files,
      );
      expect(run.stdout, run.stderr).toBe(`status 6\n${wanted}\nstatus 0\nnew\n`);
      expect(run.stderr).toMatch(/NATC5021.*no space left on device/);
    });

    const isOld = wanted === 'old';
    const faults: readonly (readonly [string, string, number])[] = [
      ['nft fails on every call', 'echo "Error: broken" >&2; exit 1', 3],
      [
        'nft fails on transactions',
        'case "$*" in -f*) exit 1;; esac; exec $nft "$@"',
        isOld ? 0 : 3,
      ],
      [
        'nft is killed in a transaction',
        'case "$*" in -f*) kill -9 $$;; esac; exec $nft "$@"',
        isOld ? 0 : 3,
      ],
      [
        'nft is killed after a transaction',
        'case "$*" in -f*) $nft "$@"; kill -9 $$;; esac; exec $nft "$@"',
        0,
      ],
      [
        'nft crashes on every listing: replaced whole',
        'case "$*" in list*) kill -SEGV $$;; esac; exec $nft "$@"',
        6,
      ],
    ];

    test.each(faults)('%s', (_, wrapper, status) => {
      const run = hostScript(
        `
        natc apply -q ${options} -f old || exit
        wrap_nft <<'EOF'
${wrapper}
EOF
        # An empty state directory: the kernel has to be listed.
        mv /run/natc /run/aside
        natc apply -q ${options} -f ${wanted}; echo "status $?"
        rm /run/bin/nft
        rm -rf /run/natc; mv /run/aside /run/natc
        { holds old; holds new; } | grep -v not
        natc apply -q ${options} -f ${wanted}; echo "status $?"; holds ${wanted}
        `,
        files,
      );
      const lines = run.stdout.trim().split('\n');
      expect(lines[0], run.stderr).toBe(`status ${status}`);
      expect(['old', 'new']).toContain(lines[1]);
      expect(lines.slice(2)).toEqual(['status 0', wanted]);
    });
  });

  const races = process.env['NATC_LONG'] === '1' ? 100 : 20;

  test(`two at once, ${races} times: one after the other, and the last one's rules hold`, () => {
    const run = hostScript(
      `
      natc apply -q ${options} -f old || exit
      for i in $(seq ${races / 2}); do
        (natc apply -q ${options} -f old || echo "old failed: $?") & old=$!
        (natc apply -q ${options} -f new || echo "new failed: $?") & new=$!
        wait $old $new
        { holds old; holds new; } | grep -v not
      done
      natc apply -q ${options} -f new; holds new
      `,
      files,
    );
    const lines = run.stdout.trim().split('\n');
    expect(lines).toHaveLength(races / 2 + 1);
    expect(lines.filter((line) => line !== 'old' && line !== 'new')).toEqual([]);
  }, 600_000);

  test('a lock that is held: exit status 5, nothing changed', () => {
    const run = hostScript(
      `
      natc apply -q ${options} -f old || exit
      flock /run/natc/lock sh -c 'echo; exec sleep 60' > /run/held & holder=$!
      until [ -s /run/held ]; do :; done
      natc apply ${options} --lock-timeout 0 -f new; echo "status $?"; holds old
      kill $(pgrep -P $holder) $holder
      `,
      files,
    );
    expect(run.stdout).toBe('status 5\nold\n');
    expect(run.stderr).toContain('another natc holds the lock');
  });
});
