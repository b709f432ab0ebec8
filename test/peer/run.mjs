/**
 * `npm run peer`: natc beside the real kube-proxy, whose proxiers test/peer/kube-proxy runs as a library.
 * Needs Go, root, and what the kernel tests need; the first build takes minutes.
 *
 *   --only PARTS    of cases, worlds, listings, sequences, speed; all if not said
 *   --record DIR    keep what kube-proxy writes for the behaviour cases there, with the part listings
 *   --worlds N      generated worlds, 100 if not said
 *   --seed N        of the first of them
 *   --sizes LIST    numbers of Services for speed, 1000,5000 if not said; iptables mode up to 1000
 *   --rounds N      for speed, 5 if not said
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildIfStale, root, run } from '../../scripts/setup.mjs';
import { measureSpeed } from './speed.mjs';

const parts = ['cases', 'worlds', 'listings', 'sequences', 'speed'];
const packetParts = parts.filter((part) => part !== 'speed');

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: parts.join(',') },
    worlds: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    sizes: { type: 'string', default: '1000,5000' },
    rounds: { type: 'string', default: '5' },
    record: { type: 'string', default: '' },
  },
});

function stop(reason) {
  console.error(`npm run peer: ${reason}`);
  process.exit(2);
}

/** @returns the path of the program, beside what npm installed */
function buildKubeProxy() {
  if (spawnSync('go', ['version']).status !== 0) {
    stop('there is no Go here: it needs the version that test/peer/kube-proxy/go.mod names');
  }
  const program = `${root}node_modules/.cache/natc-peer/kube-proxy`;
  console.error('Building kube-proxy ...');
  const { status } = spawnSync('go', ['build', '-o', program, '.'], {
    cwd: fileURLToPath(new URL('kube-proxy', import.meta.url)),
    stdio: 'inherit',
  });
  if (status !== 0) stop('the build of test/peer/kube-proxy failed');
  return program;
}

const chosen = flags.only.split(',');
const unknown = chosen.filter((part) => !parts.includes(part));
if (unknown.length > 0) stop(`--only ${unknown.join(',')}: it is of ${parts.join(', ')}`);
const numbers = {
  worlds: flags.worlds,
  seed: flags.seed,
  sizes: flags.sizes,
  rounds: flags.rounds,
};
for (const [flag, text] of Object.entries(numbers)) {
  if (!/^\d+(,\d+)*$/.test(text)) stop(`--${flag} ${text}: no number`);
}
if (process.getuid?.() !== 0) stop('it needs root: it enters namespaces that tests make');

const program = buildKubeProxy();
buildIfStale();
const files = packetParts.filter((part) => chosen.includes(part)).map((part) => `${part}.peer.ts`);
const environment = {
  CI: 'true',
  PEER_KUBE_PROXY: program,
  PEER_WORLDS: flags.worlds,
  PEER_SEED: flags.seed,
  PEER_RECORD: flags.record,
};
const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/peer/vitest.config.ts'];
const status =
  files.length === 0 ? 0 : run(process.execPath, [...vitest, '--root', '.', ...files], environment);
if (chosen.includes('speed')) {
  console.log(
    measureSpeed({
      program,
      sizes: flags.sizes.split(',').map(Number),
      rounds: Number(flags.rounds),
    }),
  );
}
process.exit(status);
