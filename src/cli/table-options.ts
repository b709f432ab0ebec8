/** Options of commander, made of the entries of the option tables. */
import { Option } from 'commander';
import { type CommandOptionName, commandTable } from '../command-options.ts';
import { isSwitch, type OptionEntry } from '../option-entry.ts';
import { plainValue } from '../option-text.ts';
import { type CompileOptions, optionTable } from '../options.ts';
import {
  collect,
  collectFamilies,
  collectList,
  parseBoolean,
  parseInteger,
  parsePortRange,
  parseSeconds,
} from './option-values.ts';

/** What a command says of an option in its own words. */
type Differences = Partial<Pick<OptionEntry, 'default' | 'help' | 'value'>>;

/** An option that decides what is compiled. One that is not given is absent: a file may set it. */
export const compileOption = (name: keyof CompileOptions): Option =>
  optionFor(name, optionTable[name]);

/** An option of a command, with its default unless that is nothing. */
export function commandOption(name: CommandOptionName, differences: Differences = {}): Option {
  const entry = { ...commandTable[name], ...differences };
  const option = optionFor(name, entry);
  return defaultText(entry) === '' ? option : option.default(entry.default);
}

/** An option with choices, of a command alone. @param help as in {@link OptionEntry} */
export const choiceOption = (
  flags: string,
  help: string,
  choices: readonly string[],
  byDefault: string,
): Option => optionWith(flags, help, byDefault).choices(choices).default(byDefault);

/** Gives an option the name under which `command.opts()` has it: that of the table, not that of the flag. */
export const named = (option: Option, name: string): Option =>
  Object.assign(option, { attributeName: () => name });

function optionFor(name: string, entry: OptionEntry): Option {
  const option = named(new Option(entry.flags, described(entry)), name);
  const { value, flags } = entry;
  if (typeof value !== 'string') return option.choices(value);
  if (isSwitch(entry)) return option;
  const parse = value === 'seconds' && flags.includes('<seconds>') ? parseInteger : parsers[value];
  return parse === undefined ? option : option.argParser(parse as (value: string) => unknown);
}

const parsers: Partial<Record<string, (value: string, previous: undefined) => unknown>> = {
  boolean: parseBoolean,
  integer: parseInteger,
  seconds: parseSeconds,
  list: collectList,
  families: collectFamilies,
  portRange: parsePortRange,
  paths: collect,
  patterns: collect,
};

type Described = Pick<OptionEntry, 'default' | 'help' | 'flags'> & Partial<OptionEntry>;

/** An option whose help says its default. */
export const optionWith = (
  flags: string,
  help: string,
  byDefault: string | number,
  unset?: string,
): Option => new Option(flags, described({ flags, help, default: byDefault, unset }));

function described({ help, ofApply, ...entry }: Described): string {
  const value = defaultText(entry) || entry.unset;
  const marks = new Map([
    [String(ofApply), ' (default of apply)'],
    [value, ' (default)'],
  ]);
  let isMarked = value === undefined;
  const text = help.replace(/\{((\w+)[^}]*)\}/g, (_, words: string, word: string) => {
    isMarked ||= word === value;
    return `${words}${marks.get(word) ?? ''}`;
  });
  return isMarked ? text : `${text} (default: ${value})`;
}

/** Empty where an option that nobody sets is as if there were none. */
function defaultText({
  flags,
  default: value,
  value: kind = 'text',
}: Omit<Described, 'help'>): string {
  if (isSwitch({ flags })) return value === flags.startsWith('--no-') ? '' : 'true';
  const text = String(plainValue(kind, value) ?? '');
  return kind === 'seconds' && flags.includes('<time>') ? `${text}s` : text;
}
