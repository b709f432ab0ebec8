/** Every format of the diff of all nodes, whole. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { nothingInvented } from '../../../src/allocate/invented.ts';
import { colorPalette, plainPalette } from '../../../src/diagnostics/palette.ts';
import { formatNodesGithub } from '../../../src/diff/nodes/format-github.ts';
import { formatNodesHtml } from '../../../src/diff/nodes/format-html.ts';
import { formatNodesJson } from '../../../src/diff/nodes/format-json.ts';
import { formatNodesMarkdown } from '../../../src/diff/nodes/format-markdown.ts';
import { formatNodesText } from '../../../src/diff/nodes/format-text.ts';
import { groupNodes, type NodesDiff } from '../../../src/diff/nodes/node-groups.ts';
import { compareNodes } from '../../../src/diff-nodes.ts';
import { defaultOptions } from '../../../src/options.ts';
import { locate } from '../../../src/read/locate.ts';
import { pureVerbs } from '../../support/answers.ts';
import { expectGolden } from '../../support/golden.ts';
import { objectsOf } from '../../support/objects.ts';

const directory = 'fixtures/diff-nodes';
const names = { before: 'main', after: 'branch' };

function diffOf(old: string, next: string): NodesDiff {
  const [before = [], after = []] = [old, next].map((name) => {
    const file = `${directory}/${name}.yaml`;
    return objectsOf(readFileSync(file, 'utf8'), file);
  });
  const { diffs, onlyBefore, onlyAfter } = compareNodes({
    before,
    after,
    options: defaultOptions,
    optionPlaces: new Map(),
    compareTraffic: pureVerbs.nftables.compareTraffic,
    isMapped: true,
  });
  return {
    ...groupNodes(diffs),
    onlyBefore,
    onlyAfter,
    notCompared: [],
    invented: nothingInvented,
  };
}

describe('the diff of all nodes', () => {
  const diff = diffOf('old', 'new');
  const text = formatNodesText(diff, names, { palette: plainPalette, locate });
  const expected = (extension: string) => `${directory}/expected.${extension}`;

  test('in every format', () => {
    expectGolden(expected('txt'), text);
    expectGolden(expected('json'), formatNodesJson(diff, locate));
    expectGolden(expected('md'), formatNodesMarkdown(diff, names, locate));
    expectGolden(expected('github'), formatNodesGithub(diff, names, locate));
  });

  test('colour changes no word', () => {
    const coloured = formatNodesText(diff, names, { palette: colorPalette, locate });
    expect(coloured).not.toBe(text);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters.
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(text);
  });

  test('the page holds every group with the Services that change, and nothing else', () => {
    const html = formatNodesHtml(diff, { ...names, facts: [], locate });
    const parts = html.split('<section class="group">').slice(1);
    const found = parts.map((part) => ({
      title: /<h3>(.*?)<\/h3>/.exec(part)?.[1],
      services: [...part.matchAll(/<details class="service" id="(.*?)"/g)].map(([, id]) => id),
    }));
    expect(found).toEqual([
      { title: 'On 2 of 5 nodes (node-c, node-d)', services: ['shop/search'] },
      { title: 'On node-e', services: ['shop/log', 'shop/search@2'] },
    ]);
    expect(parts[0]).toContain('node-c, node-d; drawn as on node-c');
    expect(parts[0]?.match(/class="line gone"/g)).not.toBeNull();
    expect(html).toContain('Only in main: node-old');
  });

  test('without a difference every format says so', () => {
    const same = diffOf('old', 'old');
    const all = 'No difference on any node: 6 nodes (node-a, node-b, node-c, node-d and 2 more)';
    expect(formatNodesText(same, names, { palette: plainPalette, locate })).toBe(`${all}\n`);
    expect(formatNodesMarkdown(same, names, locate)).toBe(`### Service traffic\n\n${all}\n`);
    expect(formatNodesGithub(same, names, locate)).toBe('');
    expect(formatNodesHtml(same, { ...names, facts: [], locate })).toContain(
      'There is nothing to show.',
    );
    const json = JSON.parse(formatNodesJson(same, locate));
    expect(json).toMatchObject({ same: true, groups: [], onlyBefore: [], onlyAfter: [] });
    expect(json.unchanged).toHaveLength(6);
  });

  test('a comment on a pull request keeps to its size', () => {
    const [group] = diff.groups;
    const many = Array.from({ length: 1000 }, (_, i) => ({ ...group!, nodes: [`node-${i}`] }));
    const markdown = formatNodesMarkdown({ ...diff, groups: many }, names, locate);
    expect(markdown.length).toBeLessThan(61_000);
    expect(markdown).toMatch(/\nand \d+ more groups of nodes\.\n\nNo difference on 2 nodes/);
  });
});
