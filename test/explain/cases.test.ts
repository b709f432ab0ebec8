import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Packet } from '../oracle/world.ts';
import { compileWorld } from '../support/compile-world.ts';
import { expectationOf, simulatorOf } from '../support/simulate.ts';

const directory = new URL('../../../shared/cases/', import.meta.url);
const files = existsSync(directory) ? readdirSync(directory).sort() : [];

interface Flow extends Packet {
  readonly name: string;
  readonly expect: unknown;
}

describe.skipIf(files.length === 0)('compiled and simulated, the behaviour cases hold', () => {
  test.each(files)('%s', (file) => {
    const { node, input, flows } = parse(readFileSync(new URL(file, directory), 'utf8'));
    const simulate = simulatorOf(compileWorld({ objects: input ?? [], node }), node.localIPs);
    for (const { name, expect: expected, ...packet } of flows as Flow[]) {
      expect(expectationOf(simulate(packet)), `${name}: ${JSON.stringify(packet)}`).toEqual(
        expected,
      );
    }
  });
});
