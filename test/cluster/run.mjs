/**
 * `npm run cluster-test`: natc against a real control plane, etcd, kube-apiserver and controllers, in network
 * namespaces of their own (`real-*`). Needs root, Go, openssl, curl, python3 and what the kernel tests need. What builds
 * and starts the control plane is a folder beside the repository, with build.sh, up.sh and down.sh; the first build
 * takes ten minutes. Arguments go to vitest.
 *
 *   NATC_CONTROL_PLANE       that folder; ../shared/peer/control-plane if not said
 *   NATC_CONTROL_PLANE_BIN   where its programs are, or are built; node_modules/.cache/natc-cluster/bin if not said
 *   NATC_KUBE_PROXY          kube-proxy's own main program; built there from ../kube-proxy/real beside the control plane if
 *                            not said, and what needs it is left out where that folder is not there
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildIfStale, root, run } from '../../scripts/setup.mjs';

const programs = ['etcd', 'apiserver', 'kcm', 'kubectl', 'fakelet'];

function stop(reason) {
  console.error(`npm run cluster-test: ${reason}`);
  process.exit(2);
}

const plane = resolve(process.env.NATC_CONTROL_PLANE ?? `${root}../shared/peer/control-plane`);
const bin = resolve(
  process.env.NATC_CONTROL_PLANE_BIN ?? `${root}node_modules/.cache/natc-cluster/bin`,
);
if (process.getuid?.() !== 0) stop('it needs root: it makes network namespaces');
if (!existsSync(join(plane, 'up.sh'))) stop(`there is no control plane in ${plane}`);
if (existsSync('/run/netns/real-cp'))
  stop('there are namespaces real-* already: another run has them, or down.sh was not run');
if (programs.some((name) => !existsSync(join(bin, name)))) {
  if (spawnSync('go', ['version']).status !== 0) stop('there is no Go to build the control plane');
  console.error('Building the control plane ...');
  const { status } = spawnSync(join(plane, 'build.sh'), [bin], { stdio: 'inherit' });
  if (status !== 0) stop('the build of the control plane failed');
}
const kubeProxy = process.env.NATC_KUBE_PROXY ?? buildKubeProxy();
buildIfStale();

/** @returns the path of the program, '' where there is nothing to build it from */
function buildKubeProxy() {
  const sources = resolve(plane, '../kube-proxy/real');
  if (!existsSync(join(sources, 'main.go')) || spawnSync('go', ['version']).status !== 0) return '';
  const program = join(bin, 'kube-proxy');
  console.error('Building kube-proxy ...');
  const { status } = spawnSync('go', ['build', '-o', program, '.'], {
    cwd: sources,
    stdio: 'inherit',
  });
  if (status !== 0) stop('the build of kube-proxy failed');
  return program;
}

const work = mkdtempSync('/var/tmp/natc-cluster-');
const script = (name, ...args) =>
  spawnSync(join(plane, name), args, { stdio: ['ignore', 'ignore', 'inherit'] }).status;
let status = 1;
const end = () => {
  script('down.sh', work);
  rmSync(work, { recursive: true, force: true });
};
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    end();
    process.exit(1);
  });
try {
  if (script('up.sh', bin, work) !== 0) throw new Error('the control plane did not start');
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config'];
  const args = ['test/cluster/vitest.config.ts', '--root', '.', ...process.argv.slice(2)];
  status = run(process.execPath, [...vitest, ...args], {
    CLUSTER_PLANE: plane,
    CLUSTER_BIN: bin,
    CLUSTER_WORK: work,
    CLUSTER_KUBE_PROXY: kubeProxy,
  });
} finally {
  end();
}
process.exit(status);
