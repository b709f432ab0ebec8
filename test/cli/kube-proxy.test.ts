/** What kube-proxy wrote, as input of the commands: a file is told by what is in it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { readCase } from '../support/cases.ts';
import { natcInProcess } from '../support/terminal.ts';

const listing = 'fixtures/kube-proxy/1.37.2/010-overall-mix.nft';
const directory = mkdtempSync(join(tmpdir(), 'natc-kube-proxy-'));
const manifests = join(directory, 'mix.yaml');
const node = ['--node-name', 'test-node', '--node-ip', '192.168.0.2'];
const settings = [
  ...node,
  ...['--node-ip', '2001:db8::1', '--detect-local-mode', 'ClusterCIDR'],
  ...['--cluster-cidr', '10.0.0.0/8,fd00:10::/64'],
  ...['--service-cidr', '172.30.0.0/16,fd00:172:30::/112'],
  ...['--nodeport-addresses', 'primary', '--validate', 'warn', '--no-allocate', '-q'],
  ...['--service-node-port-range', '1-65535'],
];

beforeAll(() => {
  const { input } = readCase('010-overall-mix.yaml');
  // An API server would have given it a node port.
  const objects = input.map((object) =>
    object.kind === 'Service' && object.metadata.name === 'svc4'
      ? { ...object, spec: { ...object.spec, type: 'ClusterIP' as const } }
      : object,
  );
  writeFileSync(manifests, objects.map((object) => stringify(object)).join('---\n'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function listingWith(change: (text: string) => string): string {
  const path = join(directory, 'changed.nft');
  writeFileSync(path, change(readFileSync(listing, 'utf8')));
  return path;
}

describe('natc explain', () => {
  test('walks what kube-proxy wrote, and names the Service', async () => {
    const { exitCode, stdout, stderr } = await natcInProcess([
      ...['explain', '203.0.113.9', '5.6.7.8:80', listing],
      ...node,
    ]);
    expect(stderr).toBe('');
    expect(stdout).toContain(
      'Delivered to 10.180.0.3:80, the only endpoint of ns5/svc5:p80, masqueraded\n',
    );
    expect(stdout).toContain('  5.6.7.8:80/tcp is a load-balancer IP of ns5/svc5:p80\n');
    expect(stdout).toContain('    chain endpoint-GTK6MW7G-ns5/svc5/tcp/p80__10.180.0.3/80\n');
    expect(exitCode).toBe(0);
  });

  test('--ruleset takes it too, and a Service by its name', async () => {
    const { stdout } = await natcInProcess([
      ...['explain', '10.180.0.9', 'ns4/svc4', '--ruleset', listing],
      ...node,
    ]);
    expect(stdout).toContain(
      'Delivered to one of 2 endpoints of ns4/svc4:p80, source address kept\n',
    );
  });

  test('with manifests it says which line makes it so', async () => {
    const { stdout } = await natcInProcess([
      ...['explain', '10.180.0.9', '172.30.0.44:80', listing, manifests],
      ...settings,
    ]);
    const text = readFileSync(manifests, 'utf8').split('\n');
    const line = text.findIndex((each) => each.includes('172.30.0.44')) + 1;
    expect(stdout).toContain(`${manifests}:${line}, spec.clusterIP of Service ns4/svc4\n`);
    expect(stdout).toContain('of EndpointSlice ns4/svc4-1\n');
  });

  test('a packet that meets a rule nobody knows has no answer; all others have', async () => {
    const path = listingWith((text) =>
      text.replace('fib saddr type local goto', 'quota over 1 mbytes goto'),
    );
    const local = ['--node-ip', '192.168.0.2', '--diagnostics', 'text'];
    const unknown = await natcInProcess(['explain', '192.168.0.2', '1.2.3.4:80', path, ...local]);
    expect(unknown.exitCode).toBe(2);
    expect(unknown.stdout).toBe('');
    expect(unknown.stderr).toContain(
      'error[NATC4305]: what becomes of the packet is not known: it meets line ',
    );
    expect(unknown.stderr).toContain('quota over 1 mbytes goto service-42NFTM6N-ns2/svc2/tcp/p80');
    const pod = await natcInProcess(['explain', '10.2.2.2', '1.2.3.4:80', path, ...local]);
    expect(pod.stdout).toContain('Delivered to 10.180.0.2:80');
    expect(pod.stderr).toContain('warning[NATC4302]');
  });

  test('what others have in the listing is named', async () => {
    const path = listingWith(
      (text) =>
        `table inet fw {\n\tchain fwd {\n\t\ttype filter hook forward priority filter; policy drop;\n\t}\n}\n${text}`,
    );
    const { stdout } = await natcInProcess([
      'explain',
      '10.2.2.2',
      '172.30.0.44:80',
      path,
      ...node,
    ]);
    expect(stdout).toContain(
      'Not looked at\n  table inet fw: chain fwd at forward drops what its rules do not accept\n',
    );
    const other = listingWith(() => 'table inet fw {\n}\n');
    const none = await natcInProcess(['explain', '10.2.2.2', '172.30.0.44:80', other, ...node]);
    expect(none.exitCode).toBe(2);
    expect(none.stderr).toContain('NATC4301');
    const json = listingWith(() => '{"nftables": [{"metainfo": {"version": "1.0.6"}}]}');
    const asJson = await natcInProcess(['explain', '10.2.2.2', '172.30.0.44:80', json, ...node]);
    expect(asJson.exitCode).toBe(2);
    expect(asJson.stderr).toContain('NATC4301');
  });
});

describe('natc diff', () => {
  test('between kube-proxy and manifests: what is meant to differ is named as that', async () => {
    const { exitCode, stdout, stderr } = await natcInProcess([
      'diff',
      listing,
      manifests,
      ...settings,
    ]);
    expect(stderr).toBe('');
    expect(stdout).toContain('Service ns1/svc1\n  ~ cluster IP 172.30.0.41:80/TCP\n');
    const changes = stdout.match(/^ {2}[-+~] /gm) ?? [];
    expect(stdout.match(/^ {6}meant to differ \(ND3, docs\/compatibility\.md\)/gm)).toHaveLength(
      changes.length,
    );
    expect(exitCode).toBe(1);
    const json = await natcInProcess(['diff', manifests, listing, ...settings, '-o', 'json']);
    const { services } = JSON.parse(json.stdout) as {
      services: readonly { changes: readonly { known?: { id: string } }[] }[];
    };
    expect(services.flatMap(({ changes: all }) => all.map(({ known }) => known?.id))).toEqual(
      changes.map(() => 'ND3'),
    );
  });

  test('a listing and itself do not differ', async () => {
    const same = await natcInProcess(['diff', listing, listing, ...node]);
    expect(same).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  test('is silent of nothing: a stale endpoint, a rule that is not understood, a family', async () => {
    const stale = listingWith((text) => text.replaceAll('10.180.0.5 . 80', '10.180.0.99 . 80'));
    const changed = await natcInProcess(['diff', stale, manifests, ...settings]);
    expect(changed.stdout).toContain('gains 10.180.0.5:80 (1/2), loses 10.180.0.99:80 (1/2)');
    const odd = listingWith((text) =>
      text
        .replace('meta l4proto tcp dnat ip to', 'limit rate 1/second dnat ip to')
        .replace(/^table ip6 [\s\S]*/m, ''),
    );
    const { exitCode, stdout, stderr } = await natcInProcess([
      ...['diff', odd, odd, ...node, '--diagnostics', 'text'],
    ]);
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /warning\[NATC4305\]: not compared, since packets meet line \d+, which is not understood: .*172\.30\.0\.44:80\/TCP/,
    );
  });

  test('only the traffic of both can be compared', async () => {
    const { exitCode, stderr } = await natcInProcess([
      ...['diff', listing, manifests, ...settings, '--view', 'text'],
    ]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('is what kube-proxy wrote');
  });
});
