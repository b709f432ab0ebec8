import { expect, test } from 'vitest';
import { watchAway } from '../../../src/cli/follow/away.ts';
import type { Diagnostic } from '../../../src/diagnostics/diagnostic.ts';

const failure = (message: string): Diagnostic => ({
  ...{ code: 'NATC5070', severity: 'error', message, places: [] },
});

function watched() {
  const said: string[] = [];
  let at = 0;
  const away = watchAway(
    {
      say: (_, message) => said.push(message),
      diagnostics: (all) => said.push(...all.map(({ message }) => message)),
      flushed: async () => {},
    },
    () => at,
  );
  const failed = (...messages: readonly string[]) => {
    for (const [index, kind] of (['Node', 'Service', 'EndpointSlice'] as const).entries())
      away.failed(kind, failure(messages[index] ?? messages[0] ?? ''));
    return said.splice(0);
  };
  return { away, said, failed, after: (milliseconds: number) => (at += milliseconds) };
}

test('what keeps all kinds from being followed is said once, and again after a minute', () => {
  const { failed, after } = watched();
  const once = ['refused; the kernel keeps what it has'];
  expect(failed('refused')).toEqual(once);
  after(30_000);
  expect(failed('refused')).toEqual([]);
  after(30_000);
  expect(failed('refused')).toEqual(once);
  expect(failed('refused')).toEqual([]);
});

test('what is wrong with each kind is said of each', () => {
  const { failed } = watched();
  expect(failed('no nodes', 'no services', 'no slices')).toHaveLength(3);
});

test('each kind that is there again is told', () => {
  const { away, said, failed, after } = watched();
  for (const kind of ['Node', 'Service', 'EndpointSlice'] as const) away.heard(kind);
  after(5000);
  expect(failed('refused')).toEqual([
    'refused; the kernel keeps what it has, as the API server had it 5 s ago',
  ]);
  away.heard('Service');
  expect(said).toEqual(['Services are followed again, after 5 s']);
});
