import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { decide } from './decide.ts';
import type { Manifest } from './manifest.ts';
import type { NodeRecord, Outcome, Packet } from './world.ts';

/** The `expect` of a flow (semantics 17.2). */
type Expectation =
  | 'reject'
  | 'drop'
  | 'pass'
  | {
      readonly dnat: readonly string[];
      readonly masquerade: boolean;
      readonly hairpin?: readonly string[];
    };

interface CaseFile {
  readonly name: string;
  readonly node: NodeRecord;
  readonly input: readonly Manifest[] | null;
  readonly flows: readonly (Packet & { readonly name: string; readonly expect: Expectation })[];
}

function expectationOf(outcome: Outcome): Expectation {
  if (outcome.kind !== 'dnat') return outcome.kind;
  const masqueraded = outcome.endpoints.filter((candidate) => candidate.masquerade);
  const all = masqueraded.length === outcome.endpoints.length;
  return {
    dnat: outcome.endpoints.map((candidate) => candidate.endpoint),
    masquerade: all,
    ...(all || masqueraded.length === 0
      ? {}
      : { hairpin: masqueraded.map((candidate) => candidate.endpoint) }),
  };
}

const directory = new URL('../../../shared/cases/', import.meta.url);
const files = existsSync(directory) ? readdirSync(directory).sort() : [];

describe.skipIf(files.length === 0)('the oracle agrees with the behaviour cases', () => {
  test.each(files)('%s', (file) => {
    const { node, input, flows } = parse(
      readFileSync(new URL(file, directory), 'utf8'),
    ) as CaseFile;
    for (const { name, expect: expected, ...packet } of flows) {
      const outcome = decide({ objects: input ?? [], node }, packet);
      expect(expectationOf(outcome), `${name}: ${JSON.stringify(packet)}`).toEqual(expected);
    }
  });
});
