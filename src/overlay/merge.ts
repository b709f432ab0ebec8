type Mapping = Readonly<Record<string, unknown>>;

/** Lists of which `kubectl apply` merges the entries: by what it tells these apart. */
const mergedLists: ReadonlyMap<string, (entry: Mapping) => string> = new Map([
  ['ports', ({ port, containerPort, protocol }) => `${port ?? containerPort} ${protocol ?? 'TCP'}`],
]);

/**
 * What `kubectl apply` makes of an object: what is wanted, and of what the cluster has all that the last apply did not
 * set. Mappings are merged key by key, lists taken as they are wanted but for the ports of a Service.
 *
 * @param live what the cluster holds
 * @param last what was wanted the last time
 */
export function threeWay(live: Mapping, last: Mapping, wanted: Mapping): Mapping {
  const merged: Record<string, unknown> = Object.fromEntries(
    Object.entries(live).filter(([key]) => !(key in last) || key in wanted),
  );
  for (const [key, value] of Object.entries(wanted)) {
    if (value === null) delete merged[key];
    else merged[key] = mergedValue(key, live[key], last[key], value);
  }
  return merged;
}

function mergedValue(key: string, live: unknown, last: unknown, wanted: unknown): unknown {
  if (isMapping(live) && isMapping(wanted))
    return threeWay(live, isMapping(last) ? last : {}, wanted);
  const keyOf = mergedLists.get(key);
  if (keyOf === undefined || !isListOfMappings(live) || !isListOfMappings(wanted)) return wanted;
  const entries = (list: unknown): ReadonlyMap<string, Mapping> =>
    new Map(isListOfMappings(list) ? list.map((entry) => [keyOf(entry), entry]) : []);
  const [had, before] = [entries(live), entries(last)];
  const own = wanted.map((entry) => {
    const old = had.get(keyOf(entry));
    return old === undefined ? entry : threeWay(old, before.get(keyOf(entry)) ?? {}, entry);
  });
  const names = new Set(wanted.map(keyOf));
  const others = live.filter((entry) => !names.has(keyOf(entry)) && !before.has(keyOf(entry)));
  return [...own, ...others];
}

const isListOfMappings = (value: unknown): value is readonly Mapping[] =>
  Array.isArray(value) && value.every(isMapping);

import { isMapping } from '../diagnostics/mapping.ts';
