/**
 * What reading and validation say of files that other people have. Whoever changes a line of the expected file reads
 * the messages as a stranger would. Skipped where the files are not there.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { natcInProcess } from '../support/terminal.ts';

const folders = ['../shared/inputs', '../shared/faults'];
const isThere = folders.every((folder) => existsSync(folder));
const files = isThere
  ? folders.flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => /\.(ya?ml|json)$/.test(name) || name === 'velero')
        .sort()
        .map((name) => join(folder, name)),
    )
  : [];

interface Told {
  readonly diagnostics: readonly { readonly code: string; readonly severity: string }[];
}

/** `1 error NATC2010, 2 warning NATC2033` */
async function codesOf(file: string, validate: string): Promise<string> {
  const { stdout } = await natcInProcess([
    ...['check', '--no-kernel', '--no-sysctl', '--no-natc-config', '--max-diagnostics', '10000'],
    ...['--diagnostics', 'json', '-v', '--node-name', 'node-a', '--validate', validate, '-f', file],
  ]);
  const counts = new Map<string, number>();
  for (const { code, severity } of (JSON.parse(stdout) as Told).diagnostics)
    if (/^NATC[12]/.test(code))
      counts.set(`${severity} ${code}`, (counts.get(`${severity} ${code}`) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
}

test.skipIf(!isThere)(
  `the codes for each file of ${folders.join(' and ')} (skipped where they are not there)`,
  async () => {
    const lines: string[] = [];
    for (const file of files)
      for (const validate of ['strict', 'warn'])
        lines.push(
          `${file.replace('../shared/', '')} ${validate}: ${await codesOf(file, validate)}`,
        );
    expect(lines.length).toBeGreaterThan(100);
    expectGolden('fixtures/real-files/expected.txt', `${lines.join('\n')}\n`);
  },
  60_000,
);
