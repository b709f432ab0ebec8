import { commentLine } from '../../net/quote.ts';
import { flagOf, isSwitch } from '../../option-entry.ts';
import { plainValue } from '../../option-text.ts';
import { type CompileOptions, defaultOptions, optionNames, optionTable } from '../../options.ts';
import { shellWords } from '../usage/shell-words.ts';
import { version } from '../version.ts';

/**
 * What a ruleset in a file begins with, as comments: which natc made it, for which node, and the command line
 * that would make it again, wherever its settings came from. Manifests are not named: they are where the file is kept.
 *
 * @param output the format, where it is not the default one
 */
export function rulesetHead(options: CompileOptions, output?: string): string {
  const { nodeName } = options;
  const command = [
    ...['natc', 'compile', ...optionWords(options)],
    ...(output === undefined ? [] : ['-o', output]),
  ];
  const whom = nodeName === undefined ? 'for a node without a name' : `for node ${nodeName}`;
  return [`Compiled by natc ${version()} ${whom}.`, shellWords(command)]
    .map((line) => `# ${commentLine(line)}\n`)
    .join('');
}

/** The flags that set what is not as it is by default, wherever it came from. */
export const optionWords = (options: CompileOptions): readonly string[] =>
  optionNames.flatMap((name) => wordsFor(name, options));

function wordsFor(name: keyof CompileOptions, options: CompileOptions): readonly string[] {
  const entry = optionTable[name];
  const value = options[name];
  if (value === undefined || JSON.stringify(value) === JSON.stringify(defaultOptions[name]))
    return [];
  const flag = flagOf(entry);
  return isSwitch(entry) ? [flag] : [flag, String(plainValue(entry.value, value) ?? '')];
}

/** The node that a ruleset in a file says it was made for; undefined where it does not say. */
export const nodeOfHead = (text: string): string | undefined =>
  /^# Compiled by natc \S+ for node (\S+)\.$/m.exec(text.slice(0, 1000))?.[1];
