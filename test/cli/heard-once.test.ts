import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { describeWithKernel } from '../support/kernel-available.ts';
import { natcProgram, projectRoot } from '../support/natc.ts';

const service = (name: string, address: string, port: number) => `---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: shop}
spec: {clusterIP: ${address}, clusterIPs: [${address}], ports: [{port: ${port}, targetPort: 80}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: ${name}-1, namespace: shop, labels: {kubernetes.io/service-name: ${name}}}
addressType: IPv4
ports: [{port: 80}]
endpoints: [{addresses: [10.244.0.9]}]
`;

/** What a node hears of one cron job after the other. */
const script = `
  mount -t tmpfs tmpfs /run; cd /run
  natc() { ${process.execPath} ${natcProgram} "$@"; }
  flags="--no-sysctl --protect-ports allow --cluster-cidr 10.244.0.0/16 --backend $BACKEND"
  apply() { echo "== $1"; shift; natc apply -f input.yaml $flags "$@" 2>&1; echo "exit $?"; }
  echo "$BROKEN" >input.yaml
  apply first --quiet
  apply second --quiet
  apply 'to read' 
  echo "$MORE" >>input.yaml
  apply 'another Service' --quiet
  echo "== status"; natc status 2>&1 | sed 's/ for [0-9]*s: / for Ns: /'
  rm /run/natc/warnings.json
  apply 'nothing known' --quiet
  apply 'known again' --quiet
  apply 'dry run' --quiet --dry-run
  echo "$FIXED" >input.yaml
  apply fixed --quiet --allow-mass-removal
  apply quiet --quiet
  echo "== good"; natc status --max-age 5m >out 2>&1; echo "exit $?"
  echo 'kind: [' >input.yaml
  for again in 1 2 3; do apply refused --quiet >out; tail -n1 out; done
  { echo "$BROKEN"; echo 'kind: ['; } >input.yaml
  apply 'refused with a warning' --quiet
  echo "$FIXED" >input.yaml
  apply 'back again' --quiet
  apply 'back to stay' --quiet
  natc status >out; echo "== stands"; grep -c NATC2003 out
  echo 'kind: [' >input.yaml; apply 'refused again' --quiet >out
  echo "== bad"; natc status >out 2>&1; echo "exit $?"; grep attempt out
  natc status -o json | ${process.execPath} -e '
    const { attempt } = JSON.parse(require("fs").readFileSync(0, "utf8"));
    console.log(attempt.exitCode, attempt.lastSuccess > 0);'
  natc apply --no-such-flag >out 2>&1; natc status | grep -c 'exit status 2'
`;

/** The parts of the output by their headings. */
function parts(backend: string): ReadonlyMap<string, string> {
  const namespace = process.getuid?.() === 0 ? '-nm' : '-Urnm';
  const { stdout, stderr } = spawnSync('unshare', [namespace, 'sh', '-c', script], {
    cwd: projectRoot,
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      BACKEND: backend,
      BROKEN: service('good', '10.96.0.1', 80) + service('bad', '10.96.0.2', 70_000),
      MORE: service('other', '10.96.0.3', 80),
      FIXED: service('good', '10.96.0.1', 80) + service('bad', '10.96.0.2', 7000),
    },
  });
  expect(stderr).toBe('');
  const sections = stdout.split(/^== /m).slice(1);
  return new Map(
    sections.map((each) => {
      const end = each.indexOf('\n');
      return [each.slice(0, end), each.slice(end + 1)];
    }),
  );
}

describeWithKernel('a cron job', () => {
  test.each(['nftables', 'iptables'])('through %s is heard when there is news', (backend) => {
    const told = parts(backend);
    const refused = 'shop/bad';
    expect(told.get('first')).toMatch(/70000[\s\S]*exit 0\n$/);
    expect(told.get('first')).toContain(refused);
    expect(told.get('first')).not.toMatch(/applied|backend/);
    expect(told.get('second')).toBe('exit 0\n');
    expect(told.get('to read')).toMatch(
      /^up to date\n\d+ warnings? as before \(natc status\)\nexit 0\n$/,
    );
    expect(told.get('another Service')).toBe('exit 0\n');
    expect(told.get('status')).toMatch(/stand: \d+\n {2}for Ns: NATC\d+ Service shop\/bad.*70000/);
    expect(told.get('status')).toMatch(/last attempt \d+s ago: done\n/);
    expect(told.get('nothing known')).toContain(refused);
    expect(told.get('known again')).toBe('exit 0\n');
    expect(told.get('dry run')).toContain(refused);
    expect(told.get('fixed')).toMatch(/^(no longer: NATC\d+ .*shop\/bad.*\n)+exit 0\n$/);
    expect(told.get('quiet')).toBe('exit 0\n');
    expect(told.get('good')).toBe('exit 0\nexit 2\nexit 2\nexit 2\n');
    expect(told.get('refused with a warning')).toMatch(/exit 2\n$/);
    expect(told.get('back to stay')).toBe('exit 0\n');
    expect(told.get('stands')).toBe('0\n');
    expect(told.get('bad')).toMatch(
      /^exit 1\nlast attempt \d+s ago: failed, exit status 2: .*\(NATC\d+\)\n2 true\n1\n$/,
    );
  });
});
