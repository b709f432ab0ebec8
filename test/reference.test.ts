import { expect, test } from 'vitest';
import { commands } from '../src/cli/commands.ts';
import { exitCodes } from '../src/cli/exit-codes.ts';
import { expectGolden } from './support/golden.ts';
import { commandsReference, diagnosticsReference } from './support/reference.ts';

/** `npm run docs` writes these pages. */
test('docs/reference/commands.md is what the commands say of themselves', async () => {
  expectGolden('docs/reference/commands.md', await commandsReference());
});

test('docs/reference/diagnostics.md is what the codes say of themselves', () => {
  expectGolden('docs/reference/diagnostics.md', diagnosticsReference());
});

test.each(commands)('natc $name has a summary and two examples', async ({ summary, load }) => {
  const { description, examples, exitCodes: statuses } = await load();
  expect(summary).not.toMatch(/\.$/);
  expect(description).toMatch(/\.$/);
  expect(examples.length).toBeGreaterThanOrEqual(2);
  expect(examples.every(({ command }) => /\bnatc\b/.test(command))).toBe(true);
  expect(Object.values(exitCodes)).toEqual(expect.arrayContaining([...statuses]));
});
