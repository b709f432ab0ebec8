import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { saidOf } from '../../src/diagnostics/group.ts';
import { type IgnoreRule, makeIgnoring } from '../../src/diagnostics/ignore.ts';
import type { SourceObject } from '../../src/diagnostics/source.ts';

let offset = 0;
const object = (name: string, namespace?: string, kind = 'Service'): SourceObject => ({
  source: { name: 'a.yaml', text: '' },
  extent: { format: 'yaml', start: offset++, end: offset, path: [] },
  apiVersion: 'v1',
  kind,
  value: { metadata: { name, ...(namespace !== undefined && { namespace }) } },
});

const finding = (
  code: Diagnostic['code'],
  of?: SourceObject,
  more: Partial<Diagnostic> = {},
): Diagnostic => ({
  code,
  severity: 'warning',
  message: `${code} ${offset}`,
  places: of === undefined ? [] : [{ kind: 'field', object: of, path: ['spec'] }],
  ...more,
});

const file = { kind: 'file', name: 'natc.yaml' } as const;
const byFile = (code: Diagnostic['code'], name?: string): IgnoreRule => ({
  code,
  object: name,
  reason: 'known',
  from: 'natc.yaml',
  place: file,
});
const byObject = (code: Diagnostic['code'], of: SourceObject): IgnoreRule => ({
  code,
  object: 'Service shop/web',
  reason: 'known',
  from: 'annotation',
  place: { kind: 'field', object: of, path: ['metadata'] },
});

const ignoring = (...rules: readonly IgnoreRule[]) => {
  const made = makeIgnoring();
  made.add(rules);
  return made;
};

const codesLeft = (rule: IgnoreRule, given: Diagnostic) =>
  ignoring(rule).silence([given]).length === 0 ? 'ignored' : 'heard';

test.each([
  ['Service shop/web', object('web', 'shop'), 'ignored'],
  ['Service shop/web', object('web2', 'shop'), 'heard'],
  ['Service shop/*', object('web', 'shop'), 'ignored'],
  ['Service shop/*', object('web', 'shop2'), 'heard'],
  ['Service */web', object('web', 'shop'), 'ignored'],
  ['* shop/w*b', object('web', 'shop', 'Endpoints'), 'ignored'],
  ['* shop/w*b', object('wb', 'shop'), 'ignored'],
  ['Service shop/a*a', object('a', 'shop'), 'heard'],
  ['Service shop/*ab*b', object('ab', 'shop'), 'heard'],
  ['Service default/web', object('web'), 'ignored'],
  ['Service web', object('web', 'default'), 'ignored'],
  ['Service web', object('web', 'shop'), 'heard'],
  ['Node node-a', object('node-a', undefined, 'Node'), 'ignored'],
  ['Service shop.web', object('web', 'shop'), 'heard'],
])('%s fits only what it says', (pattern, of, expected) => {
  expect(codesLeft(byFile('NATC3012', pattern), finding('NATC3012', of))).toBe(expected);
});

test('the object is the one that the message is about, not another that it mentions', () => {
  const [web, db] = [object('web', 'shop'), object('db', 'shop')];
  const places = [web, db].map((of) => ({ kind: 'field', object: of, path: [] }) as const);
  const both = finding('NATC3012', undefined, { places });
  expect(codesLeft(byFile('NATC3012', 'Service shop/db'), both)).toBe('heard');
  expect(codesLeft(byFile('NATC3012', 'Service shop/web'), both)).toBe('ignored');
});

test('an annotation is about its own object, whatever that is called', () => {
  const [mine, other] = [object('*', 'shop'), object('web', 'shop')];
  const rule = { ...byObject('NATC3012', mine), object: 'Service shop/*' };
  expect(codesLeft(rule, finding('NATC3012', mine))).toBe('ignored');
  expect(codesLeft(rule, finding('NATC3012', other))).toBe('heard');
});

describe('what is never ignored', () => {
  const web = object('web', 'shop');
  test.each([
    ['an error', finding('NATC3012', web, { severity: 'error' })],
    ['what was an error', finding('NATC2010', web, { wasError: true })],
    ['what could not be read', finding('NATC1051', web)],
    ['what was read as what admits least', finding('NATC2100', web)],
    ['what is held back', finding('NATC5061', web)],
    ['what was undone', finding('NATC5106', web)],
    ['what is wrong with a rule', finding('NATC2060', web)],
  ])('%s', (_, given) => {
    const rules = [byFile(given.code), byObject(given.code, web)];
    const made = ignoring(...rules);
    expect(made.silence([given])).toEqual([given]);
    expect(made.ignored()).toEqual([]);
    expect(made.unmatched(() => false).map(({ code }) => code)).toEqual(['NATC2062', 'NATC2062']);
  });

  test.each(['NATC2032', 'NATC3001', 'NATC3031', 'NATC3033', 'NATC3036'] as const)(
    'what an object does to others, by that object: %s',
    (code) => {
      expect(codesLeft(byObject(code, web), finding(code, web))).toBe('heard');
      expect(codesLeft(byFile(code), finding(code, web))).toBe('ignored');
    },
  );
});

test('of a group, those that are left are told of, in its own words', () => {
  const objects = ['a', 'b', 'c', 'd', 'e'].map((name) => object(name, 'shop'));
  const subjects = objects.map((of, i) => ({
    name: `shop/${'abcde'[i]}`,
    place: { kind: 'field', object: of, path: [] } as const,
  }));
  const words = { noun: ['Service', 'Services'], says: ['waits', 'wait'] } as const;
  const group = { ...finding('NATC3013'), ...saidOf({ subjects, words }) };
  expect(group.message).toBe('5 Services (shop/a, shop/b, shop/c and 2 more) wait');
  const made = ignoring(byFile('NATC3013', 'Service shop/b'), byObject('NATC3013', objects[4]!));
  const left = made.silence([group]);
  expect(left.map(({ message }) => message)).toEqual(['3 Services (shop/a, shop/c, shop/d) wait']);
  expect(left[0]!.places).toEqual([subjects[0], subjects[2], subjects[3]].map((s) => s!.place));
  expect(made.ignored()).toHaveLength(1);
  expect(made.unmatched(() => true)).toEqual([]);
  // The same come again, on their way to the terminal.
  expect(made.silence(left)).toEqual(left);
  made.add([byFile('NATC3013', 'Service shop/*')]);
  expect(made.silence(left)).toEqual([]);
});

test('what matches nothing is told, once, and only where it was looked for', () => {
  const made = ignoring(byFile('NATC3012'), byFile('NATC3012'), byFile('NATC5020'));
  const looked = ({ code }: IgnoreRule) => code === 'NATC3012';
  expect(made.unmatched(looked)).toMatchObject([{ code: 'NATC2060', places: [file] }]);
  made.silence([finding('NATC3012')]);
  expect(made.unmatched(looked)).toEqual([]);
  expect(made.ignored()).toHaveLength(1);
});

test('notes are ignored too', () => {
  expect(codesLeft(byFile('NATC2034'), finding('NATC2034', undefined, { severity: 'note' }))).toBe(
    'ignored',
  );
});
