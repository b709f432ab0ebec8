import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { natcInProcess } from '../support/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'natc-version-'));
afterAll(() => rmSync(folder, { recursive: true }));

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

/** @param says undefined for one that fails */
const program = (name: string, says?: string): void => {
  const command = says === undefined ? 'exit 1' : `echo '${says}'`;
  writeFileSync(join(folder, name), `#!/bin/sh\n${command}\n`);
  chmodSync(join(folder, name), 0o755);
};

test('says what each program says, and which cannot be run', async () => {
  program('nft', 'nftables v1.0.6 (Lester Gooch #5)');
  program('iptables');
  const run = await natcInProcess(['version'], { PATH: folder });
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  expect(run.stdout.split('\n')).toEqual([
    `natc ${version}`,
    `Node.js ${process.versions.node}`,
    'nftables v1.0.6 (Lester Gooch #5)',
    'iptables: cannot be run here',
    `Linux ${release()}`,
    '',
  ]);
  program('iptables', 'iptables v1.8.9 (nf_tables)');
  program('nft');
  const json = await natcInProcess(['version', '-o', 'json'], { PATH: folder });
  expect(JSON.parse(json.stdout)).toEqual({
    schema: 'natc.version/v1',
    natc: version,
    node: process.versions.node,
    nft: null,
    iptables: 'iptables v1.8.9 (nf_tables)',
    kernel: `Linux ${release()}`,
  });
});
