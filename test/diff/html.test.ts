/** The HTML report, opened and clicked in a real browser. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nothingInvented } from '../../src/allocate/invented.ts';
import { compile } from '../../src/compile.ts';
import { formatTrafficHtml } from '../../src/diff/format-html.ts';
import { formatNodesHtml } from '../../src/diff/nodes/format-html.ts';
import { diffTraffic } from '../../src/diff/traffic.ts';
import type { Ruleset } from '../../src/nftables/ast.ts';
import { type CompileOptions, defaultOptions } from '../../src/options.ts';
import { describeWithBrowser, visit } from '../support/browser.ts';
import { objectOf } from '../support/objects.ts';

const options: CompileOptions = {
  ...defaultOptions,
  nodeName: 'node-a',
  clusterCIDRs: ['10.180.0.0/15'],
};

const serviceName = (i: number): string => `web-${String(i).padStart(4, '0')}`;

const service = (i: number, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: serviceName(i), namespace: 'shop' },
  spec: {
    clusterIP: `172.30.${i >> 8}.${i & 255}`,
    ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
    ...more,
  },
});

const slice = (i: number, endpoints: number) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    name: `${serviceName(i)}-x`,
    namespace: 'shop',
    labels: { 'kubernetes.io/service-name': serviceName(i) },
  },
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  endpoints: Array.from({ length: endpoints }, (_, j) => ({
    addresses: [`10.${180 + (i >> 12)}.${(i >> 4) & 255}.${(i & 15) * 10 + j + 1}`],
    nodeName: `node-${j}`,
  })),
});

function rulesetOf(objects: readonly object[]): Ruleset {
  const { output, diagnostics } = compile(
    objects.map((object) => objectOf(object)),
    options,
  );
  if (output === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return output.ruleset;
}

const facts = [{ name: 'Node', value: 'node-a' }];
const locate = () => undefined;

const report = (
  before: Ruleset,
  after: Ruleset,
  names = { before: 'main', after: 'branch' },
): string =>
  formatTrafficHtml(diffTraffic(before, after, new Set(['192.168.0.11']), { drawn: 'all' }), {
    ...names,
    facts,
    locate,
  });

const count = 5000;
const ids = Array.from({ length: count }, (_, i) => i + 1);
const before = rulesetOf(ids.flatMap((i) => [service(i), slice(i, 3)]));
const after = rulesetOf(
  ids
    .filter((i) => i !== 7)
    .flatMap((i) => [
      service(i, i === 9 ? { externalIPs: ['198.51.100.9'] } : {}),
      slice(i, i === 5 ? 0 : i === 6 ? 4 : 3),
    ]),
);

const directory = mkdtempSync(join(tmpdir(), 'natc-html-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('text of the input cannot become markup', () => {
  const few = rulesetOf([service(1), slice(1, 1)]);
  const html = report(few, few, {
    before: '</title><script>alert(1)</script>',
    after: '"><img src=x>',
  });
  expect(html).not.toContain('<script>alert');
  expect(html).not.toContain('<img');
  const hostile: Ruleset = JSON.parse(
    JSON.stringify(rulesetOf([service(1), slice(1, 1)])).replaceAll(
      'shop/web-0001',
      'shop/</script><script>alert(2)</script>',
    ),
  );
  expect(report(hostile, { tables: [] })).not.toContain('<script>alert');
});

test('what the edge says of node, options and time stands in the head', () => {
  const head = report({ tables: [] }, { tables: [] }).split('<main')[0] ?? '';
  expect(head).toContain('<dt>Node</dt><dd>node-a</dd>');
});

describeWithBrowser('the report of 5,000 Services in a browser', () => {
  const file = join(directory, 'report.html');
  beforeAll(() => writeFileSync(file, report(before, after)), 60_000);

  test('tells what changed, finds what is searched, draws where traffic goes', async () => {
    await visit(file, async ({ page, requests, errors }) => {
      const services = page.locator('details.service:visible');
      const names = page.locator('details.service:visible > summary .name');
      await expect.poll(() => services.count()).toBe(5);
      expect(await page.locator('#counts').textContent()).toContain('3 risks (3 high)');
      expect(await page.locator('#risks li').count()).toBe(3);

      // What is risky is open, the other Services are folded.
      const risky = page.locator('[id="shop/web-0005"]');
      expect(await risky.locator('.changes').textContent()).toContain('NATC6003');
      expect(await risky.locator('.changes').isVisible()).toBe(true);
      const gains = page.locator('[id="shop/web-0006"]');
      expect(await gains.locator('.changes').isVisible()).toBe(false);
      await gains.locator('summary').first().click();
      expect(await gains.locator('.changes').textContent()).toContain(
        'gains 10.180.0.64:8080 (1/4), the others 1/3 -> 1/4',
      );

      // Probabilities and SNAT stand on the lines.
      expect(await gains.locator('.ends li.new').allInnerTexts()).toEqual([
        expect.stringMatching(/1\/4[\s\S]*new 10\.180\.0\.64:8080/),
      ]);
      expect(await gains.locator('.ends li.same .line').first().textContent()).toContain(
        '1/3 \u2192 1/4',
      );
      expect(await gains.locator('.senders li').allTextContents()).toEqual([
        expect.stringMatching(/^clients outside, this node.*SNAT/),
        expect.stringMatching(/^pods \(10\.180\.0\.0\/15\) *\u2192/),
      ]);
      expect(await gains.locator('.addresses').textContent()).toBe('cluster IP 172.30.0.6:80/TCP');
      const gone = page.locator('[id="shop/web-0007"]');
      expect(await gone.locator('summary').textContent()).toContain('removed');
      expect(await gone.locator('.box.gone').count()).toBe(4);

      await page.locator('#search').fill('198.51.100.9');
      await expect.poll(() => names.allTextContents()).toEqual(['shop/web-0009']);
      await page.locator('#search').fill('172.30.4.210:80');
      await expect.poll(() => names.allTextContents()).toEqual(['shop/web-1234']);
      expect(await page.locator('#shown').textContent()).toBe(`1 of ${count + 1} shown`);
      await page.locator('#search').fill('');
      await expect.poll(() => page.locator('#shown').textContent()).toBe('');
      await page.locator('#risky').check();
      await expect.poll(() => services.count()).toBe(3);

      expect(requests).toEqual([]);
      expect(errors).toEqual([]);
    });
  });
});

describeWithBrowser('the report of all nodes in a browser', () => {
  const file = join(directory, 'nodes.html');
  const few = ids.slice(0, 9);
  const sideOf = (endpoints: number) =>
    rulesetOf(few.flatMap((i) => [service(i), slice(i, i === 5 ? endpoints : 3)]));
  const group = (nodes: readonly string[], next: Ruleset) => ({
    nodes,
    diff: diffTraffic(sideOf(3), next, new Set(['192.168.0.11']), { drawn: 'changed' }),
  });
  const diff = {
    groups: [group(['node-a', 'node-b'], sideOf(2)), group(['node-c'], sideOf(0))],
    ...{ unchanged: ['node-d'], onlyBefore: [], onlyAfter: [], notCompared: [] },
    ...{ invented: nothingInvented, notShown: [], differsUnseen: false, total: 2000 },
  };
  beforeAll(() =>
    writeFileSync(file, formatNodesHtml(diff, { before: 'main', after: 'branch', facts, locate })),
  );

  test('has a part for each group of nodes', async () => {
    await visit(file, async ({ page, requests, errors }) => {
      const groups = page.locator('.group');
      expect(await groups.locator('h3').allTextContents()).toEqual([
        'On 2 of 4 nodes (node-a, node-b)',
        'On node-c',
      ]);
      expect(await groups.first().textContent()).toContain('node-a, node-b; drawn as on node-a');
      expect(await groups.first().textContent()).toContain('loses 10.180.0.53:8080 (1/3)');
      expect(await page.locator('#changes').textContent()).toContain('No difference on node-d');
      expect(await groups.last().textContent()).toContain('NATC6003');
      expect(await groups.last().locator('.line.gone').count()).toBeGreaterThan(0);
      expect(requests).toEqual([]);
      expect(errors).toEqual([]);
    });
  });
});
