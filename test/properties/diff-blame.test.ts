/** The line that natc diff blames is a line that somebody changed, in every format. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { compile } from '../../src/compile.ts';
import { plainPalette } from '../../src/diagnostics/palette.ts';
import type { SourceObject } from '../../src/diagnostics/source.ts';
import type { TrafficDiff } from '../../src/diff/change.ts';
import { withContests } from '../../src/diff/claims.ts';
import { formatTrafficGithub } from '../../src/diff/format-github.ts';
import { formatTrafficHtml } from '../../src/diff/format-html.ts';
import { formatTrafficJson } from '../../src/diff/format-json.ts';
import { formatTrafficMarkdown } from '../../src/diff/format-markdown.ts';
import { formatTrafficText } from '../../src/diff/format-text.ts';
import { diffLines } from '../../src/diff/line-diff.ts';
import { surroundingsOf } from '../../src/diff/surroundings.ts';
import { diffTraffic } from '../../src/diff/traffic.ts';
import { locate } from '../../src/read/locate.ts';
import type { World } from '../oracle/world.ts';
import { changedLines } from '../support/changed-lines.ts';
import { canonical } from '../support/kernel-packets.ts';
import { type Edits, manifestEdits } from '../support/manifest-edits.ts';
import { objectsOf } from '../support/objects.ts';
import { worlds } from '../support/worlds.ts';
import { describeWorld, optionsOf } from '../support/worlds-compile.ts';
import { neighbours } from '../support/worlds-mutations.ts';
import { forAll } from '../support/worlds-property.ts';
import { tenants } from '../support/worlds-tenants.ts';

interface Pair {
  readonly before: World;
  readonly after: World;
}

const names = { old: 'old.yaml', new: 'new.yaml' } as const;

interface Side {
  readonly text: string;
  readonly objects: readonly SourceObject[];
  readonly output: NonNullable<ReturnType<typeof compile>['output']>;
}

/** @param validate `warn` where objects may claim what others have @returns undefined for what natc refuses */
function sideOf(world: World, name: string, validate: 'strict' | 'warn'): Side | undefined {
  const text = world.objects.map((object) => stringify(object)).join('---\n');
  const objects = text === '' ? [] : objectsOf(text, name);
  const { output } = compile(objects, { ...optionsOf(world), validate });
  return output && { text, objects, output };
}

/** Every place that a format names as that of a cause, as `old.yaml:12`, with what is said there. */
function placesIn(diff: TrafficDiff): readonly (readonly [place: string, said: string])[] {
  const formats = [
    formatTrafficText(diff, { palette: plainPalette, locate, details: true }),
    formatTrafficMarkdown(diff, locate),
    formatTrafficHtml(diff, { before: 'old', after: 'new', facts: [], locate }),
    // What is gone is annotated beside where it was, and the text says where that is.
    formatTrafficGithub(diff, locate, true).replace(
      /file=new\.yaml,line=\d+(.*%0Ain old\.yaml:\d+ of the old side)/g,
      '$1',
    ),
    formatTrafficJson(diff, locate),
  ];
  return formats.flatMap((text) =>
    [
      ...text.matchAll(/((?:old|new)\.yaml):(\d+)/g),
      ...text.matchAll(/file=((?:old|new)\.yaml),line=(\d+)/g),
      ...text.matchAll(/"file": "((?:old|new)\.yaml)",\s*"line": (\d+)/g),
    ].map(({ 1: file, 2: line, index }) => [
      `${file}:${line}`,
      text.slice(Math.max(0, index - 300), index + 200),
    ]),
  );
}

const keyOf = ({ kind, value }: SourceObject): string => {
  const { namespace, name } = value['metadata'] as { namespace?: string; name: string };
  return `${kind} ${namespace}/${name}`;
};

const indentOf = (line: string | undefined): number => /^ */.exec(line ?? '')?.[0].length ?? 0;

/** The first line of the entry of a list that a line stands in, and the one after its last. */
function entryAround(lines: readonly string[], at: number): readonly [number, number] {
  let inner = indentOf(lines[at]);
  for (let start = at - 1; start >= 0 && inner > 0; start -= 1) {
    const line = lines[start] ?? '';
    if (indentOf(line) >= inner) continue;
    inner = indentOf(line);
    if (!line.trimStart().startsWith('- ')) continue;
    const length = lines.slice(start + 1).findIndex((each) => indentOf(each) <= inner);
    return [start, length === -1 ? lines.length : start + 1 + length];
  }
  return [at, at + 1];
}

/**
 * Whether a line of an object is none of the other's. Of lines with the same words, of which the other has fewer, any
 * may be; and of an entry that moved, any line of it.
 */
function isChangedLine(line: number, own: Side, other: Side): boolean {
  const isOld = own.objects[0]?.source.name === names.old;
  const offset =
    own.text
      .split('\n')
      .slice(0, line - 1)
      .join('\n').length + (line > 1 ? 1 : 0);
  const object = own.objects.findLast(({ extent }) => extent.start <= offset);
  const counterpart = object && other.objects.find((each) => keyOf(each) === keyOf(object));
  if (object === undefined || counterpart === undefined) return object !== undefined;
  const linesOf = ({ source, extent }: SourceObject): readonly string[] =>
    source.text.slice(extent.start, extent.end).split('\n');
  const [lines, others] = [linesOf(object), linesOf(counterpart)];
  const at = line - object.source.text.slice(0, object.extent.start).split('\n').length;
  const countIn = (list: readonly string[]): number =>
    list.filter((each) => each === lines[at]).length;
  if (countIn(lines) > countIn(others)) return true;
  const [first, last] = entryAround(lines, at);
  const [a, b] = isOld ? [lines, others] : [others, lines];
  return diffLines(a, b).some(({ aStart, aEnd, bStart, bEnd }) =>
    isOld ? aStart < last && first < aEnd : bStart < last && first < bEnd,
  );
}

interface Counted {
  blamed: number;
  unknown: number;
}

function check(pair: Pair, validate: 'strict' | 'warn', counted: Counted): string | undefined {
  const { before } = pair;
  // Only manifests are changed: natc gives both sides the same options.
  const after = { ...pair.after, node: before.node };
  const [old, next] = [sideOf(before, names.old, validate), sideOf(after, names.new, validate)];
  if (old === undefined || next === undefined) return undefined;
  const surroundings = surroundingsOf(old.output, next.output)(before.node.hostname);
  const compared = diffTraffic(
    old.output.ruleset,
    next.output.ruleset,
    new Set(before.node.localIPs.map(canonical)),
    surroundings,
  );
  const diff = withContests(compared, old.output.plan, next.output.plan, surroundings.blame);
  for (const { service, origin } of [...diff.changes, ...diff.claims])
    if (service !== undefined) counted[origin === undefined ? 'unknown' : 'blamed'] += 1;
  const changed = changedLines(old.text, next.text);
  const told = new Map(placesIn(diff));
  for (const [place, said] of told) {
    const [file, line] = place.split(':');
    const isOld = file === names.old;
    const number = Number(line);
    const [own, other] = isOld ? [old, next] : [next, old];
    const isEdited = changed[isOld ? 'old' : 'new'].has(number);
    if (isEdited && isChangedLine(number, own, other)) continue;
    return `${said}\n\nblames ${place} "${own.text.split('\n')[number - 1]}", which ${isEdited ? 'is in no line diff' : 'nobody edited'}\n${describeWorld(before)}\nAFTER\n${describeWorld(after)}`;
  }
  return undefined;
}

const enough = ({ blamed, unknown }: Counted): void => {
  expect(blamed).toBeGreaterThan(0);
  expect(unknown, `of ${blamed + unknown} changes`).toBeLessThanOrEqual(5 + blamed / 10);
};

test('every line that is blamed is one that was changed', () => {
  const counted = { blamed: 0, unknown: 0 };
  forAll(neighbours, 60, (pair) => check(pair, 'strict', counted));
  enough(counted);
});

const edited = (pairs: fc.Arbitrary<Pair>): fc.Arbitrary<Pair> =>
  fc.tuple(pairs, manifestEdits).map(([{ before, after }, edit]: readonly [Pair, Edits]) => ({
    before,
    after: edit(after),
  }));

test('none is one that only moved, or that says what is so anyway', () => {
  const counted = { blamed: 0, unknown: 0 };
  const pairs = fc.oneof(
    edited(neighbours),
    edited(worlds.map((world) => ({ before: world, after: world }))),
  );
  forAll(pairs, 80, (pair) => check(pair, 'strict', counted));
  enough(counted);
});

test('nor is what a Service claims of another', () => {
  const counted = { blamed: 0, unknown: 0 };
  const pairs = tenants.chain(({ alone, together }) =>
    edited(
      fc.constantFrom(
        { before: alone, after: together },
        { before: together, after: alone },
        { before: together, after: together },
      ),
    ),
  );
  forAll(pairs, 30, (pair) => check(pair, 'warn', counted));
  // What endpoints of one Service do to those of another has no line of either.
  expect(counted.blamed).toBeGreaterThan(0);
});
