/** The HTML report is for everybody: narrow and wide, light and dark, by keyboard, by link, on paper. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatTrafficHtml } from '../../../src/diff/format-html.ts';
import { locate } from '../../../src/read/locate.ts';
import { describeWithBrowser, visit } from '../../support/browser.ts';
import {
  diffObjects,
  diffOptions,
  loadBalancer,
  service,
  slice,
} from '../../support/diff-sides.ts';

const pods = (...last: number[]): readonly string[] => last.map((each) => `10.244.1.${each}`);
const ranges = (...list: string[]) => ({ loadBalancerSourceRanges: list });

/** Something of every kind that the report tells. */
const before = [
  loadBalancer('web', '10.96.0.10', '198.51.100.10', ranges('203.0.113.0/24')),
  slice('web', pods(1, 2, 3)),
  service('cart', '10.96.0.20', { sessionAffinity: 'ClientIP' }),
  slice('cart', pods(11, 12, 13)),
  service('mail', '10.96.0.30'),
  slice('mail', pods(21, 22)),
  service('stock', '10.96.0.40'),
  slice(
    'stock',
    Array.from({ length: 20 }, (_, i) => `10.244.2.${i + 1}`),
  ),
  service('old', '10.96.0.50'),
  slice('old', pods(41)),
  service('same', '10.96.0.60'),
  slice('same', pods(51)),
];
const after = [
  loadBalancer('web', '10.96.0.10', '198.51.100.10', ranges('0.0.0.0/0')),
  slice('web', pods(1, 2, 3)),
  service('cart', '10.96.0.20'),
  slice('cart', pods(11, 12, 14)),
  {
    ...service('mail', '10.96.0.30', { externalIPs: ['198.51.100.30'] }),
    metadata: {
      name: 'mail',
      namespace: 'shop',
      annotations: { 'natc.dev/accept-risk': 'NATC6005 public' },
    },
  },
  slice('mail', []),
  service('stock', '10.96.0.40'),
  slice(
    'stock',
    Array.from({ length: 21 }, (_, i) => `10.244.2.${i + 1}`),
  ),
  service('new', '10.96.0.70'),
  slice('new', pods(61)),
  service('same', '10.96.0.60'),
  slice('same', pods(51)),
];

const diff = diffObjects(before, after, [diffOptions, diffOptions], { drawn: 'all' });
const html = formatTrafficHtml(diff, {
  before: 'main',
  after: 'branch',
  facts: [
    { name: 'Node', value: 'node-a' },
    { name: 'Time', value: '2026-01-01T00:00:00Z' },
  ],
  locate,
});

interface Faint {
  readonly seen: number;
  readonly found: readonly string[];
}

const directory = mkdtempSync(join(tmpdir(), 'natc-html-'));
const file = join(directory, 'report.html');
beforeAll(() => writeFileSync(file, html));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const widths = [390, 768, 1280];
const schemes = ['light', 'dark'] as const;

/** What runs in the page is text: nothing here knows a browser's types. */
const openAll = `for (const each of document.querySelectorAll('details')) each.open = true`;

const violations = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`;

/** Texts with less than 4.5:1 by axe's own measure: axe leaves undecided what stands where lines cross. */
const tooFaint = `(() => {
  const { Color, getContrast } = axe.commons.color;
  const parsed = (text) => { const value = new Color(); value.parseString(text); return value; };
  const groundOf = (element) => {
    for (let each = element; each !== null; each = each.parentElement) {
      const { backgroundColor } = getComputedStyle(each);
      if (parsed(backgroundColor).alpha === 1) return backgroundColor;
    }
    throw new Error('no ground');
  };
  const found = [];
  let seen = 0;
  for (const element of document.querySelectorAll('body *')) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '');
    if (!hasText || element.localName === 'script' || !element.checkVisibility()) continue;
    seen += 1;
    const { color } = getComputedStyle(element);
    const ratio = getContrast(parsed(groundOf(element)), parsed(color));
    if (ratio < 4.5) found.push(ratio + ' ' + color + ' ' + element.outerHTML.slice(0, 120));
  }
  return { seen, found };
})()`;

describeWithBrowser('the report', () => {
  test('has nothing that axe finds, contrast enough, and no line wider than the window', async () => {
    await visit(file, async ({ page, requests, errors }) => {
      await page.evaluate(openAll);
      await page.evaluate(axe.source);
      for (const colorScheme of schemes) {
        for (const width of widths) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 900 });
          const where = `${width} ${colorScheme}`;
          expect(await page.evaluate(violations), where).toEqual([]);
          const { seen, found } = await page.evaluate<Faint>(tooFaint);
          expect(found, where).toEqual([]);
          expect(seen).toBeGreaterThan(100);
          const scrollWidth = await page.evaluate<number>('document.documentElement.scrollWidth');
          expect(scrollWidth, where).toBeLessThanOrEqual(width);
        }
      }
      expect([...requests, ...errors]).toEqual([]);
    });
  }, 120_000);

  test('goes by keyboard, by link and on paper', async () => {
    await visit(`${file}#shop/stock`, async ({ page, errors }) => {
      const stock = page.locator('[id="shop/stock"]');
      await expect.poll(() => stock.locator('.changes').isVisible()).toBe(true);
      const focused = () => page.evaluate<string>(`document.activeElement.textContent`);
      await expect.poll(focused).toMatch(/^shop\/stock/);
      await page.keyboard.press('ArrowUp');
      expect(await focused()).toMatch(/^shop\/(?!stock)/);
      await page.getByRole('link', { name: 'shop/web' }).first().click();
      await expect.poll(focused).toMatch(/^shop\/web/);

      await page.goto(`file://${file}`);
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('Skip to what changes');
      await page.keyboard.press('Enter');
      expect(await page.evaluate('document.activeElement.id')).toBe('content');

      await page.locator('#close').click();
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      await page.evaluate(`void dispatchEvent(new Event('beforeprint'))`);
      expect(await stock.locator('.changes').isVisible()).toBe(true);
      expect(await page.locator('#tools').isVisible()).toBe(false);
      const paper = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      expect(paper).toBe('rgb(255, 255, 255)');
      await page.evaluate(`void dispatchEvent(new Event('afterprint'))`);
      expect(await stock.getAttribute('open')).toBeNull();
      expect(errors).toEqual([]);
    });
  });
});

test('risks come first, then totals, Services by namespace, and what signs mean', () => {
  const places = [
    'id="facts"',
    'id="risks"',
    'id="totals"',
    'id="changes"',
    'id="unchanged"',
    'id="legend"',
  ];
  const found = places.map((place) => html.indexOf(place));
  expect(found).toEqual([...found].sort((a, b) => a - b));
  expect(found).not.toContain(-1);
  expect(html).not.toMatch(/(src|href)="(?!#)/);
});
