import { expect, test } from 'vitest';
import { locate } from '../../src/read/locate.ts';
import { readObjects } from '../../src/read/read.ts';

test('reads objects and locates their fields', () => {
  const text = 'apiVersion: v1\nkind: Service\nspec:\n  ports:\n  - port: 80\n';
  const { objects } = readObjects([{ name: 'a.yaml', bytes: new TextEncoder().encode(text) }]);
  expect(objects[0]?.kind).toBe('Service');
  const place = { kind: 'field', object: objects[0]!, path: ['spec', 'ports', 0, 'port'] } as const;
  expect(locate(place)).toMatchObject({ file: 'a.yaml', line: 5, column: 11 });
});
