/** Configuration files say what they like, and Nodes are called what they like: nothing of it acts on a terminal or leaves its directory. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { commandTable } from '../../src/command-options.ts';
import { keysOf } from '../../src/option-entry.ts';
import { optionTable } from '../../src/options.ts';
import { expectHarmless, hostileStrings } from '../support/hostile-strings.ts';
import { natcInProcess } from '../support/terminal.ts';

const directory = mkdtempSync(join(tmpdir(), 'natc-configuration-'));
afterAll(() => rmSync(directory, { recursive: true }));

const write = (name: string, value: unknown): string => {
  const path = join(directory, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return path;
};

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { clusterIP: '172.30.0.10', ports: [{ port: 80 }] },
};
const input = write('input.json', service);
const quiet = ['--color', 'never', '-v'];

/** An error of natc's own is a diagnostic or a line of usage, never a stack. */
async function expectTold(args: readonly string[]): Promise<void> {
  const run = await natcInProcess([...args, ...quiet]);
  expectHarmless(run);
  expect(run.stderr).not.toMatch(/internal error|\n {4}at /);
}

describe.each(Object.entries(hostileStrings))('%s', (_, text) => {
  const isLong = text.length > 1000;

  test('in each key of natc.yaml', async () => {
    const head = { apiVersion: 'natc.dev/v1alpha1', kind: 'NatcConfiguration' };
    const keys = [...keysOf(optionTable), ...keysOf(commandTable)].map(([, key]) => key);
    const some = isLong ? ['nodeName', 'exclude', 'requestTimeout', 'stateDir'] : keys;
    const configs = [
      ...some.flatMap((key) => [{ [key]: text }, { [key]: [text] }]),
      { [text]: 'x' },
      { kind: text },
      { ignore: [{ code: text, reason: text, object: text }] },
      { ignore: [text] },
    ];
    for (const config of configs) {
      const file = write('natc.yaml', { ...head, ...config });
      await expectTold(['config', '--natc-config', file]);
      if (isLong) continue;
      await expectTold(['check', input, '--no-kernel', '--natc-config', file]);
      await expectTold(['config', '-o', 'json', '--natc-config', file]);
    }
  });

  test('in each field of a KubeProxyConfiguration', async () => {
    const head = { apiVersion: 'kubeproxy.config.k8s.io/v1alpha1', kind: 'KubeProxyConfiguration' };
    for (const fields of [
      { clusterCIDR: text },
      { mode: text },
      { hostnameOverride: text },
      { nodePortAddresses: [text] },
      { detectLocalMode: text, detectLocal: { bridgeInterface: text, interfaceNamePrefix: text } },
      { iptables: { masqueradeBit: text }, nftables: { masqueradeAll: text } },
      { featureGates: { [text]: true } },
      { [text]: text },
      { kind: text },
      { apiVersion: text },
    ]) {
      const file = write('kube-proxy.yaml', { ...head, ...fields });
      await expectTold(['compile', '-f', input, '--config', file]);
      await expectTold(['config', '--config', file]);
    }
  });

  test('in each field of a kubeconfig', async () => {
    const whole = (at: string) => {
      const or = (name: string, value: unknown) => (name === at ? text : value);
      return {
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': or('current context', 'c'),
        clusters: [
          {
            name: or('cluster', 'c'),
            cluster: {
              server: or('server', 'http://127.0.0.1:1'),
              'certificate-authority': or('authority', undefined),
              'certificate-authority-data': or('authority data', undefined),
            },
          },
        ],
        contexts: [{ name: or('context', 'c'), context: { cluster: or('of', 'c'), user: 'u' } }],
        users: [
          {
            name: or('user', 'u'),
            user: {
              token: or('token', undefined),
              tokenFile: or('token file', undefined),
              'client-certificate-data': or('certificate', undefined),
              ...(at === 'plugin' && {
                exec: { apiVersion: 'client.authentication.k8s.io/v1', command: text },
              }),
            },
          },
        ],
      };
    };
    const fields = [
      ...['current context', 'cluster', 'server', 'authority', 'authority data', 'context', 'of'],
      ...['user', 'token', 'token file', 'certificate', 'plugin'],
    ];
    for (const field of fields) {
      const file = write('kubeconfig', whole(field));
      const limits = ['--request-timeout', '1s'];
      await expectTold(['list', '--from-cluster', '--kubeconfig', file, ...limits]);
    }
  });

  test('as the name of a Node of --all-nodes', async () => {
    const node = (name: string) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
    for (const name of [text, `../${text}`, `/${text}`, `${text}/../../x`, '..', '']) {
      const out = join(directory, 'deep', 'er', 'out');
      rmSync(join(directory, 'deep'), { recursive: true, force: true });
      const list = [service, node(name), node('node-a')].map((each) => JSON.stringify(each));
      const file = write('nodes.json', list.join('\n'));
      for (const validate of ['strict', 'warn'])
        await expectTold([
          ...['compile', '-f', file, '--all-nodes', '--out-dir', out, '--prune'],
          ...['--validate', validate],
        ]);
      const written = readdirSync(join(directory), { recursive: true, encoding: 'utf8' });
      for (const path of written.filter((each) => each.endsWith('.nft')))
        expect(path).toMatch(/^deep\/er\/out\/[a-z0-9.-]+\.nft$/);
    }
  });
});
