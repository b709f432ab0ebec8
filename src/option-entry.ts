/** How a value is written in natc.yaml and after a flag; a list of words: one of them. */
export type ValueKind =
  | 'text'
  | 'boolean'
  | 'integer'
  /** `30s`, `2m`, `1h`, or a number of seconds; the number alone after a flag that takes `<seconds>`. */
  | 'seconds'
  /** A list, or one string with commas in it, as on the command line. */
  | 'list'
  | 'families'
  /** `30000-32767`. */
  | 'portRange'
  /** Relative to the file that names it. */
  | 'path'
  | 'paths'
  /** A list of patterns, of which those with a slash are relative to the file that names them. */
  | 'patterns'
  /** A side of a diff: a path, or a word or a revision of Git. */
  | 'side'
  | readonly string[];

/** One option: all that its flag, its help, its key in natc.yaml and `natc config` are made of. */
export interface OptionEntry<Value = unknown> {
  /** As help has it: `-f, --filename <path>`; without a value it is a switch. */
  readonly flags: string;
  /** In natc.yaml, where it is not the name that natc has for it. */
  readonly key?: string;
  readonly value: ValueKind;
  /** Where nothing sets it. */
  readonly default: Value;
  /** What it does. `{strict}` names a value, which is marked where it is the default. */
  readonly help: string;
  /** What it comes to where nothing sets it and the default is empty. */
  readonly unset?: string | undefined;
  /** The default of `natc apply`, where it has another. */
  readonly ofApply?: Value;
  /** Fields of a KubeProxyConfiguration that set it; of several that do, the last one counts. */
  readonly kubeProxy?: readonly string[];
}

/** Flags, how a value is written, the default, and what it does: a row of a table. */
export const option = <Value>(
  flags: string,
  value: ValueKind,
  byDefault: Value,
  help: string,
  more: Partial<OptionEntry<Value>> = {},
): OptionEntry<Value> => ({ flags, value, default: byDefault, help, ...more });

export type OptionTable<Options> = { readonly [K in keyof Options]: OptionEntry<Options[K]> };

export const defaultsOf = <Options>(table: OptionTable<Options>): Options =>
  // The table holds the type of each value.
  Object.fromEntries(
    Object.entries<OptionEntry>(table).map(([name, entry]) => [name, entry.default]),
  ) as Options;

/** What natc.yaml calls each option of a table. */
export const keysOf = <Name extends string>(
  table: Readonly<Record<Name, OptionEntry>>,
): readonly (readonly [Name, string])[] =>
  (Object.keys(table) as Name[]).map((name) => [name, table[name].key ?? name]);

/** `--node-ip` of `--node-ip <ip,...>`. */
export const flagOf = ({ flags }: Pick<OptionEntry, 'flags'>): string =>
  flags.split(' ').find((word) => word.startsWith('--')) ?? flags;

export const isSwitch = ({ flags }: Pick<OptionEntry, 'flags'>): boolean => !flags.includes('<');
