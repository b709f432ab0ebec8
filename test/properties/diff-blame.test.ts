/** The line that natc diff blames is a line that somebody changed. */
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { compile } from '../../src/compile.ts';
import type { SourceObject } from '../../src/diagnostics/source.ts';
import { diffLines } from '../../src/diff/line-diff.ts';
import { surroundingsOf } from '../../src/diff/surroundings.ts';
import { diffTraffic } from '../../src/diff/traffic.ts';
import { sentenceOf, subjectOf } from '../../src/diff/wording.ts';
import { locate } from '../../src/read/locate.ts';
import type { World } from '../oracle/world.ts';
import { canonical } from '../support/kernel-packets.ts';
import { objectsOf } from '../support/objects.ts';
import { describeWorld, optionsOf } from '../support/worlds-compile.ts';
import { neighbours } from '../support/worlds-mutations.ts';
import { forAll } from '../support/worlds-property.ts';

const keyOf = ({ kind, value }: Pick<SourceObject, 'kind' | 'value'>): string => {
  const { namespace, name } = value['metadata'] as { namespace?: string; name: string };
  return `${kind} ${namespace}/${name}`;
};

/**
 * Whether a line of the one text is none of the other's, counted from 0. Of lines with the same words, of which the other
 * text has fewer, any may be the one.
 */
function isChangedLine(line: number, text: string, other: string, isOld: boolean): boolean {
  const [own, others] = [text.split('\n'), other.split('\n')];
  const countIn = (lines: readonly string[]): number =>
    lines.filter((each) => each === own[line]).length;
  if (countIn(own) > countIn(others)) return true;
  const [a, b] = isOld ? [own, others] : [others, own];
  return diffLines(a, b).some(({ aStart, aEnd, bStart, bEnd }) =>
    isOld ? aStart <= line && line < aEnd : bStart <= line && line < bEnd,
  );
}

const textOf = (world: World): string =>
  world.objects.map((object) => stringify(object)).join('---\n');

function sideOf(world: World, name: string) {
  const objects = objectsOf(textOf(world), name);
  const { output } = compile(objects, optionsOf(world));
  if (output === undefined) throw new Error(`errors in a valid world\n${describeWorld(world)}`);
  return { output, objects: new Map(objects.map((object) => [keyOf(object), object])) };
}

let blamed = 0;
let unknown = 0;

function check(pair: { before: World; after: World }): string | undefined {
  const { before } = pair;
  // Only manifests are changed: natc gives both sides the same options.
  const after = { ...pair.after, node: before.node };
  const [old, next] = [sideOf(before, 'old.yaml'), sideOf(after, 'new.yaml')];
  const { changes } = diffTraffic(
    old.output.ruleset,
    next.output.ruleset,
    new Set(before.node.localIPs.map(canonical)),
    surroundingsOf(old.output, next.output)(before.node.hostname),
  );
  for (const change of changes) {
    if (change.service === undefined) continue;
    const { origin } = change;
    const said = `${subjectOf(change)}: ${sentenceOf(change)}`;
    if (origin === undefined) {
      unknown += 1;
      continue;
    }
    blamed += 1;
    const { object, path } = origin;
    const isOld = object.source.name === 'old.yaml';
    const place = locate({ kind: 'field', object, path });
    const line = place?.line;
    const key = keyOf(object);
    const other = (isOld ? next : old).objects.get(key);
    if (other === undefined) continue;
    const sliceOf = ({ source, extent }: SourceObject): string =>
      source.text.slice(extent.start, extent.end);
    const first = object.source.text.slice(0, object.extent.start).split('\n').length;
    if (!isChangedLine((line ?? 0) - first, sliceOf(object), sliceOf(other), isOld))
      return `${said}\nblames ${place?.file}:${line} "${place?.lineText}" (${change.cause}), which did not change\n${describeWorld(before)}\nAFTER\n${describeWorld(after)}`;
  }
  return undefined;
}

test('every line that is blamed is one that was changed', () => {
  forAll(neighbours, 100, check);
  expect(unknown, `of ${blamed + unknown} changes`).toBeLessThanOrEqual(blamed / 20);
});
