/**
 * What is compiled from a change alone is what compiling everything gives: the text, what is kept in the
 * kernel, and every word of what is said, with its position.
 */
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Severity } from '../../src/diagnostics/diagnostic.ts';
import type { Input } from '../../src/read/inputs.ts';
import type { Manifest } from '../oracle/manifest.ts';
import { compileFrom, compileInFull, type Seen } from '../support/compile-in-full.ts';
import { optionsOf } from '../support/worlds-compile.ts';
import { neighbours } from '../support/worlds-mutations.ts';
import { forAll } from '../support/worlds-property.ts';

const list = (items: readonly Manifest[]) => ({
  apiVersion: 'v1',
  items,
  kind: 'List',
  metadata: { resourceVersion: '' },
});
const noAliases = { aliasDuplicateObjects: false };

const styles: Readonly<Record<string, (objects: readonly Manifest[]) => string>> = {
  'kubectl get -o json': (objects) => `${JSON.stringify(list(objects), undefined, 4)}\n`,
  'kubectl get -o yaml': (objects) => stringify(list(objects), { ...noAliases, indentSeq: false }),
  'YAML documents': (objects) =>
    objects.map((object) => stringify(object, noAliases)).join('---\n'),
};

const seen = ({ text, digest, flows, said }: Seen): string =>
  [said, text, digest, JSON.stringify(flows)].join('\n');

/** Only that the node is another one, or the form of the input, may make what was known worthless. */
const needsEverything = /node changed|another form|given twice/;

test.each(
  Object.entries(styles).flatMap(([style, print]) =>
    (['warning', 'note'] as const).map((least) => [style, least, print] as const),
  ),
)('%s, each %s', (_, least: Severity, print) => {
  const inputOf = (objects: readonly Manifest[]): Input => ({
    name: 'cluster',
    bytes: Buffer.from(print(objects)),
  });
  let count = 0;
  forAll(neighbours, 80, ({ before, after }) => {
    const options = { ...optionsOf(before), validate: 'warn' } as const;
    const [first, second] = [inputOf(before.objects), inputOf(after.objects)];
    let { known } = compileInFull(first, options, least);
    for (const input of [second, first, first, second]) {
      if (known === undefined) return undefined;
      const found = compileFrom(known, input, options, least);
      const full = compileInFull(input, options, least);
      if (typeof found === 'string') {
        if (!needsEverything.test(found)) return `all compiled: ${found}`;
        known = full.known;
        continue;
      }
      count++;
      if (seen(found) !== seen(full)) return `${seen(found)}\n----- but in full:\n${seen(full)}`;
      known = found.known;
    }
    return undefined;
  });
  expect(count).toBeGreaterThan(100);
});
