import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'vitest';

/** Set by `npm run golden`: expected files are written instead of compared. */
export const isUpdating = process.env['UPDATE_GOLDEN'] === '1';

/** Compares text with a file of the repository, or, when updating, writes it there. */
export function expectGolden(path: string, actual: string): void {
  if (isUpdating) {
    if (existsSync(path) && readFileSync(path, 'utf8') === actual) return;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, actual);
    return;
  }
  const expected = existsSync(path) ? readFileSync(path, 'utf8') : '';
  expect(actual, `${path}: npm run golden rewrites it`).toBe(expected);
}
