import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { buildModel } from '../../src/model/model.ts';
import { type CompileOptions, defaultOptions } from '../../src/options.ts';
import { readObjects } from '../../src/read/read.ts';

const inputs = readdirSync('fixtures/errors')
  .filter((code) => code.startsWith('NATC20') && code < 'NATC2080')
  // NATC2060 to NATC2069 are about ignored findings, which are told after the model.
  .filter((code) => !code.startsWith('NATC206'))
  .map((code) => `fixtures/errors/${code}/input.yaml`)
  .filter((path) => existsSync(path));

const diagnose = (path: string, validate: CompileOptions['validate']) =>
  buildModel(readObjects([{ name: path, bytes: readFileSync(path) }]).objects, {
    ...defaultOptions,
    validate,
  }).diagnostics;

test.for(inputs)('--validate warn says the same of %s, as a warning', (path) => {
  const lenient = diagnose(path, 'warn').filter(({ code }) => code !== 'NATC2100');
  const strict = diagnose(path, 'strict');
  expect(strict).not.toEqual([]);
  expect(lenient.map(({ message }) => message)).toEqual(strict.map(({ message }) => message));
  expect(lenient.filter(({ severity }) => severity === 'error')).toEqual([]);
});
