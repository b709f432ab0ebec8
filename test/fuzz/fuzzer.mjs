/**
 * A coverage-guided fuzzer. Inputs are changed at random; one that reaches code that none reached before
 * is kept, and changed further. V8 itself tells what was reached.
 */
import { Session } from 'node:inspector';
import { random } from './random.mjs';

/** Inputs between two looks at the coverage: a look takes as long as some hundred inputs. */
const batch = 200;
const longest = 8192;

const awkward = [
  '',
  '\n',
  '\n\n',
  ' ',
  '\t',
  '\r\n',
  '\0',
  '"',
  "'",
  '\\',
  '{',
  '}',
  '[',
  ']',
  ':',
  '#',
  '-',
];
const odd = [
  '\u2028',
  '\ufeff',
  '\u{1f600}',
  '1e999',
  '-0',
  '99999999999999999999',
  '__proto__',
  'null',
];

/**
 * @param {string} file the script whose coverage counts
 * @param {(text: string) => void} run throws when something is wrong
 * @param {readonly string[]} seeds
 * @returns what was found first, if anything, and how far it came
 */
export function fuzz(file, run, seeds, { seconds, seed }) {
  const { below, pick } = random(seed);
  const corpus = [...seeds];
  const words = [...new Set(seeds.flatMap((text) => text.match(/[\w.:/-]+|[^\s\w]/g) ?? []))];
  const coverage = startCoverage(file);
  const end = Date.now() + seconds * 1000;
  let runs = 0;
  const tryOne = (text) => {
    runs++;
    try {
      run(text);
      return undefined;
    } catch (error) {
      return { text, error };
    }
  };
  const change = (text) => {
    const from = below(text.length + 1);
    const to = Math.min(text.length, from + 1 + below(below(4) === 0 ? 200 : 12));
    const piece = pick([words, words, awkward, odd].map((list) => pick(list)));
    const other = pick(corpus);
    switch (below(6)) {
      case 0:
        return text.slice(0, from) + piece + text.slice(from);
      case 1:
        return text.slice(0, from) + piece + text.slice(to);
      case 2:
        return text.slice(0, from) + text.slice(to);
      case 3:
        return text.slice(0, from) + text.slice(from, to) + text.slice(from);
      case 4:
        return text.slice(0, from) + other.slice(below(other.length + 1));
      default:
        return text.slice(0, from);
    }
  };
  for (const text of seeds) {
    const found = tryOne(text);
    if (found !== undefined) return { found, runs, corpus };
  }
  coverage.isNew();
  while (Date.now() < end) {
    const texts = Array.from({ length: batch }, () => {
      let text = pick(corpus);
      for (let changes = 1 + below(4); changes > 0; changes--) text = change(text);
      return Buffer.from(text.slice(0, longest)).toString();
    });
    for (const text of texts) {
      const found = tryOne(text);
      if (found !== undefined) return { found, runs, corpus };
    }
    if (!coverage.isNew()) continue;
    // Which of them it was cannot be told any more; one of few is likely to lead on.
    corpus.push(...texts.filter(() => below(10) === 0));
    if (corpus.length > 2000) corpus.splice(seeds.length, corpus.length - 2000);
  }
  return { found: undefined, runs, corpus };
}

function startCoverage(file) {
  const session = new Session();
  session.connect();
  const post = (method, params) => {
    let result;
    session.post(method, params, (error, value) => {
      if (error) throw new Error(error.message);
      result = value;
    });
    return result;
  };
  post('Profiler.enable');
  post('Profiler.startPreciseCoverage', { callCount: false, detailed: true });
  const reached = new Set();
  return {
    /** Whether code was reached since the last time that had not been reached before. */
    isNew: () => {
      const before = reached.size;
      for (const { url, functions } of post('Profiler.takePreciseCoverage').result) {
        if (!url.endsWith(file)) continue;
        for (const { ranges } of functions)
          for (const { startOffset, endOffset, count } of ranges)
            if (count > 0) reached.add(`${startOffset} ${endOffset}`);
      }
      return reached.size > before;
    },
  };
}
