/**
 * `npm run audit`: whether the npm registry knows of a vulnerability in any package that natc installs, has in its bundle
 * or is made with. Exit status 0: it was asked and knows of none; 1: it knows of some; 2: it could not be asked, so
 * nobody knows.
 */
import { spawnSync } from 'node:child_process';
import { root } from './setup.mjs';

/** @returns {{ status: 0 | 1 | 2, says: string }} */
export function audit() {
  const options = { cwd: root, encoding: 'utf8' };
  const { stdout, stderr, error } = spawnSync('npm', ['audit', '--json'], options);
  const report = parsed(stdout);
  const counts = report?.metadata?.vulnerabilities;
  if (counts === undefined) {
    const why = report?.message ?? error?.message ?? /^npm (?:warn|error) .*/m.exec(stderr)?.[0];
    return { status: 2, says: `not audited: ${why ?? 'npm audit says nothing'}` };
  }
  if (counts.total === 0) return { status: 0, says: 'no known vulnerability' };
  const names = Object.values(report.vulnerabilities).map(
    ({ name, severity }) => `${name} (${severity})`,
  );
  return { status: 1, says: `known vulnerabilities: ${names.join(', ')}` };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

if (import.meta.filename === process.argv[1]) {
  const { status, says } = audit();
  console.log(`natc: ${says}`);
  process.exit(status);
}
