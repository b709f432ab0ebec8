/** `npm run demo`: compiles the example application and has the kernel check the result. */
import { buildIfStale, installDebianPackages, installNpmPackages, run } from './setup.mjs';

installNpmPackages();
installDebianPackages(['nftables', 'util-linux']);
buildIfStale();

const input = [
  ['-f', 'fixtures/example/manifests'],
  ['--config', 'fixtures/example/kube-proxy.yaml'],
];

/** Shows a natc command, runs it, and stops when it fails. */
function natc(...args) {
  console.log(`\n$ natc ${args.join(' ')}`);
  const status = run(process.execPath, ['bin/natc.js', ...args]);
  if (status !== 0) process.exit(status);
}

natc('compile', ...input.flat(), '-o', 'summary', '-q');
natc('compile', ...input.flat(), '-q');
natc('check', ...input.flat(), '--no-sysctl');
