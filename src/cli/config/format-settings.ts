import type { Place } from '../../diagnostics/place.ts';
import type { Location } from '../../diagnostics/source.ts';
import type { IpFamily } from '../../net/family.ts';
import {
  type CommandOptionName,
  type CompileOptions,
  commandDefaults,
  commandTable,
  optionTable,
} from '../../options.ts';
import type { CompileFlags } from '../shared-options.ts';
import { formatTable } from '../table.ts';
import type { EffectiveOptions, OptionOrigin } from './effective-options.ts';

/** One setting, and where its value comes from. */
export interface Setting {
  readonly key: string;
  /** Undefined: there is none. */
  readonly flag: string | undefined;
  /** As in natc.yaml: a string, number or boolean, or a list of strings; undefined: none. */
  readonly value: string | number | boolean | readonly string[] | undefined;
  readonly source: OptionOrigin;
  readonly place: Place | undefined;
}

/** Every setting: those that decide what is compiled, then those of the commands. */
export function settingsOf(
  { options, origins, places }: EffectiveOptions,
  { natc, config }: Pick<CompileFlags, 'natc' | 'config'>,
): readonly Setting[] {
  const compiled = (Object.keys(optionTable) as (keyof CompileOptions)[]).map((name) => ({
    ...named(optionTable[name]),
    value: name === 'families' ? options.families.map(lower) : plainValue(options[name]),
    source: origins[name],
    place: places.get(name),
  }));
  const ofCommands = (Object.keys(commandTable) as CommandOptionName[]).map((name): Setting => {
    const fromFile = natc?.commandOptions[name];
    const isFlag = name === 'config' && config !== undefined && config !== fromFile;
    const isFile = !isFlag && fromFile !== undefined;
    return {
      ...named(commandTable[name]),
      value: isFlag ? config : (fromFile ?? commandDefaults[name]),
      source: isFlag ? 'flag' : isFile ? 'natcConfiguration' : 'default',
      place: isFile ? natc?.commandPlaces.get(name) : undefined,
    };
  });
  const [first] = natc?.ignore ?? [];
  const ignore: Setting = {
    key: 'ignore',
    flag: undefined,
    value: (natc?.ignore ?? []).map(({ code, object }) => [code, object].join(' ').trim()),
    source: first === undefined ? 'default' : 'natcConfiguration',
    place: first?.place,
  };
  return [...compiled, ...ofCommands, ignore];
}

/** As natc.yaml has it. */
const lower = (family: IpFamily): string => family.toLowerCase();

const named = ({ key, flag }: { readonly key: string; readonly flag: string }) => ({ key, flag });

type Locate = (place: Place) => Location | undefined;

/** A line for each setting: its flag, its value (`-` for none), and where it comes from. */
export function formatSettings(settings: readonly Setting[], locate: Locate): string {
  const rows = settings.map((setting) => [
    setting.flag ?? setting.key,
    formatValue(ofFlag(setting)),
    formatSource(setting, locate),
  ]);
  return formatTable([['SETTING', 'VALUE', 'FROM'], ...rows]);
}

/** The same as one JSON document; `version` changes when a field changes its meaning or goes away. */
export function formatSettingsJson(settings: readonly Setting[], locate: Locate): string {
  const entries = settings.map(({ key, flag, value = null, source, place }) => {
    const location = place && locate(place);
    const position = location && {
      file: location.file,
      line: location.line,
      column: location.column,
    };
    return { key, flag, value, source, ...position };
  });
  return `${JSON.stringify({ schema: 'natc.config/v1', settings: entries }, null, 2)}\n`;
}

function formatSource({ source, place }: Setting, locate: Locate): string {
  const location = place && locate(place);
  const position = location === undefined ? '' : `${location.file}:${location.line}`;
  switch (source) {
    case 'flag':
    case 'default':
      return source;
    case 'natcConfiguration':
      return position;
    case 'kubeProxyConfiguration':
      return `${position} (KubeProxyConfiguration)`;
  }
}

function plainValue(value: CompileOptions[keyof CompileOptions]): Setting['value'] {
  if (value === '') return undefined;
  if (typeof value !== 'object') return value;
  return 'first' in value ? `${value.first}-${value.last}` : value;
}

/** `--no-kernel` is true where the kernel is not asked. */
const ofFlag = ({ flag, value }: Setting): Setting['value'] =>
  flag?.startsWith('--no-') === true && typeof value === 'boolean' ? !value : value;

function formatValue(value: Setting['value']): string {
  if (value === undefined) return '-';
  if (typeof value !== 'object') return String(value);
  return value.length === 0 ? '-' : value.join(',');
}
