import { expect, test } from 'vitest';
import type { Coverage } from '../../src/cli/messages/message-flags.ts';
import { makeNews } from '../../src/cli/messages/news.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { countOf, mostWarnings, type Standing } from '../../src/diagnostics/standing.ts';

const warning = (name: string, message = 'left out'): Diagnostic => ({
  code: 'NATC2003',
  severity: 'warning',
  message,
  places: [{ kind: 'file', name }],
});

function listener() {
  const written: string[] = [];
  const channel = {
    isTerminal: false,
    columns: undefined,
    write: async (text: string) => {
      written.push(text);
    },
  };
  const streams = { stdout: channel, stderr: channel };
  const terminal: Terminal = { ...streams, stdinIsTerminal: true, environment: {} };
  return { terminal, written };
}

/** One apply after the other, as a cron job with `--quiet`. */
function cronJob() {
  let stands: Standing | undefined = { warnings: [], others: [] };
  let minute = 0;
  return {
    /** @returns the number of warnings printed, and what was said of those that went */
    apply: async (coverage: Coverage, ...given: readonly Diagnostic[]) => {
      minute += 60;
      const news = makeNews(stands, minute);
      const heard = news.hear(given).length;
      news.looked(coverage);
      const { terminal, written } = listener();
      stands = (await news.end({ quiet: true }, terminal)) ?? stands;
      return { heard, said: written.join('') };
    },
    stands: () => stands,
    count: () => (stands === undefined ? undefined : countOf(stands)),
  };
}

const nothing = { heard: 0, said: '' };
const many = Array.from({ length: mostWarnings + 500 }, (_, index) => warning(`file-${index}`));

test('what a refused input warned of goes when the one before comes back', async () => {
  const job = cronJob();
  await job.apply('all', warning('a'));
  expect(await job.apply('none', warning('a'), warning('b'))).toEqual({ heard: 1, said: '' });
  expect(await job.apply('none', warning('a'), warning('b'))).toEqual(nothing);
  expect(job.count()).toBe(2);
  // Not compiled: what is known of it is what its last compilation said.
  expect(await job.apply('host')).toEqual({ heard: 0, said: 'no longer: NATC2003 b: left out\n' });
  expect(job.stands()?.warnings.map(({ place }) => place)).toEqual(['a']);
  expect(await job.apply('host')).toEqual(nothing);
});

test('it stays when that input is applied after all', async () => {
  const job = cronJob();
  await job.apply('none', warning('b'));
  expect(await job.apply('all', warning('b'))).toEqual(nothing);
  expect(await job.apply('host')).toEqual(nothing);
  expect(job.stands()?.warnings).toMatchObject([{ place: 'b', since: 60 }]);
});

test('more than are kept one by one go in the same way', async () => {
  const job = cronJob();
  await job.apply('none', ...many);
  expect(job.count()).toBe(many.length);
  await job.apply('host');
  expect(job.count()).toBe(0);
  await job.apply('all', ...many);
  await job.apply('host');
  expect(job.count()).toBe(many.length);
});

test('refused inputs that warn of something else each time do not fill the state directory', async () => {
  const job = cronJob();
  for (let run = 0; run < 40; run++)
    await job.apply('none', ...many.map((_, index) => warning(`file-${index}`, `run ${run}`)));
  expect(job.stands()?.warnings).toHaveLength(mostWarnings);
  expect(job.stands()?.others.length).toBeLessThanOrEqual(20);
});

test('what a state file says cannot act on the terminal', async () => {
  const text = 'a\u202eb\u2028c';
  const warnings = [{ id: 'i', code: 'NATC2003', message: text, place: text, since: 1 }];
  const news = makeNews({ warnings, others: [] }, 60);
  news.looked('all');
  const { terminal, written } = listener();
  await news.end({ quiet: true }, terminal);
  expect(written.join('')).toBe('no longer: NATC2003 a\\u202eb\\u2028c: a\\u202eb\\u2028c\n');
});

test('what could not be looked at this time neither goes nor comes', async () => {
  const given: Diagnostic = {
    code: 'NATC5087',
    severity: 'warning',
    message: 'drops',
    places: [],
  };
  const first = makeNews({ warnings: [], others: [] }, 60);
  first.hear([given]);
  first.looked('all');
  const before = await first.end({ quiet: true }, listener().terminal);
  for (const isKept of [true, false]) {
    const news = makeNews(before, 120);
    news.looked('host');
    if (isKept) news.keep('NATC5087');
    const { terminal, written } = listener();
    await news.end({ quiet: true }, terminal);
    expect(written.join('')).toBe(isKept ? '' : 'no longer: NATC5087: drops\n');
  }
});
