/** The text of a ruleset says all that its canonical form has. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/compile.ts';
import { canonicalOfText } from '../../src/incremental/canonical-text.ts';
import { type CompileOptions, defaultOptions } from '../../src/options.ts';
import { renderNft } from '../../src/render/nft.ts';
import type { Ruleset } from '../../src/ruleset/ast.ts';
import { canonicalRuleset } from '../../src/ruleset/canonical.ts';
import { canonicalToJson } from '../../src/ruleset/canonical-json.ts';
import { objectsOf } from '../support/objects.ts';
import { worlds } from '../support/worlds.ts';
import { compileValid } from '../support/worlds-compile.ts';
import { forAll } from '../support/worlds-property.ts';

function expectSame(ruleset: Ruleset): void {
  const [expected, found] = [canonicalRuleset(ruleset), canonicalOfText(renderNft(ruleset))];
  expect(found).toEqual(expected);
  // The digest is of this text, which shows the order too.
  expect(canonicalToJson(found)).toBe(canonicalToJson(expected));
}

const directory = 'fixtures/compile';

describe('of what is compiled from', () => {
  test.each(readdirSync(directory).sort())('%s', (name) => {
    const read = (file: string) => readFileSync(join(directory, name, file), 'utf8');
    const options: Partial<CompileOptions> = JSON.parse(read('options.json'));
    const { output } = compile(objectsOf(read('input.yaml')), { ...defaultOptions, ...options });
    if (output === undefined) throw new Error('not compiled');
    expectSame(output.ruleset);
  });

  test('generated worlds', () => {
    forAll(worlds, 100, (world) => {
      expectSame(compileValid(world).ruleset);
      return undefined;
    });
  });
});
