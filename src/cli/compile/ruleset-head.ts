import { commentLine } from '../../net/quote.ts';
import { type CompileOptions, defaultOptions, optionTable } from '../../options.ts';
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
  (Object.keys(optionTable) as (keyof CompileOptions)[]).flatMap((name) => flagOf(name, options));

function flagOf(name: keyof CompileOptions, options: CompileOptions): readonly string[] {
  const value = options[name];
  const { flag } = optionTable[name];
  if (value === undefined || JSON.stringify(value) === JSON.stringify(defaultOptions[name]))
    return [];
  if (name === 'families') return [flag, options.families.join(',').toLowerCase()];
  if (name === 'masqueradeAll') return [flag];
  if (typeof value !== 'object') return [flag, String(value)];
  return [flag, 'first' in value ? `${value.first}-${value.last}` : value.join(',')];
}

/** The node that a ruleset in a file says it was made for; undefined where it does not say. */
export const nodeOfHead = (text: string): string | undefined =>
  /^# Compiled by natc \S+ for node (\S+)\.$/m.exec(text.slice(0, 1000))?.[1];
