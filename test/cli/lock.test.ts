/** natc.lock.yaml: what natc made up stays what it is. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatLock, lockKinds, readLock } from '../../src/allocate/lock.ts';
import { readObjects } from '../../src/read/read.ts';
import { natc } from '../support/natc.ts';
import { natcInProcess } from '../support/terminal.ts';

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'natc-lock-'));
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const service = (name: string, spec = 'type: NodePort') => `apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: shop}
spec:
  ${spec}
  selector: {app: ${name}}
  ports: [{name: http, port: 80}]
`;
const deployment = (name: string, replicas = 1) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  replicas: ${replicas}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: c}]}
`;
const write = (name: string, ...documents: readonly string[]): string => {
  const path = join(work, name);
  writeFileSync(path, documents.join('---\n'));
  return path;
};
const lockFile = () => join(work, 'natc.lock.yaml');
const list = (path: string, ...flags: readonly string[]) =>
  natcInProcess(['list', '-f', path, '-o', 'json', '--lock-file', lockFile(), ...flags]);
/** So few addresses that Services hash to the same ones. */
const narrow = ['--service-cidr', '10.96.0.0/28'];

describe('--lock', () => {
  test('writes what is made up, and the same again', async () => {
    const path = write('a.yaml', service('web'), deployment('web', 2));
    expect((await list(path, '--lock')).stderr).toBe('');
    const text = readFileSync(lockFile(), 'utf8');
    expect(text).toMatch(/^# Values that natc made up/);
    expect(text).toMatch(/"shop\/web":\n {4}IPv4: "\S+"\n {4}nodePorts:\n {6}"http": \d+\n/);
    expect(text).toMatch(
      /"Deployment shop\/web 2":\n {4}IPv4: "198\.\S+"\n {4}IPv6: "2001:2:\S+"\n/,
    );
    expect((await list(path, '--frozen-lock')).stderr).toBe('');
    await list(path, '--lock');
    expect(readFileSync(lockFile(), 'utf8')).toBe(text);
  });

  test('no Service that comes later moves one that is in the file', async () => {
    const names = Array.from({ length: 6 }, (_, index) => `s${index}`);
    const addresses = async (path: string) => {
      const { services } = JSON.parse((await list(path, ...narrow)).stdout) as {
        services: { service: string; addresses: unknown }[];
      };
      return new Map(services.map((each) => [each.service, JSON.stringify(each.addresses)]));
    };
    const few = write(
      'few.yaml',
      ...names.slice(3).map((name) => service(name, 'type: ClusterIP')),
    );
    const all = write('all.yaml', ...names.map((name) => service(name, 'type: ClusterIP')));
    await list(few, '--lock', ...narrow);
    const [before, after] = [await addresses(few), await addresses(all)];
    expect(before.size).toBe(3);
    for (const [name, address] of before) expect(after.get(name)).toBe(address);
  });

  test('writes nothing where the manifests are wrong, and forgets what is gone', async () => {
    const path = write('a.yaml', service('web', 'ipFamilies: [IPv6]'));
    await list(path, '--lock', '--service-cidr', '10.96.0.0/16');
    expect(existsSync(lockFile())).toBe(false);
    await list(write('b.yaml', service('web'), service('api')), '--lock');
    expect(readFileSync(lockFile(), 'utf8')).toContain('shop/api');
    await list(write('b.yaml', service('web')), '--lock');
    expect(readFileSync(lockFile(), 'utf8')).not.toContain('shop/api');
  });

  test('cannot be written: said with the reason', async () => {
    const path = write('a.yaml', service('web'));
    const { exitCode, stderr } = await natcInProcess([
      ...['list', '-f', path, '--lock', '--lock-file', join(work, 'missing', 'l.yaml')],
    ]);
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('NATC5008'),
    });
  });

  test('writes nothing where the run fails after the values were made up', async () => {
    const bad = service('web').replace('port: 80', 'port: 80, protocol: ICMP');
    const good = write('good.yaml', service('web'));
    const wrong = write('wrong.yaml', bad);
    const flags = ['--lock', '--lock-file', lockFile()];
    for (const [exitCode, ...args] of [
      [2, 'list', '-f', wrong],
      [1, 'check', '--no-kernel', '--no-sysctl', '-f', wrong],
      [2, 'compile', '--allocate', '-f', wrong],
      [3, 'compile', '--allocate', '-f', good, '--out-file', join(work, 'missing', 'x.nft')],
      [2, 'explain', '192.0.2.1', 'shop/other', '-f', good],
      [2, 'diff', wrong, good],
      [2, 'diff', good, wrong],
    ] as const) {
      const run = await natcInProcess([...args, ...flags]);
      expect(run.exitCode, `${args.join(' ')}\n${run.stderr}`).toBe(exitCode);
      expect(run.stderr).toContain('natc.lock.yaml is not written, since the run failed');
      expect(existsSync(lockFile()), args.join(' ')).toBe(false);
    }
    // Without its pods, the Service is not compiled in full, which is no fault of the values.
    expect((await natcInProcess(['diff', good, good, ...flags])).exitCode).toBe(1);
    expect(existsSync(lockFile())).toBe(true);
  });
});

describe('--frozen-lock', () => {
  test('names what the file lacks and what it has in vain, in diff too', async () => {
    const path = write('a.yaml', service('web'), deployment('web'));
    await list(path, '--lock');
    const other = write('b.yaml', service('api'));
    for (const args of [
      ['list', '-f', other],
      ['diff', path, other],
      ['check', '-f', other, '--no-kernel', '--no-sysctl'],
      ['compile', '--allocate', '-f', other],
      ['explain', '192.0.2.1', 'shop/api', '-f', other],
    ]) {
      const flags = ['--frozen-lock', '--lock-file', lockFile()];
      const { exitCode, stderr } = await natcInProcess([...args, ...flags]);
      expect(exitCode, args.join(' ')).toBe(args[0] === 'check' ? 1 : 2);
      expect(stderr).toContain('has no IPv4 cluster IP of Service shop/api');
      expect(stderr).toContain('has no node port "http" of Service shop/api');
      expect(stderr).toContain(
        'keeps the IPv4 address of Deployment shop/web 1, which nothing needs any more',
      );
    }
    expect(
      (await natcInProcess(['diff', path, path, '--frozen-lock', '--lock-file', lockFile()]))
        .exitCode,
    ).toBe(0);
  });

  test('a value that something else has by now is another', async () => {
    await list(write('a.yaml', service('web')), '--lock');
    const port = /"http": (\d+)/.exec(readFileSync(lockFile(), 'utf8'))?.[1];
    const taken = service('api').replace('port: 80', `port: 80, nodePort: ${port}`);
    const { stderr } = await list(write('a.yaml', service('web'), taken), '--frozen-lock');
    expect(stderr).toContain('has another node port "http" of Service shop/web');
  });

  test('nobody asks for it where nothing is made up', async () => {
    for (const args of [
      ['compile', '-f', write('a.yaml', service('web')), '--lock'],
      ['list', '-f', write('a.yaml', service('web')), '--no-allocate', '--frozen-lock'],
      ['list', '-f', write('a.yaml', service('web')), '--lock', '--frozen-lock'],
    ])
      expect(await natcInProcess(args)).toMatchObject({ exitCode: 2, stdout: '' });
  });
});

test('the file is found here and above, up to the root of the repository', () => {
  mkdirSync(join(work, '.git'));
  mkdirSync(join(work, 'deploy'));
  write('deploy/a.yaml', service('web'), deployment('web'));
  const run = (cwd: string, ...args: readonly string[]) => natc(['list', ...args], { cwd });
  expect(run(work, 'deploy', '--lock').exitCode).toBe(0);
  expect(existsSync(lockFile())).toBe(true);
  expect(run(join(work, 'deploy'), 'a.yaml', '--frozen-lock').exitCode).toBe(0);
  // It lies among manifests, and is none.
  expect(run(work, '.', '--frozen-lock').stderr).toBe('');
  const text = readFileSync(lockFile(), 'utf8').replace(/IPv4: "198\S+"/, 'IPv4: "198.18.77.77"');
  writeFileSync(lockFile(), text);
  expect(run(join(work, 'deploy'), 'a.yaml', '-o', 'wide').stdout).toContain('198.18.77.77');
});

test('what natc writes it reads, whatever names there are', () => {
  const name = fc.string({ maxLength: 12 });
  const held = fc.array(fc.tuple(name, fc.dictionary(name, fc.integer({ min: 1, max: 65535 }))));
  fc.assert(
    fc.property(held, name, (services, pod) => {
      const locked = {
        held: new Map(
          services
            .filter(([, ports]) => Object.keys(ports).length > 0)
            .map(([key, ports]) => [
              key,
              new Map(
                Object.entries(ports).map(([port, value]) => [
                  `node port ${port}` as const,
                  { value: BigInt(value), isInvented: true },
                ]),
              ),
            ]),
        ),
        pods: new Map([[pod, new Map([['IPv6', 'fd00::1'] as const])]]),
      };
      const bytes = new TextEncoder().encode(formatLock(locked));
      const { objects, diagnostics } = readObjects([{ name: 'l', bytes }], lockKinds);
      expect(diagnostics).toEqual([]);
      const [object] = objects;
      expect(readLock(object!)).toEqual({ ...locked, diagnostics: [] });
    }),
  );
});
