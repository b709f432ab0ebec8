/** GitHub shows an annotation on a line of the new side only: what is gone is told at the nearest one. */
import { expect, test } from 'vitest';
import { formatTrafficGithub } from '../../src/diff/format-github.ts';
import { locate } from '../../src/read/locate.ts';
import { diffObjects, service, slice } from '../support/diff-sides.ts';

const web = (endpoints: readonly string[], spec = {}) => [
  service('web', '10.96.0.10', spec),
  slice('web', endpoints),
];
const commandsOf = (before: readonly object[], after: readonly object[]) =>
  formatTrafficGithub(diffObjects(before, after), locate).split('\n').slice(0, -2);

test.each([
  ['an endpoint', web(['10.244.1.1', '10.244.1.2']), web(['10.244.1.1'])],
  ['the last endpoint', web(['10.244.1.1']), web([])],
  ['a field', web(['10.244.1.1'], { sessionAffinity: 'ClientIP' }), web(['10.244.1.1'])],
  ['the slice', web(['10.244.1.1']), web([]).slice(0, 1)],
])('%s that is gone', (_, before, after) => {
  const commands = commandsOf(before, after);
  expect(commands.length).toBeGreaterThan(0);
  for (const command of commands)
    expect(command).toMatch(/^::\w+ file=new\.yaml,line=\d+.*%0Ain old\.yaml:\d+ of the old side$/);
});

test('a Service that is gone has no line, and a new one its own', () => {
  const other = [service('api', '10.96.0.20'), slice('api', ['10.244.1.9'])];
  const gone = commandsOf([...web(['10.244.1.1']), ...other], other).filter((command) =>
    command.includes('shop/web'),
  );
  expect(gone.length).toBeGreaterThan(0);
  for (const command of gone) expect(command).toMatch(/^::error title=.*of the old side$/);
  const added = commandsOf(other, [...web(['10.244.1.1']), ...other]);
  for (const command of added.filter((each) => each.includes('shop/web')))
    expect(command).toMatch(/^::\w+ file=new\.yaml,line=\d+/);
});
