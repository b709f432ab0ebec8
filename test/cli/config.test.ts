import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { natcInProcess } from '../support/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'natc-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const configuration = (fields: string): string =>
  `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n${fields}`;

test('a flag wins over the file, the file over the default; each says where it is from', async () => {
  const path = write('flags.yaml', configuration('clusterCIDR: 10.180.0.0/16\nmode: iptables\n'));
  const { stdout, stderr, exitCode } = await natcInProcess([
    ...['config', '--config', path, '--masquerade-bit', '7'],
  ]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(
    /^--cluster-cidr +10\.180\.0\.0\/16 +.*flags\.yaml:3 \(KubeProxyConfiguration\)$/m,
  );
  expect(stdout).toMatch(/^--masquerade-bit +7 +flag$/m);
  expect(stdout).toMatch(/^--localhost-nodeports +true +default$/m);
});

test('refuses what compile would refuse, from flags and at its place in the file', async () => {
  const flag = await natcInProcess(['config', '--cluster-cidr', 'bogus']);
  expect(flag).toMatchObject({ exitCode: 2, stdout: '' });
  expect(flag.stderr).toContain('error[NATC2080]: --cluster-cidr must be a CIDR, got "bogus"');

  const path = write('bad.yaml', configuration('clusterCIDR: bogus\n'));
  const file = await natcInProcess(['config', '--config', path]);
  expect(file).toMatchObject({ exitCode: 2, stdout: '' });
  expect(file.stderr).toContain(`${path}:3:14: error[NATC2080]`);
});
