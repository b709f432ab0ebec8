/** What `natc apply` and its companions say and do, as programs on a host. */
import { expect, test } from 'vitest';
import { hostScript, webManifest } from '../support/host-script.ts';
import { describeWithKernel } from '../support/kernel-available.ts';
import { natcProgram } from '../support/natc.ts';

const files = {
  old: webManifest(['10.180.0.10', '10.180.0.11']),
  new: webManifest(['10.180.0.10', '10.180.0.12']),
  three: webManifest(['10.180.0.10', '10.180.0.12', '10.180.0.13']),
  several: [1, 2, 3, 4]
    .map((last) => webManifest(['10.180.0.10'], `web-${last}`, last))
    .join('---'),
  one: webManifest(['10.180.0.10'], 'web-1', 1),
  none: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x, namespace: shop }\n',
};
const options = '--no-sysctl --backend nftables';

/** Waits for the file `$1` to have the line `$2`, ten seconds at most. */
const waitFor =
  'wait_for() { n=0; until grep -q "$2" "$1"; do n=$((n+1)); [ $n -lt 100 ] || exit 99; sleep 0.1; done; }';

describeWithKernel('natc apply', () => {
  test('of an unchanged input touches nothing, as nft monitor sees it', () => {
    const run = hostScript(
      `
      ${waitFor}
      natc apply -q ${options} -f old || exit
      nft monitor > /run/log 2>&1 & monitor=$!
      # Changes of our own, before and after, show that the monitor hears.
      until grep -q 'table ip first' /run/log; do nft add table ip first; nft delete table ip first; done
      natc apply ${options} -f old; natc apply ${options} -f old --verify
      { cat old; echo '# other bytes'; } | natc apply ${options}
      nft add table ip last; wait_for /run/log 'table ip last'; kill $monitor
      grep -v -e 'ip first' -e 'ip last' -e '^# new generation' /run/log
      : > /run/log; nft monitor > /run/log 2>&1 & monitor=$!
      until grep -q 'table ip again' /run/log; do nft add table ip again; nft delete table ip again; done
      natc apply -q ${options} -f new; wait_for /run/log 10.180.0.12; kill $monitor; echo heard
      `,
      files,
    );
    expect(run.stdout, run.stderr).toBe('heard\n');
    expect(run.stderr.match(/^up to date$/gm)).toHaveLength(3);
  });

  test('of the same bytes does not parse them; options and bytes count', () => {
    const run = hostScript(
      `
      cp old input; natc apply -q ${options} -f input || exit
      log() { : > /run/log; printf 'echo "$@" >> /run/log; exec $nft "$@"' | wrap_nft; }
      log; natc apply ${options} -f input; cat /run/log
      echo ---; : > /run/log; natc apply ${options} -f input --node-name other; grep -c . /run/log
      # An input that cannot be parsed, and the memory of one that could.
      echo '{' > input; natc apply ${options} -f input 2>/dev/null; echo "status $?"
      `,
      files,
    );
    const [fast, rest] = run.stdout.split('---\n');
    expect(fast?.split('\n').sort()).toEqual([
      '',
      '-c -f -',
      '-t list chains',
      'list set ip natc revision',
      'list set ip6 natc revision',
    ]);
    expect(rest).toBe('4\nstatus 2\n');
  });

  test('--dry-run prints the transaction and changes nothing; nft takes it as it is', () => {
    const run = hostScript(
      `
      natc apply -q ${options} -f old || exit
      before=$(nft list ruleset; ls -l /run/natc)
      natc apply ${options} -f new --dry-run > script; echo "status $?"
      natc apply ${options} -f new --dry-run=kernel | sed 's/, [0-9]*"/"/' > kernel
      sed 's/, [0-9]*"/"/' script | cmp - kernel; echo "status $?"
      [ "$before" = "$(nft list ruleset; ls -l /run/natc)" ] && echo unchanged
      natc apply ${options} -f old --dry-run | wc -c
      nft -f script; holds new; nft -f script 2>/dev/null; echo "again $?"; cat script
      `,
      files,
    );
    const [head, script] = run.stdout.split('again 1\n');
    expect(head, run.stderr).toBe('status 0\nstatus 0\nunchanged\n0\nnew\n');
    expect(script).toContain('10.180.0.12');
    expect(Buffer.byteLength(script ?? '')).toBeLessThan(4096);
  });

  test('--dry-run=kernel says what the kernel has against it', () => {
    const run = hostScript(
      `
      natc apply -q ${options} -f old || exit
      printf 'case "$*" in "-c -f -") echo "Error: no" >&2; exit 1;; esac; exec $nft "$@"' | wrap_nft
      natc apply ${options} -f new --dry-run=kernel; echo "status $?"
      `,
      files,
    );
    expect(run.stdout).toBe('status 3\n');
    expect(run.stderr).toContain('NATC5003');
  });

  test('--confirm-timeout goes back when nobody confirms, though the session died', () => {
    const run = hostScript(
      `
      ${waitFor}
      natc apply -q ${options} -f old || exit
      # Every process of the session gets SIGHUP, as at the end of ssh.
      setsid sh -c '"$@"; kill -HUP 0' sh ${process.execPath} ${natcProgram} apply -q ${options} -f new --confirm-timeout 5s
      holds new
      natc apply ${options} -f three; echo "status $?"
      n=0; until [ ! -e /run/natc/confirm.json ]; do n=$((n+1)); [ $n -lt 150 ] || exit 99; sleep 0.1; done
      # The last attempt was refused.
      sleep 0.5; natc status > /dev/null; echo "status $?"; holds old
      `,
      files,
    );
    expect(run.stdout, run.stderr).toBe('new\nstatus 4\nstatus 1\nold\n');
    expect(run.stderr).toContain('NATC5029');
  });

  test('natc confirm keeps the change, once', () => {
    const run = hostScript(
      `
      natc apply -q ${options} -f old && natc apply ${options} -f new --confirm-timeout 1m || exit
      natc confirm; echo "status $?"; natc confirm; echo "status $?"
      natc apply -q ${options} -f three; echo "status $?"
      `,
      files,
    );
    expect(run.stdout, run.stderr).toBe('status 0\nstatus 1\nstatus 0\n');
    expect(run.stderr).toContain('rolled back in 60s unless natc confirm comes');
  });

  test('--confirm-timeout of the very first revision removes the tables again', () => {
    const run = hostScript(
      `
      natc apply -q ${options} -f old --confirm-timeout 1s || exit
      n=0; until [ -z "$(nft list tables)" ]; do n=$((n+1)); [ $n -lt 100 ] || exit 99; sleep 0.1; done
      echo gone
      `,
      files,
    );
    expect(run.stdout, run.stderr).toBe('gone\n');
  });

  test('natc rollback goes back step by step, and says when there is nothing', () => {
    const run = hostScript(
      `
      natc rollback; echo "status $?"
      for input in old new three; do natc apply -q ${options} -f $input || exit; done
      natc rollback; echo "status $?"; holds new
      natc rollback -q; echo "status $?"; holds old
      natc rollback; echo "status $?"; holds old
      natc apply -q ${options} -f new; rm /run/natc/revision-*; natc rollback; echo "status $?"; holds new
      `,
      files,
    );
    expect(run.stdout, run.stderr).toBe(
      'status 3\nstatus 0\nnew\nstatus 0\nold\nstatus 3\nold\nstatus 3\nnew\n',
    );
    expect(run.stderr).toContain('back at revision 2: ');
    expect(run.stderr.match(/NATC5030/g)).toHaveLength(3);
  });

  test('natc status tells drift, and its JSON is what docs/apply.md says', () => {
    const run = hostScript(
      `
      natc status; echo "status $?"
      natc apply -q ${options} -f old || exit
      natc status; echo "status $?"
      nft delete element ip natc services '{ 172.30.0.10 . tcp . 80 }'
      natc status -o json; echo "status $?"
      `,
      files,
    );
    const [, first, second, json = '', end] =
      /^([\s\S]*?status 1\n)([\s\S]*?status 0\n)([\s\S]*\})\n(status 1)\n$/.exec(run.stdout) ?? [];
    expect(first, run.stderr).toBe('natc has no tables in the kernel\nstatus 1\n');
    expect(second).toMatch(/^revision: 1 \([0-9a-f]{32}\), applied \d+s ago\n/);
    expect(second).toContain('table ip natc: 1 Service, 4 endpoints\n');
    expect(second).toMatch(/^drift: none\nguard: .*\nlast attempt \d+s ago: done$/m);
    expect(JSON.parse(json)).toEqual({
      schema: 'natc.status/v1',
      backend: 'nftables',
      revision: {
        number: 1,
        digest: expect.stringMatching(/^[0-9a-f]{32}$/),
        time: expect.any(Number),
        ageSeconds: expect.any(Number),
      },
      tables: [
        { family: 'ip', services: 1, endpoints: 4 },
        { family: 'ip6', services: 0, endpoints: 0 },
      ],
      unreadable: null,
      forward: { chains: [], notLookedAt: [] },
      sysctls: { set: [], hasLoopbackGuard: true },
      drift: { count: 1, repair: [expect.stringContaining('172.30.0.10 . tcp . 80')] },
      elsewhere: [],
      confirmUntil: null,
      overdue: null,
      undone: false,
      waiting: null,
      attempt: {
        time: expect.any(Number),
        ageSeconds: expect.any(Number),
        exitCode: 0,
        message: null,
        lastSuccess: expect.any(Number),
      },
      tooOld: null,
      warnings: { count: 0, standing: [] },
      revisions: [expect.objectContaining({ number: 1 })],
      problems: [],
    });
    expect(end).toBe('status 1');
  });

  test('a kube-proxy on the same host: a warning, or refused where addresses are shared', () => {
    const run = hostScript(
      `
      nft -f - <<'EOF'
      table ip kube-proxy {
        map service-ips {
          typeof ip daddr . meta l4proto . th dport : verdict
          elements = { 172.30.9.9 . tcp . 80 : goto service-a }
        }
        chain service-a { }
      }
EOF
      natc apply ${options} -f old; echo "status $?"
      nft add element ip kube-proxy service-ips '{ 172.30.0.10 . tcp . 80 : goto service-a }'
      theirs=$(nft list table ip kube-proxy)
      natc apply ${options} -f new; echo "status $?"; holds old 2>/dev/null
      natc apply ${options} -f new --force; echo "status $?"
      [ "$theirs" = "$(nft list table ip kube-proxy)" ] && echo untouched
      nft delete table ip kube-proxy
      iptables-nft -t nat -N KUBE-SERVICES
      iptables-nft -t nat -A KUBE-SERVICES -d 172.30.0.10/32 -p tcp --dport 80 -j RETURN
      natc apply ${options} -f old; echo "status $?"
      `,
      files,
    );
    expect(run.stdout, run.stderr).toMatch(
      /^status 0\nstatus 4\n(not )?old\nstatus 0\nuntouched\nstatus 4\n$/,
    );
    expect(run.stderr.match(/warning\[NATC5027\]/g)).toHaveLength(1);
    expect(run.stderr).toContain('error[NATC5028]: kube-proxy (table ip nat, chain KUBE-SERVICES)');
    expect(run.stderr).toContain('warning[NATC5028]');
  });

  test('an input that is cut off, anywhere: an error, and nothing changed', () => {
    const run = hostScript(
      `
      natc apply -q ${options} -f old || exit
      size=$(wc -c < list.json); before=$(nft list ruleset)
      for part in 1 $((size / 3)) $((size / 2)) $((size - 3)); do
        head -c $part list.json | natc apply ${options} --validate warn --allow-mass-removal; echo "status $?"
      done
      : | natc apply ${options} --validate warn 2>/dev/null; echo "empty $?"
      [ "$before" = "$(nft list ruleset)" ] && echo unchanged
      `,
      { ...files, 'list.json': listJson },
    );
    expect(run.stdout, run.stderr).toBe(`${'status 2\n'.repeat(4)}empty 2\nunchanged\n`);
  });

  test('an input without Services, or without most of them: refused, unless that is meant', () => {
    const run = hostScript(
      `
      natc apply -q ${options} -f several || exit
      natc apply ${options} --validate warn -f none; echo "status $?"
      natc apply ${options} -f one; echo "status $?"; holds several
      natc apply ${options} --max-removals 75 -f one; echo "status $?"
      natc apply ${options} --validate warn --allow-mass-removal -f none; echo "status $?"; natc status
      `,
      files,
    );
    expect(run.stdout, run.stderr).toContain('status 4\nstatus 4\n');
    expect(run.stdout).toContain('\nstatus 0\nstatus 0\n');
    expect(run.stdout).toContain('table ip natc: 0 Services, 0 endpoints');
    expect(run.stderr).toContain('NATC5024');
    expect(run.stderr).toContain('NATC5061');
  });
});

/** What kubectl prints: the objects of `new` as one list. */
const listJson = JSON.stringify(
  {
    apiVersion: 'v1',
    kind: 'List',
    items: [1, 2].map((last) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `web-${last}`, namespace: 'shop' },
      spec: { clusterIP: `172.30.0.${last}`, ports: [{ port: 80 }] },
    })),
  },
  null,
  4,
);
