import { type CommandOptionName, type CommandOptions, commandTable } from '../command-options.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { didYouMean } from '../diagnostics/did-you-mean.ts';
import type { IgnoreRule } from '../diagnostics/ignore.ts';
import type { Place } from '../diagnostics/place.ts';
import { quote } from '../diagnostics/quote.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import { keysOf, type OptionEntry } from '../option-entry.ts';
import { type CompileOptions, optionTable } from '../options.ts';
import { type AcceptRule, readAcceptList } from './accept-rules.ts';
import { readConfigValue } from './config-values.ts';
import { at, atKey, type Fields, label, rootFields } from './fields.ts';
import { readIgnoreList } from './ignore-rules.ts';
import { createReport } from './report.ts';

export const natcConfigKinds: ReadonlyMap<string, readonly string[]> = new Map([
  ['NatcConfiguration', ['natc.dev/v1alpha1']],
]);

/** What natc.yaml says. */
export interface NatcConfig {
  /** Only what the file sets. Values are checked like those of flags, by the model stage. */
  readonly options: Partial<CompileOptions>;
  /** The field that each option came from. */
  readonly places: ReadonlyMap<keyof CompileOptions, Place>;
  /** Only what the file sets; paths as the file has them. */
  readonly commandOptions: Partial<CommandOptions>;
  readonly commandPlaces: ReadonlyMap<CommandOptionName, Place>;
  readonly ignore: readonly IgnoreRule[];
  readonly acceptedRisks: readonly AcceptRule[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Keys beside those of the option tables. */
const otherKeys: readonly string[] = ['apiVersion', 'kind', 'metadata', 'ignore', 'acceptedRisks'];

/** What the field calls something that natc has under another name. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['hostnameOverride', 'nodeName'],
  ['bindAddress', 'nodeIP'],
  ['detectLocal', 'podBridgeInterface or podInterfaceNamePrefix'],
  ['files', 'filename'],
  ['manifests', 'filename'],
]);

/**
 * Reads the one NatcConfiguration among the objects of a file. Unknown keys, values of a wrong type and
 * options that exclude each other are errors: a typing mistake must not switch a setting off.
 *
 * @param file the file's name, for the message when there is none
 */
export function natcConfigOf(objects: readonly SourceObject[], file: string): NatcConfig {
  const report = createReport('strict');
  const [object, second] = objects.filter(({ kind }) => natcConfigKinds.has(kind));
  if (object === undefined) {
    report.fail(
      { kind: 'file', name: file },
      {
        code: 'NATC2095',
        message: 'there is no NatcConfiguration (natc.dev/v1alpha1) in this file',
        hint: 'begin it with `apiVersion: natc.dev/v1alpha1` and `kind: NatcConfiguration`; a KubeProxyConfiguration is for --config',
      },
    );
    return { ...nothing, diagnostics: report.diagnostics };
  }
  if (second !== undefined) {
    report.fail(at(rootFields(second, report), 'kind'), {
      code: 'NATC2095',
      message: 'there are several NatcConfigurations in this file',
      hint: 'leave one',
    });
  }
  const root = rootFields(object, report);
  for (const path of object.repeated ?? []) {
    report.fail(atKey(root, ...path), {
      code: 'NATC2124',
      message: `${label(path)} is given more than once, and the last one counts`,
      hint: 'remove all but one',
    });
  }
  const compile = readTable<keyof CompileOptions>(root, optionTable);
  const command = readTable<CommandOptionName>(root, commandTable);
  refuseUnknown(root);
  const config: NatcConfig = {
    // The table holds the type of each value.
    options: compile.values as Partial<CompileOptions>,
    places: compile.places,
    commandOptions: command.values as Partial<CommandOptions>,
    commandPlaces: command.places,
    ignore: readIgnoreList(root),
    acceptedRisks: readAcceptList(root),
    diagnostics: report.diagnostics,
  };
  refuseTwoInputs(root, config.commandOptions);
  return config;
}

const nothing: NatcConfig = {
  options: {},
  places: new Map(),
  commandOptions: {},
  commandPlaces: new Map(),
  ignore: [],
  acceptedRisks: [],
  diagnostics: [],
};

function readTable<Name extends string>(
  root: Fields,
  table: Readonly<Record<Name, OptionEntry>>,
): { readonly values: object; readonly places: ReadonlyMap<Name, Place> } {
  const values: Record<string, unknown> = {};
  const places = new Map<Name, Place>();
  for (const [name, key] of keysOf(table)) {
    const value = readConfigValue(root, key, table[name].value);
    if (value === undefined) continue;
    values[name] = value;
    places.set(name, at(root, key));
  }
  return { values, places };
}

function refuseUnknown(root: Fields): void {
  const options = [...keysOf(optionTable), ...keysOf(commandTable)];
  const known = [...options.map(([, key]) => key), ...otherKeys];
  for (const key of Object.keys(root.record)) {
    if (known.includes(key)) continue;
    // A flag's name, dashes and all.
    const meant = otherNames.get(key) ?? didYouMean(key.replaceAll('-', ''), known);
    root.report.fail(atKey(root, key), {
      code: 'NATC2096',
      message: `unknown key ${quote(key)} of NatcConfiguration`,
      hint:
        meant === undefined
          ? 'remove it; docs/configuration.md lists the keys'
          : `did you mean ${meant}?`,
    });
  }
}

function refuseTwoInputs(root: Fields, { filename, fromCluster }: Partial<CommandOptions>): void {
  if (filename === undefined || fromCluster !== true) return;
  root.report.fail(atKey(root, 'fromCluster'), {
    code: 'NATC2098',
    message: 'filename and fromCluster exclude each other',
    hint: 'leave one; the other can be given as a flag, which wins',
    also: [atKey(root, 'filename')],
  });
}
