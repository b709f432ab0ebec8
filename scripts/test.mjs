/** `npm test`: installs what is missing, builds, and runs the tests; arguments go to vitest. */
import {
  buildIfStale,
  ciTestPackages,
  installDebianPackages,
  installNpmPackages,
  kernelTestPackages,
  run,
} from './setup.mjs';

installNpmPackages();
installDebianPackages([...kernelTestPackages(), ...ciTestPackages()]);
buildIfStale();
process.exit(
  run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)]),
);
