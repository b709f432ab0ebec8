import { describe, expect, test } from 'vitest';
import { locate } from '../../src/read/locate.ts';
import { printedItem } from '../../src/read/printed-items.ts';
import { readText } from '../support/read.ts';

const service = (name: string, note = '') => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, annotations: { note } },
  spec: { ports: [{ port: 80 }, { port: 81 }] },
});

const list = (...items: readonly unknown[]) => ({ apiVersion: 'v1', items, kind: 'List' });

const hostile = '\n        },\n        {\n    "items": [\n        {';

/** Line and column of each item's name. */
const places = (text: string) =>
  readText(text).objects.map((object) => {
    const place = locate({ kind: 'field', object, path: ['metadata', 'name'] });
    return place && `${place.line}:${place.column} ${place.lineText.trim()}`;
  });

describe('items of a List as kubectl prints it', () => {
  const items = [service('a', hostile), service('b', '"]}'), service('c')];
  const text = JSON.stringify(list(...items), undefined, 4);

  test('are found by the lines between them', () => {
    const { objects } = readText(text);
    for (const object of objects.toReversed())
      expect(text.slice(printedItem(object)).replace(/\s/g, '')).toMatch(
        `{"apiVersion":"v1","kind":"Service","metadata":{"name":"${object.value['metadata'] && (object.value['metadata'] as { name: string }).name}"`,
      );
  });

  test('stand where a reader of every character finds them', () => {
    const name = (each: string) =>
      text.split('\n').findIndex((line) => line.includes(`"name": "${each}"`));
    expect(places(text)).toEqual(
      ['a', 'b', 'c'].map((each) => `${name(each) + 1}:25 "name": "${each}",`),
    );
  });

  test.each([
    ['compact', JSON.stringify(list(...items))],
    ['indented by two', JSON.stringify(list(...items), undefined, 2)],
    // A list within the first item looks like what stands between two.
    [
      'moved to the left',
      JSON.stringify(list(...items), undefined, 4).replaceAll(/\n {12,}/g, '\n        '),
    ],
  ])('elsewhere every character is read: %s', (_, given) => {
    const offset = (name: string) => given.indexOf(`"${name}"`, given.indexOf('"name"'));
    const line = (at: number) => given.slice(0, at).split('\n').length;
    expect(places(given).map((place) => place?.split(':')[0])).toEqual(
      ['a', 'b', 'c'].map((name) => String(line(offset(name)))),
    );
  });
});
