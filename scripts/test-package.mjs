/** `npm run test:package`: builds packages, and installs, uses and purges them in a clean root. */
import { buildIfStale, installDebianPackages, installNpmPackages, run } from './setup.mjs';

installNpmPackages();
const arm64 = [
  'qemu-user-static',
  ...['libc6', 'libstdc++6', 'libgcc-s1'].map((name) => `${name}-arm64-cross`),
];
installDebianPackages(['nftables', 'util-linux', 'mmdebstrap', 'rpm', 'cpio', 'buildah', ...arm64]);
buildIfStale();
const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.package.config.ts'];
process.exit(run(process.execPath, [...vitest, ...process.argv.slice(2)]));
