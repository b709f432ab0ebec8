import { describe, expect, test } from 'vitest';
import { readRuleset } from '../../../src/nftables/parse/read-ruleset.ts';

const messages = (...chains: readonly string[]): readonly string[] => {
  const text = `table ip natc {\n${chains.join('\n')}\n}\n`;
  const { ruleset, diagnostics } = readRuleset({ name: 'golden.nft', text });
  expect(ruleset === undefined).toBe(diagnostics.length > 0);
  return diagnostics.map(({ code, message }) => `${code} ${message}`);
};

const chain = (name: string, ...rules: readonly string[]): string =>
  `chain ${name} {\n${rules.join('\n')}\n}`;

const map = (target: string): string =>
  `map m {\ntypeof meta l4proto : verdict\nelements = { tcp : goto ${target} }\n}`;

describe('a ruleset has to be whole', () => {
  test('chains that meet again are no loop', () => {
    const diamond = [chain('a', 'jump b', 'goto c'), chain('b', 'goto d'), chain('c', 'goto d')];
    expect(messages(...diamond, chain('d', 'drop'))).toEqual([]);
  });

  test('a name that is not there', () => {
    expect(messages(chain('a', 'jump b'))).toEqual([
      'NATC4102 table ip natc: chain a leads to no chain (b)',
    ]);
  });

  test.each([
    ['to itself', [chain('a', 'jump a')]],
    ['of two', [chain('start', 'jump a'), chain('a', 'jump b'), chain('b', 'goto a')]],
    ['through a verdict map', [map('a'), chain('a', 'meta l4proto vmap @m')]],
  ])('a loop %s', (_, chains) => {
    expect(messages(...chains)).toEqual([
      'NATC4102 table ip natc: chain a is part of a loop, or follows one',
    ]);
  });
});
