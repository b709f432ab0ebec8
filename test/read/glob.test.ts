import { describe, expect, test } from 'vitest';
import { isGlob, parseGlob } from '../../src/read/glob.ts';

/** Whether the last step of a pattern is a name's. */
function matches(pattern: string, name: string): boolean {
  return (parseGlob(pattern) ?? []).some((steps) => {
    const step = steps.at(-1);
    if (step?.kind === 'literal') return step.name === name;
    return step?.kind === 'pattern' && step.matches(name);
  });
}

describe('a pattern', () => {
  test.each([
    ['*.yaml', 'web.yaml', true],
    ['*.yaml', '.yaml', false],
    ['*.yaml', 'web.yml', false],
    ['*', '.hidden', false],
    ['.*', '.hidden', true],
    ['web-?.yaml', 'web-1.yaml', true],
    ['web-?.yaml', 'web-10.yaml', false],
    ['web-?.yaml', 'web-\u{1f600}.yaml', true],
    ['[a-c]*', 'b1', true],
    ['[a-c]*', 'd1', false],
    ['[!a-c]*', 'd1', true],
    ['[^a-c]*', 'b1', false],
    ['[]x]', ']', true],
    ['[abc', '[abc', true],
    ['{web,db}.yaml', 'db.yaml', true],
    ['{web,db{1,2}}.yaml', 'db2.yaml', true],
    ['{web}.yaml', '{web}.yaml', true],
    ['{web,}.yaml', '.yaml', true],
    [String.raw`\*.yaml`, '*.yaml', true],
    [String.raw`\*.yaml`, 'a.yaml', false],
    ['*a*b*c', 'xaybzc', true],
    ['*a*b*c', 'xaybz', false],
    ['*.yaml', 'a.yaml.yaml', true],
  ])('%s against %s: %s', (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected);
  });

  test('of many stars takes no long time', () => {
    expect(matches(`${'*a'.repeat(100)}b`, 'a'.repeat(255))).toBe(false);
  });

  test('with too many alternatives is none', () => {
    expect(parseGlob('{a,b}'.repeat(20))).toBeUndefined();
  });

  test('knows whether it says how files end', () => {
    const endings = (pattern: string) =>
      parseGlob(pattern)!
        .map((steps) => steps.at(-1))
        .map((step) => (step?.kind === 'pattern' ? step.hasEnding : step?.kind));
    expect(['*', '*.txt', 'web*', '*.y?ml', '*.', '**'].flatMap(endings)).toEqual([
      ...[false, true, false, true, false, 'directories'],
    ]);
  });
});

test('names without wildcards are no patterns', () => {
  expect(['web.yaml', 'a b', '-', '../x'].some(isGlob)).toBe(false);
  expect(['*.yaml', 'a?', '[ab]', '{a,b}'].every(isGlob)).toBe(true);
});
