/** natc list, assert and reach about listings of kube-proxy's rules. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { natc } from '../support/natc.ts';

const fixtures = 'fixtures/kube-proxy/1.37.2';
const nft = `${fixtures}/010-overall-mix.nft`;
const saved = `${fixtures}/010-overall-mix.iptables-save`;
const node = ['--node-ip', '192.168.0.2'];

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'natc-listed-'));
  const rules = `apiVersion: natc.dev/v1alpha1
kind: Assertions
metadata:
  name: edge
assertions:
  - name: the front is open
    from: [outside]
    mustReach:
      service: ns3/svc3
  - name: the back is shut
    from: [outside]
    mustNotReach:
      service: ns4/svc4
`;
  writeFileSync(file('rules.yaml'), rules);
  const edited = readFileSync(nft, 'utf8').replace(
    'meta l4proto tcp dnat ip to numgen',
    'meta l4proto tcp tcp option maxseg size set 1400 dnat ip to numgen',
  );
  writeFileSync(file('edited.nft'), edited);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const file = (name: string): string => join(directory, name);

describe('natc list', () => {
  test.each([nft, saved])('%s: every ServicePort with all that its rules say', (path) => {
    const { exitCode, stdout } = natc(['list', path, '-o', 'json']);
    expect(exitCode).toBe(0);
    const { services, families } = JSON.parse(stdout);
    expect(families).toEqual(['IPv4', 'IPv6']);
    const named = (name: string) =>
      services.find(({ service }: { service: string }) => service === name);
    expect(named('ns4/svc4')).toMatchObject({
      portName: 'p80',
      protocol: 'tcp',
      endpoints: ['10.180.0.4:80', '10.180.0.5:80'],
      refused: [],
    });
    expect(named('ns5/svc5')).toMatchObject({ affinityTimeout: 10800, nodePort: 3002 });
    expect(named('ns6/svc6')).toMatchObject({
      endpoints: [],
      refused: [{ destination: '172.30.0.46:80', verdict: 'refused' }],
    });
  });

  test('names, a choice of Services, and one that is not there', () => {
    expect(natc(['list', nft, '-o', 'name', '-n', 'ns4']).stdout).toBe('ns4/svc4\n');
    expect(natc(['list', nft, '--service', 'ns4/none'])).toMatchObject({ exitCode: 2, stdout: '' });
    expect(natc(['list', nft, 'fixtures/example/manifests'])).toMatchObject({ exitCode: 2 });
  });

  test('a rule that is not understood is told, and the exit status says so', () => {
    const { exitCode, stderr } = natc(['list', file('edited.nft')]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('NATC4302');
  });
});

describe('natc assert and natc reach', () => {
  test.each([nft, saved])('%s', (path) => {
    const { exitCode, stdout } = natc(['assert', '-r', file('rules.yaml'), path, ...node]);
    expect(stdout).toContain('the back is shut');
    expect(stdout).toContain('ns4/svc4');
    expect(exitCode).toBe(1);
    const reach = natc(['reach', path, ...node, '-o', 'json']);
    expect(reach.exitCode).toBe(0);
    const { answers } = JSON.parse(reach.stdout);
    expect(answers).toContainEqual(
      expect.objectContaining({ address: '192.168.99.33', port: 80, service: 'ns4/svc4' }),
    );
  });

  test('the two modes answer the same', () => {
    const answers = [nft, saved].map(
      (path) => JSON.parse(natc(['reach', path, ...node, '-o', 'json']).stdout).answers,
    );
    // The rules of the nftables mode do not say which address is an external IP.
    const plain = (list: readonly { address: string }[]) =>
      list
        .filter(({ address }) => !address.includes('loopback'))
        .map((answer) => ({ ...answer, kind: undefined }));
    expect(plain(answers[1])).toEqual(plain(answers[0]));
  });

  test('nothing holds silently where a rule is not understood', () => {
    writeFileSync(
      file('open.yaml'),
      readFileSync(file('rules.yaml'), 'utf8').replace(/ {2}- name: the back[\s\S]*/, ''),
    );
    expect(natc(['assert', '-r', file('open.yaml'), nft, ...node]).exitCode).toBe(0);
    const edited = natc(['assert', '-r', file('open.yaml'), file('edited.nft'), ...node]);
    expect(edited.exitCode).toBe(1);
    expect(edited.stderr).toContain('NATC4305');
    expect(natc(['reach', file('edited.nft'), ...node]).exitCode).toBe(1);
  });

  test('a family that nobody listed is named', () => {
    const text = readFileSync(nft, 'utf8');
    writeFileSync(file('four.nft'), text.slice(0, text.indexOf('table ip6 kube-proxy')));
    expect(natc(['reach', file('four.nft'), ...node]).stderr).toContain('NATC4309');
  });
});
