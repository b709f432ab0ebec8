/** What is compiled from a change alone is what a full compilation prints, byte by byte. */
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { splitItems } from '../../src/incremental/items.ts';
import { recompile } from '../../src/incremental/recompile.ts';
import type { Input } from '../../src/read/inputs.ts';
import type { Manifest } from '../oracle/manifest.ts';
import { compileInFull } from '../support/compile-in-full.ts';
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

/** Nothing is kept of a compilation that warned, as of most of these worlds. */
const harmless = (objects: readonly Manifest[]): readonly Manifest[] =>
  objects.filter(
    ({ kind, metadata }) =>
      kind !== 'EndpointSlice' || metadata.labels?.['kubernetes.io/service-name'] !== undefined,
  );

/** By default many of these worlds are warned of. */
const silent = { externalIPs: ['allow'], endpointsOutside: 'allow', validate: 'warn' } as const;

/** Strict reading advises against external IPs and Endpoints. */
const lenient = { validate: 'warn' } as const;

test.each([
  ...Object.entries(styles).map(([style, print]) => [style, print, silent, 25] as const),
  ['what Services claim is looked at', styles['YAML documents'], lenient, 5] as const,
])('%s', (_, print, policies, least) => {
  if (print === undefined) throw new Error('no such style');
  const inputOf = (objects: readonly Manifest[]): Input => ({
    name: 'cluster',
    bytes: Buffer.from(print(harmless(objects))),
  });
  let splicedCount = 0;
  forAll(neighbours, 250, ({ before, after }) => {
    const options = { ...optionsOf(before), nodePortAddresses: [], clusterCIDRs: [], ...policies };
    const [first, second] = [inputOf(before.objects), inputOf(after.objects)];
    const old = compileInFull(first, options);
    if (old.remembered === undefined) return undefined;
    const result = recompile(old.remembered, splitItems([second]), [second], options, new Map());
    if (result.kind === 'full') return undefined;
    splicedCount++;
    const now = compileInFull(second, options);
    if (now.isSilent !== true) return 'a full compilation has something to say';
    if (result.remembered.text !== now.text)
      return `${result.remembered.text}\n----- but in full:\n${now.text}`;
    const back = recompile(result.remembered, splitItems([first]), [first], options, new Map());
    return back.kind === 'full' || back.remembered.text === old.text
      ? undefined
      : 'not the same on return';
  });
  expect(splicedCount).toBeGreaterThan(least);
});
