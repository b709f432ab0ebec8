/**
 * Strict validation says what an API server says (fixtures/api-verdicts/README.md), and gives its warnings.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/compile.ts';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { type CompileOptions, defaultOptions } from '../../src/options.ts';
import { readObjects } from '../../src/read/read.ts';
import { replacedAt } from '../support/damage.ts';
import { deviations } from './deviations.ts';

interface Case {
  readonly name: string;
  readonly object: object;
  readonly status?: object;
  /** The fields that the server named; absent where it took the object. */
  readonly refused?: readonly string[];
  readonly warnings?: readonly string[];
}

const folder = 'fixtures/api-verdicts';

const read = (name: string) => JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8'));

const seen: readonly Case[] = ['services', 'endpoint-slices', 'endpoints', 'nodes'].flatMap(
  (name) => read(name),
);

/** The cluster that gave the verdicts. */
const options: CompileOptions = {
  ...defaultOptions,
  serviceCIDRs: ['10.96.0.0/16', 'fd00:10:96::/112'],
};

function judge({ object, status }: Pick<Case, 'object' | 'status'>): readonly Diagnostic[] {
  const value = status === undefined ? object : { ...object, status };
  const text = Buffer.from(JSON.stringify(value));
  const { objects, diagnostics } = readObjects([{ name: 'object.json', bytes: text }]);
  return [...diagnostics, ...compile(objects, options).diagnostics];
}

const errorsOf = (diagnostics: readonly Diagnostic[]): readonly string[] =>
  diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ code, message }) => `${code} ${message}`);

/** Which code natc has for a warning of the server, by what the warning says. */
const warningCodes: readonly (readonly [RegExp, string])[] = [
  [/canonical format/, 'NATC2011'],
  [/FQDN endpoints are deprecated/, 'NATC2053'],
  [/is ignored/, 'NATC2120'],
  [/deprecated/, 'NATC2121'],
];

const codeOf = (warning: string): string =>
  warningCodes.find(([pattern]) => pattern.test(warning))?.[1] ?? warning;

const ofServer = new Set(warningCodes.map(([, code]) => code));

const isDeviation = (name: string): boolean => deviations.some((each) => each.name === name);

describe('an API server 1.37.2', () => {
  test.each(seen.filter(({ name }) => !isDeviation(name)))('$name', (each) => {
    const diagnostics = judge(each);
    if (each.refused !== undefined) {
      expect(errorsOf(diagnostics)).not.toEqual([]);
      return;
    }
    expect(errorsOf(diagnostics)).toEqual([]);
    const warned = diagnostics.filter(({ severity }) => severity === 'warning');
    expect(
      warned
        .map(({ code }) => code)
        .filter((code) => ofServer.has(code))
        .sort(),
    ).toEqual((each.warnings ?? []).map(codeOf).sort());
  });

  test.each(deviations)('natc differs on $name: $reason', ({ name }) => {
    const each = seen.find((one) => one.name === name);
    if (each === undefined) throw new Error(`no case ${name}`);
    expect(errorsOf(judge(each)).length === 0).toBe(each.refused !== undefined);
  });
});

type Generated = readonly [
  base: number,
  path: readonly (string | number)[],
  isAccepted: boolean,
  value?: unknown,
];

describe('its validation, of odd values in any field', () => {
  const { bases, cases }: { bases: readonly Case[]; cases: readonly Generated[] } =
    read('generated');

  test.each(bases.map((base, index) => [index, base] as const))('base %i', (index, base) => {
    const wrong = cases.flatMap(([ofBase, path, isAccepted, value]) => {
      if (ofBase !== index) return [];
      const errors = errorsOf(judge(changed(base, path, value)));
      const isSame = (errors.length === 0) === isAccepted || errors.every(isOwnRule);
      return isSame ? [] : [`${path.join('.')} = ${JSON.stringify(value)}: ${errors.join('; ')}`];
    });
    expect(wrong).toEqual([]);
  });

  test('it says yes and no', () => {
    const accepted = cases.filter(([, , isAccepted]) => isAccepted).length;
    expect(Math.min(accepted, cases.length - accepted)).toBeGreaterThan(1000);
  });
});

/** What only natc refuses says so. */
const isOwnRule = (error: string): boolean => error.startsWith('NATC2115');

/** With another value at `path`, also where there was none; without one when it is undefined. */
function changed(base: Case, path: Generated[1], value: unknown): Case {
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((found, key) => (found as Record<string | number, unknown>)[key], base);
  const key = path.at(-1) ?? '';
  const isNew = !Array.isArray(parent) && !Object.hasOwn(parent as object, key);
  if (isNew)
    return replacedAt(base, path.slice(0, -1), { ...(parent as object), [key]: value }) as Case;
  return replacedAt(base, path, value) as Case;
}
