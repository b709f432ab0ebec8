/** What the fuzzer ever found, and the seeds it starts from, hold. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readStream } from './read-document.ts';
import { targets } from './targets.ts';

const found = (name: string): readonly string[] => {
  const folder = `test/fuzz/corpus/${name}`;
  return existsSync(folder)
    ? readdirSync(folder).map((file) => readFileSync(`${folder}/${file}`, 'utf8'))
    : [];
};

test.each(Object.entries(targets))('%s', (name, { seeds, run }) => {
  const texts = [...seeds(), ...found(name)];
  expect(texts.length).toBeGreaterThan(0);
  for (const text of texts) expect(() => run(text), JSON.stringify(text)).not.toThrow();
});

const streams = 'test/fuzz/corpus/go-yaml';

test.each(readdirSync(streams).filter((name) => !name.endsWith('.json')))(
  'what kubectl reads, or nothing: %s',
  (name) => {
    const ours = readStream(readFileSync(`${streams}/${name}`, 'utf8'));
    if (ours !== undefined)
      expect(ours).toEqual(JSON.parse(readFileSync(`${streams}/${name}.json`, 'utf8')));
  },
);
