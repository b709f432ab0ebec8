import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { decode } from '../../src/read/decode.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Until nothing holds on to what the turns before have looked at. */
async function collectAll(): Promise<void> {
  await sleep(0);
  collect();
}

test('a text that can be put together again does not stay in memory', async () => {
  let asked = 0;
  const bytes = Buffer.from('kind: Service\n');
  const textAgain = () => {
    asked++;
    return bytes.toString();
  };
  const source = decode({ name: 'cluster', bytes, textAgain });
  if ('code' in source) throw new Error(source.message);
  expect(source).toMatchObject({ name: 'cluster', text: 'kind: Service\n' });
  expect(asked).toBe(0);
  await collectAll();
  expect(source.text).toBe('kind: Service\n');
  expect(source.text).toBe('kind: Service\n');
  expect(asked).toBe(1);
});
