import { expect, test } from 'vitest';
import { isOlder, makeStore } from '../../src/follow/store.ts';

const item = (name: string, version: string, text = version) => ({
  ...{ name, version, text },
  endpoints: text.length,
});

test('a list and events after it are what the store holds', () => {
  const store = makeStore();
  const [first] = store.replace('Service', [item('shop/a', '5'), item('shop/b', '6')]);
  expect(first).toMatchObject({ name: 'shop/a', before: undefined, after: { version: '5' } });
  expect(store.take('Service', 'MODIFIED', item('shop/a', '7'))).toMatchObject({
    before: { version: '5' },
    after: { version: '7' },
  });
  expect(store.take('Service', 'DELETED', item('shop/b', '8'))).toMatchObject({ after: undefined });
  expect([...store.all('Service').keys()]).toEqual(['shop/a']);
  // A list has the last word, and tells what it lacks.
  expect(store.replace('Service', [item('shop/c', '9')]).map(({ name }) => name)).toEqual([
    'shop/a',
    'shop/c',
  ]);
});

test('what comes twice, or after something newer of the same object, changes nothing', () => {
  const store = makeStore();
  store.replace('Service', [item('shop/a', '9')]);
  expect(store.take('Service', 'MODIFIED', item('shop/a', '9', 'x'))).toBeUndefined();
  expect(store.take('Service', 'MODIFIED', item('shop/a', '8'))).toBeUndefined();
  expect(store.take('Service', 'DELETED', item('shop/a', '8'))).toBeUndefined();
  expect(store.take('Service', 'DELETED', item('shop/a', '10'))).toBeDefined();
  expect(store.take('Service', 'MODIFIED', item('shop/a', '9'))).toBeUndefined();
  expect(store.take('Service', 'DELETED', item('shop/a', '10'))).toBeUndefined();
  expect(store.get('Service', 'shop/a')).toBeUndefined();
  expect(store.take('Service', 'ADDED', item('shop/a', '11'))).toBeDefined();
});

test('the same text with another version is no change, and counts as heard', () => {
  const store = makeStore();
  store.replace('Node', [item('node-a', '5', 'same')]);
  expect(store.take('Node', 'MODIFIED', item('node-a', '7', 'same'))).toBeUndefined();
  expect(store.get('Node', 'node-a')?.version).toBe('7');
});

test('endpoints are counted', () => {
  const store = makeStore();
  store.replace('EndpointSlice', [item('shop/a', '1', 'four'), item('shop/b', '1', 'ten chars.')]);
  expect(store.endpoints()).toBe(14);
  store.take('EndpointSlice', 'MODIFIED', item('shop/a', '2', 'x'));
  store.take('EndpointSlice', 'DELETED', item('shop/b', '2'));
  expect(store.endpoints()).toBe(1);
});

test.each([
  ['9', '10', true],
  ['10', '9', false],
  ['18446744073709551615', '18446744073709551616', true],
  ['abc', '9', false],
  ['', '9', false],
  ['9', '9', false],
])('%s is older than %s: %s', (version, than, expected) => {
  expect(isOlder(version, than)).toBe(expected);
});
