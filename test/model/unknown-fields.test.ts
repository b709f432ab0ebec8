/** A misspelt field is told in every mapping that natc reads, not in those alone that somebody thought of. */
import { expect, test } from 'vitest';
import { fullObjects, pathsOf, replacedAt, valueAt } from '../support/damage.ts';
import { modelOf } from '../support/findings.ts';

/** Mappings whose keys are anybody's. */
const free =
  /(?:labels|annotations|selector|topology|deprecatedTopology|fieldsV1|allocatable|capacity)$/i;

const isMapping = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isRead = ([name]: readonly [string, unknown]): boolean => !/^(?:Gadget|List)$/.test(name);

const cases = Object.entries(fullObjects)
  .filter(isRead)
  .flatMap(([name, object]) =>
    pathsOf(object)
      .filter((path) => isMapping(valueAt(object, path)) && !free.test(path.join('.')))
      .map((path) => [name, path.join('.'), path] as const),
  );

test.each(cases)('of %s, in %s', (name, _, path) => {
  const object = fullObjects[name];
  const mapping = valueAt(object, path);
  const key = 'mispeltt';
  const damaged = replacedAt(object, path, { ...(mapping as object), [key]: 1 });
  const found = modelOf([damaged as object]).diagnostics.filter(({ code }) => code === 'NATC2008');
  expect(found).toMatchObject([
    { message: `unknown field "${key}"`, places: [{ path: [...path, key] }] },
  ]);
});

test('there are many of them', () => {
  expect(cases.length).toBeGreaterThan(30);
});
