import { isMapping } from '../diagnostics/mapping.ts';
import { formatPath } from '../diagnostics/object-name.ts';
import type { Place } from '../diagnostics/place.ts';
import { quote } from '../diagnostics/quote.ts';
import { type Address, parseAddress } from '../net/address.ts';
import { addressBits, type Cidr, formatCidr, parseCidr } from '../net/cidr.ts';
import { ipFamilies } from '../net/family.ts';
import { type CompileOptions, optionFlags } from '../options.ts';
import type { Problem, Report } from './report.ts';

/** One option: its values come from the command line, or from a field of a KubeProxyConfiguration. */
export interface Option {
  /** As messages name it: `--cluster-cidr`, or `clusterCIDR`. */
  readonly name: string;
  /** Where one of its values stands. */
  readonly place: (value: string) => Place;
  readonly report: Report;
}

export type OptionPlaces = ReadonlyMap<keyof CompileOptions, Place>;

export function optionOf(key: keyof CompileOptions, places: OptionPlaces, report: Report): Option {
  const flag = optionFlags[key];
  const known = places.get(key);
  if (known === undefined) {
    return { name: flag, place: (value) => ({ kind: 'option', option: flag, value }), report };
  }
  const name = known.kind === 'field' ? formatPath(known.path) : flag;
  return { name, place: (value) => placeInList(known, value), report };
}

/** The entry of a list that holds `value`, or the field itself. */
function placeInList(place: Place, value: string): Place {
  if (place.kind !== 'field') return place;
  const field = place.path.reduce<unknown>(
    (parent, key) => (isMapping(parent) ? parent[key] : undefined),
    place.object.value,
  );
  const index = Array.isArray(field) ? field.findIndex((entry) => isText(entry, value)) : -1;
  return index < 0 ? place : { ...place, path: [...place.path, index] };
}

const isText = (entry: unknown, text: string): boolean =>
  typeof entry === 'string' && entry.trim() === text;

/** A bad option stops natc whatever `--validate` says: it is no object to be left out. */
export const failOption = (option: Option, value: string, problem: Problem): undefined =>
  void option.report.fail(option.place(value), problem);

/** Reads every value as a CIDR; those that are none are reported and left out. */
export const readCidrs = (
  option: Option,
  values: readonly string[],
  expected = 'a CIDR',
): readonly Cidr[] =>
  values.flatMap((value) => {
    const cidr = readCidrOption(option, value, expected);
    return cidr === undefined ? [] : [cidr];
  });

/**
 * Reads one value as a CIDR.
 *
 * @param suggestion what the user may have meant, where the option takes words too.
 */
export function readCidrOption(
  option: Option,
  value: string,
  expected: string,
  suggestion?: string,
): Cidr | undefined {
  const cidr = parseCidr(value);
  if (cidr !== undefined) return cidr;
  const address = parseAddress(value);
  const hint =
    address !== undefined
      ? `for this one address write ${address.text}/${addressBits(address.family)}`
      : suggestion && `did you mean ${suggestion}?`;
  return failOption(option, value, {
    code: 'NATC2080',
    message: `${option.name} must be ${expected}, got ${quote(value)}`,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Reads every value as an address; those that are none are reported and left out. */
export const readAddresses = (option: Option, values: readonly string[]): readonly Address[] =>
  values.flatMap((value) => {
    const address = parseAddress(value);
    if (address !== undefined) return [address];
    failOption(option, value, {
      code: 'NATC2080',
      message: `${option.name} must be an IP address, got ${quote(value)}`,
    });
    return [];
  });

/** M10: of each family only the first network counts. */
export function readFirstCidrs(option: Option, values: readonly string[]): readonly Cidr[] {
  const cidrs = readCidrs(option, values);
  for (const family of ipFamilies) {
    for (const other of cidrs.filter((cidr) => cidr.family === family).slice(1)) {
      option.report.warn(option.place(formatCidr(other)), {
        code: 'NATC2081',
        message: `${option.name} ${formatCidr(other)} is ignored: of ${family} networks only the first counts`,
        hint: 'remove it, or give one network that holds both',
      });
    }
  }
  return cidrs;
}
