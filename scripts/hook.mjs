#!/usr/bin/env node
/**
 * natc as a hook of pre-commit, which clones this repository and runs this file in the one that is committed to. What the
 * clone lacks is installed and built at the first run, since npm does not build what it installs from a repository.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildIfStale, installNpmPackages, root } from './setup.mjs';

const here = process.cwd();
installNpmPackages();
buildIfStale();
const natc = [join(root, 'bin/natc.js'), ...process.argv.slice(2)];
const { status, error } = spawnSync(process.execPath, natc, { cwd: here, stdio: 'inherit' });
if (error) console.error(`natc: ${error.message}`);
process.exit(status ?? 2);
