import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { describeWithKernel } from '../support/kernel-available.ts';
import { createKernelNode, type KernelNode } from '../support/kernel-node.ts';
import { natcProgram } from '../support/natc.ts';
import { natcInProcess } from '../support/terminal.ts';

const directory = mkdtempSync(join(tmpdir(), 'natc-assert-'));
afterAll(() => rmSync(directory, { recursive: true }));
const write = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};

const head = 'apiVersion: natc.dev/v1alpha1\nkind: Assertions\nassertions:\n';
const service = (nodePort: number, type = 'NodePort') => `apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  type: ${type}
  clusterIP: 10.96.0.10
  ports:
    - port: 80${type === 'NodePort' ? `\n      nodePort: ${nodePort}` : ''}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web-1, namespace: shop, labels: {kubernetes.io/service-name: web}}
addressType: IPv4
ports: [{port: 8080, protocol: TCP}]
endpoints: [{addresses: [10.1.0.5]}]
`;
const open = write('open.yaml', service(30080));
const closed = write('closed.yaml', service(0, 'ClusterIP'));
const rules = write(
  'rules.yaml',
  `${head}  - name: closed & "quiet"
    from: outside
    mustNotReach: anything
  - name: endpoints
    mustHaveEndpoints: 1
`,
);
const since = write('since.yaml', `${head}  - {name: new, from: outside, mayReachOnly: before}\n`);
const node = ['--node-ip', '192.168.0.2', '--cluster-cidr', '10.1.0.0/16', '-q'];
const run = (...args: readonly string[]) => natcInProcess(['assert', ...args, ...node]);

describe('natc assert', () => {
  test('tells what is broken, with a packet and the line, and what holds', async () => {
    const broken = await run('-r', rules, open);
    expect(broken.exitCode).toBe(1);
    expect(
      broken.stdout.replaceAll(directory, '.'),
    ).toBe(`broken[NATC6110]  closed & "quiet"  ./rules.yaml:4:5
  shop/web answers clients outside at 192.168.0.2:30080/TCP (NodePort)
    packet  203.0.113.77 to 192.168.0.2:30080/TCP: sent to 10.1.0.5:8080, source rewritten
    line    ./open.yaml:9:17

holds  endpoints

1 of 2 assertions is broken
`);
    const held = await run('-r', rules, closed);
    expect([held.exitCode, held.stdout]).toEqual([
      0,
      'holds  closed & "quiet"\nholds  endpoints\n\nall 2 assertions hold\n',
    ]);
  });

  test('compares with the side before: manifests, a golden file', async () => {
    const nft = write('closed.nft', (await natcInProcess(['compile', closed, ...node])).stdout);
    for (const before of [closed, nft]) {
      const grown = await run('-r', since, open, '--before', before);
      expect(grown.stdout).toContain('shop/web answers clients outside at 192.168.0.2:30080/TCP');
      expect(grown.exitCode).toBe(1);
    }
    expect((await run('-r', since, open, '--before', open)).exitCode).toBe(0);
    const without = await run('-r', since, open);
    expect([without.exitCode, without.stderr.includes('--before')]).toEqual([2, true]);
  });

  test('judges a golden file', async () => {
    const nft = write('open.nft', (await natcInProcess(['compile', open, ...node])).stdout);
    const broken = await run('-r', rules, '--ruleset', nft);
    expect(broken.exitCode).toBe(1);
    expect(broken.stdout).toContain(
      'packet  203.0.113.77 to 192.168.0.2:30080/TCP: sent to 10.1.0.5',
    );
    expect(broken.stdout).not.toContain('line ');
  });

  test('-o github annotates ten, the first of each broken assertion before others', async () => {
    const empty = write(
      'empty.yaml',
      Array.from({ length: 12 }, (_, i) =>
        stringify({
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: `s${i}` },
          spec: { clusterIP: `10.96.7.${i + 1}`, ports: [{ port: 80 }] },
        }),
      ).join('---\n'),
    );
    const two = write(
      'two.yaml',
      `apiVersion: natc.dev/v1alpha1
kind: Assertions
assertions:
  - {name: one, mustHaveEndpoints: 1}
  - {name: reached, from: pods, mustReach: {service: default/s3}}
`,
    );
    const lines = (await run('-r', two, empty, '-o', 'github')).stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(11);
    expect(lines.filter((line) => line.includes('"reached" is broken'))).toHaveLength(1);
    expect(lines.at(-1)).toBe('::notice title=natc assert::3 more, not annotated');
  });

  test('-o json, github, sarif and junit', async () => {
    const json = JSON.parse((await run('-r', rules, open, '-o', 'json')).stdout);
    expect(json).toMatchObject({
      schema: 'natc.assert/v1',
      holds: false,
      assertions: [
        {
          name: 'closed & "quiet"',
          code: 'NATC6110',
          line: 4,
          breaches: [
            {
              service: 'shop/web',
              witness: {
                packet: { source: '203.0.113.77', destinationPort: 30080 },
                answer: 'served',
              },
              origin: { path: 'spec.ports[0].nodePort', line: 9 },
            },
          ],
        },
        { name: 'endpoints', holds: true, breaches: [] },
      ],
    });
    const github = await run('-r', rules, open, '-o', 'github');
    expect(github.stdout).toMatch(
      /^::error file=.*open\.yaml,line=9,.*title=NATC6110::"closed & "quiet"" is broken: /,
    );
    const sarif = JSON.parse((await run('-r', rules, open, '-o', 'sarif')).stdout);
    expect(sarif.runs[0].results).toMatchObject([{ ruleId: 'NATC6110', level: 'error' }]);
    const junit = (await run('-r', rules, open, '-o', 'junit')).stdout;
    expect(junit).toContain('tests="2" failures="1"');
    expect(junit).toContain('<testcase name="closed &amp; &quot;quiet&quot;"');
    expect(junit).toContain('<failure type="NATC6110" message="shop/web answers clients outside');
  });

  test('--out-file has what stdout would, and the status stays', async () => {
    const file = join(directory, 'report.xml');
    const written = await run('-r', rules, open, '-o', 'junit', '--out-file', file);
    expect([written.exitCode, written.stdout]).toEqual([1, '']);
    expect(readFileSync(file, 'utf8')).toBe((await run('-r', rules, open, '-o', 'junit')).stdout);
  });

  test('rules that cannot be read give no answer', async () => {
    const wrong = write(
      'wrong.yaml',
      `${head}  - {name: a, from: outside, mustNotReech: anything}\n`,
    );
    const answer = await run('-r', wrong, open);
    expect([answer.exitCode, answer.stdout]).toEqual([2, '']);
    expect(answer.stderr).toMatch(
      /wrong\.yaml:4:\d+: error\[NATC6101\]: unknown key "mustNotReech"/,
    );
    expect((await run('-r', open, open)).stderr).toContain('NATC6100');
    expect((await run('-r', join(directory, 'none.yaml'), open)).exitCode).toBe(2);
  });

  test('a name that nothing has is a warning', async () => {
    const vain = write(
      'vain.yaml',
      `${head}  - {name: a, from: pods, mustNotReach: {service: shop/wbe}}\n`,
    );
    const answer = await natcInProcess(['assert', '-r', vain, open, ...node.slice(0, -1)]);
    expect(answer.stderr).toContain('warning[NATC6104]: "a": no destination is Service shop/wbe');
    expect(answer.exitCode).toBe(0);
  });
});

describeWithKernel('natc assert --live, natc reach --live', () => {
  let kernel: KernelNode;
  beforeAll(async () => {
    kernel = await createKernelNode({ localIPs: ['192.168.0.2'], routeLocalnet: false });
  });
  afterAll(() => kernel.dispose());
  const live = (...args: readonly string[]) =>
    kernel.run([process.execPath, natcProgram, ...args, '--live', '--cluster-cidr', '10.1.0.0/16']);

  test('judge what the kernel holds, and nothing where it holds nothing', async () => {
    expect((await live('assert', '-r', rules)).status).toBe(0);
    expect((await live('reach')).stdout).toContain('answered at 0 destinations');
    await kernel.load((await natcInProcess(['compile', open, ...node])).stdout);
    const broken = await live('assert', '-r', rules);
    expect(broken.status).toBe(1);
    expect(broken.stdout).toContain('shop/web answers clients outside at 192.168.0.2:30080/TCP');
    expect((await live('reach')).stdout).toMatch(
      /^node \(IPv4\) +30080\/TCP +NodePort +shop\/web/m,
    );
    const [sent] = await kernel.send([
      { from: '203.0.113.77', to: '192.168.0.2', port: 30080, protocol: 'TCP' },
    ]);
    expect(sent).toMatchObject({ kind: 'dnat', to: '10.1.0.5:8080' });
    const grown = await natcInProcess([
      'assert',
      '-r',
      since,
      open,
      '--before',
      'nowhere.yaml',
      ...node,
    ]);
    expect(grown.exitCode).toBe(2);
  });
});
