import { commandDefaults, commandTable } from '../../command-options.ts';
import type { Place } from '../../diagnostics/place.ts';
import type { Location } from '../../diagnostics/source.ts';
import { flagOf, keysOf } from '../../option-entry.ts';
import { type PlainValue, plainValue } from '../../option-text.ts';
import { optionTable } from '../../options.ts';
import type { CompileFlags } from '../shared-options.ts';
import { formatTable } from '../table.ts';
import type { EffectiveOptions, OptionOrigin } from './effective-options.ts';

/** One setting, and where its value comes from. */
export interface Setting {
  readonly key: string;
  /** Undefined: there is none. */
  readonly flag: string | undefined;
  /** As in natc.yaml: a string, number or boolean, or a list of strings; undefined: none. */
  readonly value: PlainValue | undefined;
  readonly source: OptionOrigin;
  readonly place: Place | undefined;
}

/** Every setting: those that decide what is compiled, then those of the commands. */
export function settingsOf(
  { options, origins, places }: EffectiveOptions,
  { natc, config }: Pick<CompileFlags, 'natc' | 'config'>,
): readonly Setting[] {
  const compiled = keysOf(optionTable).map(([name, key]) => ({
    key,
    flag: flagOf(optionTable[name]),
    value: plainValue(optionTable[name].value, options[name]),
    source: origins[name],
    place: places.get(name),
  }));
  const ofCommands = keysOf(commandTable).map(([name, key]): Setting => {
    const fromFile = natc?.commandOptions[name];
    const isFlag = name === 'config' && config !== undefined && config !== fromFile;
    const isFile = !isFlag && fromFile !== undefined;
    return {
      key,
      flag: flagOf(commandTable[name]),
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

/** `--no-kernel` is true where the kernel is not asked. */
const ofFlag = ({ flag, value }: Setting): Setting['value'] =>
  flag?.startsWith('--no-') === true && typeof value === 'boolean' ? !value : value;

function formatValue(value: Setting['value']): string {
  if (value === undefined) return '-';
  if (typeof value !== 'object') return String(value);
  return value.length === 0 ? '-' : value.join(',');
}
