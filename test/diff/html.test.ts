/** The HTML report, opened and clicked in a real browser. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nothingInvented } from '../../src/allocate/invented.ts';
import { compile } from '../../src/compile.ts';
import { formatTrafficHtml } from '../../src/diff/format-html.ts';
import { mapTraffic } from '../../src/diff/html/traffic-map.ts';
import { formatNodesHtml } from '../../src/diff/nodes/format-html.ts';
import { diffTraffic } from '../../src/diff/traffic.ts';
import type { Ruleset } from '../../src/nftables/ast.ts';
import { type CompileOptions, defaultOptions } from '../../src/options.ts';
import { describeWithBrowser, visit } from '../support/browser.ts';
import { objectOf } from '../support/objects.ts';

const options: CompileOptions = {
  ...defaultOptions,
  nodeName: 'node-a',
  clusterCIDRs: ['10.180.0.0/16'],
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
    addresses: [`10.180.${i >> 4}.${(i & 15) * 10 + j + 1}`],
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

function report(before: Ruleset, after: Ruleset, names = { before: 'main', after: 'branch' }) {
  return formatTrafficHtml(diffTraffic(before, after, new Set(['192.168.0.11'])), {
    before: { name: names.before, ruleset: before },
    after: { name: names.after, ruleset: after },
    locate: () => undefined,
  });
}

const count = 2000;
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
  const html = report(before, before, {
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

describeWithBrowser('the report of 2,000 Services in a browser', () => {
  const file = join(directory, 'report.html');
  beforeAll(() => writeFileSync(file, report(before, after)));

  test('shows what changed, finds what is searched, draws what is clicked', async () => {
    await visit(file, async ({ page, requests, errors }) => {
      const services = page.locator('#services li:visible');
      await expect.poll(() => services.count()).toBe(5);
      expect(await page.locator('#counts').textContent()).toContain('3 risks (3 high)');

      // The first risky Service is open already.
      expect(await page.locator('main h2').textContent()).toBe('shop/web-0005');
      expect(await page.locator('#changes').textContent()).toContain('NATC6003');

      await page.getByRole('button', { name: 'shop/web-0006' }).click();
      expect(await page.locator('main h2').textContent()).toBe('shop/web-0006');
      expect(await page.locator('#changes').textContent()).toContain(
        'gains 10.180.0.64:8080 (1/4), the others 1/3 -> 1/4',
      );
      expect(await page.locator('svg g.new text').allTextContents()).toEqual(['10.180.0.64:8080']);
      expect(await page.locator('svg').textContent()).toContain('cluster IP 172.30.0.6:80/TCP');

      await page.getByRole('button', { name: 'shop/web-0007' }).click();
      expect(await page.locator('main h2').textContent()).toBe('shop/web-0007 (removed)');
      expect(await page.locator('svg path.gone').count()).toBeGreaterThan(0);

      await page.locator('#search').fill('198.51.100.9');
      await expect.poll(() => services.allTextContents()).toEqual(['shop/web-00091 risk']);

      await page.locator('#unchanged').check();
      await page.locator('#search').fill('172.30.4.210:80');
      await expect.poll(() => services.allTextContents()).toEqual(['shop/web-1234']);
      await page.locator('#search').fill('');
      await expect.poll(() => services.count()).toBe(count + 1);

      await page.locator('#risky').check();
      await expect.poll(() => services.count()).toBe(3);

      expect(requests).toEqual([]);
      expect(errors).toEqual([]);
    });
  });
});

describeWithBrowser('the report of all nodes in a browser', () => {
  const file = join(directory, 'nodes.html');
  const group = (nodes: readonly string[], next: Ruleset) => ({
    nodes,
    diff: diffTraffic(before, next, new Set(['192.168.0.11'])),
    map: mapTraffic(before, next).filter(({ name }) => name === `shop/${serviceName(5)}`),
  });
  const emptied = rulesetOf(ids.flatMap((i) => [service(i), slice(i, i === 5 ? 0 : 3)]));
  const halved = rulesetOf(ids.flatMap((i) => [service(i), slice(i, i === 5 ? 2 : 3)]));
  const groups = [group(['node-a', 'node-b'], halved), group(['node-c'], emptied)];
  const diff = {
    ...{
      groups,
      unchanged: ['node-d'],
      onlyBefore: [],
      onlyAfter: [],
      notCompared: [],
      invented: nothingInvented,
    },
    ...{ notShown: [], differsUnseen: false, total: 2000 },
  };
  beforeAll(() =>
    writeFileSync(
      file,
      formatNodesHtml(diff, { before: 'main', after: 'branch' }, () => undefined),
    ),
  );

  test('shows the changes of the nodes that are chosen', async () => {
    await visit(file, async ({ page, requests, errors }) => {
      const changes = page.locator('#changes');
      await expect.poll(() => changes.textContent()).toContain('loses 10.180.0.53:8080 (1/3)');
      expect(await page.locator('#nodes').textContent()).toBe('node-a, node-b; drawn as on node-a');
      expect(await page.locator('#unchanged').isVisible()).toBe(false);
      expect(await page.locator('header').textContent()).toContain('No difference on node-d');

      await page.locator('#group').selectOption({ label: 'On node-c' });
      await expect.poll(() => changes.textContent()).toContain('NATC6003');
      expect(await page.locator('#counts').textContent()).toContain('1 risk (1 high)');
      expect(await page.locator('svg path.gone').count()).toBeGreaterThan(0);
      expect(await page.locator('#services li:visible').count()).toBe(1);

      expect(requests).toEqual([]);
      expect(errors).toEqual([]);
    });
  });
});
