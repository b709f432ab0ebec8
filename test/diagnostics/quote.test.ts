import { expect, test } from 'vitest';
import { quote } from '../../src/diagnostics/quote.ts';

test.for([
  ['web', '"web"'],
  ['a"b\n\u001b[31m', '"a\\"b\\n\\u001b[31m"'],
  ['x'.repeat(81), `"${'x'.repeat(80)}..." (81 characters)`],
  [80, '80'],
  [true, 'true'],
  [null, 'null'],
  [[1], 'a list'],
  [{ a: 1 }, 'a mapping'],
] as const)('%j', ([value, text]) => {
  expect(quote(value)).toBe(text);
});
