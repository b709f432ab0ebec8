import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { test } from 'vitest';
import { stringify } from 'yaml';
import { compile } from '../../src/compile.ts';
import { renderNft } from '../../src/nftables/render/nft.ts';
import { readObjects } from '../../src/read/read.ts';
import type { World } from '../oracle/world.ts';
import { shuffled, worlds } from '../support/worlds.ts';
import {
  type CompiledWorld,
  compileValid,
  describeWorld,
  optionsOf,
} from '../support/worlds-compile.ts';
import { forAll } from '../support/worlds-property.ts';

const reordered = fc.record({ world: worlds, order: fc.nat(), fileCount: fc.nat({ max: 2 }) });

test('the order of the objects makes no difference to the plan and what is said about it', () => {
  forAll(reordered, 100, ({ world, order }) => {
    const other = { ...world, objects: shuffled(world.objects, order) };
    return isDeepStrictEqual(inOrder(compileValid(world)), inOrder(compileValid(other)))
      ? undefined
      : describeWorld(other);
  });
});

/** Diagnostics come in no particular order. */
const inOrder = ({ plan, diagnostics }: CompiledWorld): unknown => ({
  plan,
  diagnostics: diagnostics.map((each) => JSON.stringify(each)).sort(),
});

/** The world in YAML and JSON files, `fileCount + 1` of them, the objects dealt out in turn. */
function compileFiles(world: World, fileCount: number): string {
  const names = ['a.yaml', 'b.json', 'c.yaml'].slice(0, fileCount + 1);
  const inputs = names.map((name, index) => {
    const objects = world.objects.filter((_, at) => at % names.length === index);
    const text = name.endsWith('.json')
      ? JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
      : objects.map((object) => stringify(object)).join('---\n');
    return { name, bytes: Buffer.from(text) };
  });
  const read = readObjects(inputs);
  const { output } = compile(read.objects, optionsOf(world));
  if (output === undefined) throw new Error('errors in a valid world');
  return renderNft(output.ruleset);
}

test('the order of objects and files, and YAML or JSON, make no difference to the bytes', () => {
  forAll(reordered, 60, ({ world, order, fileCount }) => {
    const other = { ...world, objects: shuffled(world.objects, order) };
    return compileFiles(world, 0) === compileFiles(other, fileCount)
      ? undefined
      : describeWorld(other);
  });
});
