/** `npm run demo`: an online shop, a change of it as a pull request would make, and what becomes of one packet. */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIfStale, installDebianPackages, installNpmPackages, root, run } from './setup.mjs';

installNpmPackages();
installDebianPackages(['nftables', 'util-linux']);
buildIfStale();

const shop = 'fixtures/example/manifests';
const settings = ['--config', 'fixtures/example/kube-proxy.yaml', '--node-name', 'node-a'];
const folder = mkdtempSync(join(tmpdir(), 'natc-demo-'));
const changed = join(folder, 'changed');

/** Shows a natc command and runs it; another exit status than the expected one ends the demo. */
function natc(says, expected, ...args) {
  console.log(`\n# ${says}\n$ natc ${args.join(' ')}\n`);
  const status = run(process.execPath, ['bin/natc.js', ...args]);
  if (status !== expected) {
    console.error(`natc: the demo expected exit status ${expected}, not ${status}`);
    process.exitCode = 1;
    throw new Error('demo');
  }
}

/** The load balancer of the shop opens to everybody, and the images move to another port. */
function makeChange() {
  cpSync(join(root, shop), changed, { recursive: true });
  edit('shop/web.yaml', '    - 203.0.113.0/24\n', '    - 0.0.0.0/0\n');
  edit('shop/images.yaml', '      port: 80\n', '      port: 8080\n');
}

function edit(name, from, to) {
  const file = join(changed, name);
  const before = readFileSync(file, 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`${name} has no ${from}`);
  writeFileSync(file, after);
}

try {
  makeChange();
  natc(
    '16 Services of an online shop, and where their traffic goes',
    0,
    'list',
    shop,
    ...settings,
    '-q',
  );
  natc(
    'The kernel takes the ruleset, in a network namespace of its own, and there is nothing to say',
    0,
    'check',
    shop,
    ...settings,
    '--no-sysctl',
    '-q',
  );
  natc(
    'A pull request edits two lines. What does it do to packets?',
    1,
    'diff',
    shop,
    changed,
    ...settings,
    '-q',
  );
  natc(
    'Why does a client of today not reach the shop?',
    1,
    'explain',
    '-f',
    shop,
    ...settings,
    '-q',
    '192.0.2.7',
    '198.51.100.10:80',
  );
  console.log(`
Next:
  node bin/natc.js compile ${shop} --node-name node-a         the ruleset itself
  node bin/natc.js explain -f ${shop} 10.180.0.3 shop/cart    another packet
  node bin/natc.js --help                                    all commands
  docs/tutorial.md                                           from a manifest to a working Service on this machine
  docs/README.md                                             the documents, by question`);
} catch (error) {
  if (process.exitCode !== 1) throw error;
} finally {
  rmSync(folder, { recursive: true });
}
