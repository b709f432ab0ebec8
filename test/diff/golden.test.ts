/** Every format of the traffic diff, whole, for changes as pull requests make them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CompileOutput, compile } from '../../src/compile.ts';
import { colorPalette, plainPalette } from '../../src/diagnostics/palette.ts';
import type { TrafficDiff } from '../../src/diff/change.ts';
import { formatTrafficGithub } from '../../src/diff/format-github.ts';
import { formatTrafficJson } from '../../src/diff/format-json.ts';
import { formatTrafficMarkdown } from '../../src/diff/format-markdown.ts';
import { formatTrafficText } from '../../src/diff/format-text.ts';
import { surroundingsOf } from '../../src/diff/surroundings.ts';
import { diffTraffic } from '../../src/diff/traffic.ts';
import { type CompileOptions, defaultOptions } from '../../src/options.ts';
import { locate } from '../../src/read/locate.ts';
import { expectGolden } from '../support/golden.ts';
import { objectsOf } from '../support/objects.ts';

const directory = 'fixtures/diff';
const cases = readdirSync(directory);

type Options = Partial<CompileOptions>;

function compileSide(name: string, side: 'old' | 'new'): CompileOutput {
  const file = join(directory, name, `${side}.yaml`);
  const options: Options | Record<'old' | 'new', Options> = JSON.parse(
    readFileSync(join(directory, name, 'options.json'), 'utf8'),
  );
  const own: Options = 'old' in options ? options[side] : (options as Options);
  const objects = objectsOf(readFileSync(file, 'utf8'), file);
  const { output, diagnostics } = compile(objects, { ...defaultOptions, ...own });
  if (output === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return output;
}

function diffOf(name: string): TrafficDiff {
  const [old, next] = [compileSide(name, 'old'), compileSide(name, 'new')];
  const surroundings = surroundingsOf(old, next)('node-a');
  return diffTraffic(old.ruleset, next.ruleset, new Set(['192.168.0.11']), surroundings);
}

describe('traffic diff of', () => {
  test.each(cases)('%s', (name) => {
    const diff = diffOf(name);
    const expected = (extension: string) => join(directory, name, `expected.${extension}`);
    expectGolden(expected('txt'), formatTrafficText(diff, { palette: plainPalette, locate }));
    expectGolden(expected('json'), formatTrafficJson(diff, locate));
    expectGolden(expected('md'), formatTrafficMarkdown(diff, locate));
    expectGolden(expected('github'), formatTrafficGithub(diff, locate));
    expect(diff.changes).not.toEqual([]);
  });

  test('a side with itself is empty in every format', () => {
    const { ruleset } = compileSide('service-added', 'new');
    const diff = diffTraffic(ruleset, ruleset, new Set());
    expect(diff.changes).toEqual([]);
    expect(formatTrafficText(diff, { palette: plainPalette, locate })).toBe('');
    expect(formatTrafficGithub(diff, locate)).toBe('');
    expect(formatTrafficMarkdown(diff, locate)).toContain('No packet is treated differently.');
    expect(JSON.parse(formatTrafficJson(diff, locate))).toMatchObject({ same: true, services: [] });
  });
});

test('colour changes no word', () => {
  const diff = diffOf('service-added');
  const coloured = formatTrafficText(diff, { palette: colorPalette, locate });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters.
  const plain = coloured.replace(/\u001b\[\d+m/g, '');
  expect(coloured).not.toBe(plain);
  expect(plain).toBe(formatTrafficText(diff, { palette: plainPalette, locate }));
});
