import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { describeWithKernel } from '../support/kernel-available.ts';
import { natcProgram, projectRoot } from '../support/natc.ts';

/** Applies one list of fixtures/incomplete after the other, each in the same network namespace. */
function inNamespace(script: string) {
  const prelude = `
    mount -t tmpfs tmpfs /run; cd fixtures/incomplete
    flags="--no-sysctl --node-name node-a --cluster-cidr 10.244.0.0/16 --backend $BACKEND"
    natc() { ${process.execPath} ${natcProgram} "$@"; }
    apply() { natc apply -f "$@" $flags >>/run/out 2>&1; echo "$1 $?"; }
    endpoints() {
      if [ "$BACKEND" = nftables ]; then nft list table ip natc; else iptables-save -t nat; fi |
        grep -oE '10\\.244\\.0\\.[1-9][0-9]*' | sort -u | wc -l
    }
    without() { ${process.execPath} -e '
      const [file, kind, ...names] = process.argv.slice(1);
      const list = JSON.parse(require("fs").readFileSync(file, "utf8"));
      list.items = list.items.filter((each) => each.kind !== kind ||
        (names.length > 0 && !names.some((name) => each.metadata.name.startsWith(name))));
      process.stdout.write(JSON.stringify(list));' "$@"; }
  `;
  return (backend: string) => {
    const namespace = process.getuid?.() === 0 ? '-nm' : '-Urnm';
    const { stdout, stderr } = spawnSync(
      'unshare',
      [namespace, 'sh', '-c', `${prelude}\n${script}`],
      {
        cwd: projectRoot,
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], BACKEND: backend },
      },
    );
    return { stdout, stderr };
  };
}

describeWithKernel('apply with a list that lost a part', () => {
  const run = inNamespace(`
    apply whole.json; endpoints
    for list in without-slices first-page-of-slices without-nodes; do apply $list.json; endpoints; done
    for again in 1 2 3; do apply without-slices.json; done; endpoints
    [ $BACKEND = iptables ] || { natc status 2>&1 | grep '^held back'; natc status >/dev/null 2>&1; echo $?; }
    without whole.json Service web cart >/run/less.json; apply /run/less.json; endpoints
    apply whole.json; endpoints
    without whole.json Service >/run/none.json; apply /run/none.json; endpoints
    apply without-slices.json --allow-mass-removal; endpoints
  `);

  test.each(['nftables', 'iptables'])('%s keeps what is missing, and says so', (backend) => {
    const { stdout, stderr } = run(backend);
    expect(stderr).toBe('');
    const status = backend === 'nftables' ? 'held back for .*\n1\n' : '';
    expect(stdout).toMatch(
      new RegExp(
        [
          'whole.json 0\n8',
          'without-slices.json 4\n8',
          'first-page-of-slices.json 4\n8',
          'without-nodes.json 4\n8',
          'without-slices.json 4\nwithout-slices.json 4\nwithout-slices.json 4\n8',
          `${status}/run/less.json 0\n4`,
          'whole.json 0\n8',
          '/run/none.json 4\n8',
          'without-slices.json 0\n0\n',
        ].join('\n'),
      ),
    );
  });
});
