/** Whatever code natc prints, natc explain-code knows it: of a diagnostic, or of a risk. */
import { expect, test } from 'vitest';
import { codes } from '../../src/diagnostics/codes.ts';
import { riskTable } from '../../src/diff/risks/table.ts';
import { natcInProcess } from '../support/terminal.ts';

test.each([...Object.entries(codes), ...Object.entries(riskTable)])(
  '%s has a title and what to do',
  async (code, { title }) => {
    const { exitCode, stdout } = await natcInProcess(['explain-code', code]);
    expect(exitCode).toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toContain(`${code}: ${title.replaceAll('`', '')}`);
    expect(stdout).toContain('What to do: ');
  },
);

test('what a Service does to others it cannot accept itself', async () => {
  const said = async (code: string) => (await natcInProcess(['explain-code', code])).stdout;
  expect(await said('NATC6001')).not.toContain('natc.dev/accept-risk');
  expect(await said('6003')).toContain('natc.dev/accept-risk');
});
