import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { at, type Fields, rawField } from '../model/fields.ts';
import { exposureKinds } from '../reach/format.ts';
import type { DestinationFilter, PortFilter, Target } from './assertion.ts';
import { namespacePattern } from './read-clients.ts';
import {
  entriesOf,
  type FieldEntry,
  mappingOf,
  networkText,
  portFilter,
  portsExpected,
  refuseUnknownKeys,
  refuseValue,
  servicePattern,
} from './read-fields.ts';

/** The destinations under a key; `before` is refused where a statement has no use for it. */
export const readTargets = (fields: Fields, key: string, mayBeBefore = false): readonly Target[] =>
  entriesOf(fields, key).flatMap((entry) => readTarget(entry, mayBeBefore) ?? []);

const keys = ['service', 'namespace', 'ports', 'address', 'nodePorts', 'kind'] as const;

function readTarget(entry: FieldEntry, mayBeBefore: boolean): Target | undefined {
  const { value, path, fields } = entry;
  const words = mayBeBefore ? ['anything', 'before'] : ['anything'];
  const expected = `${words.join(', ')}, or a mapping such as {service: shop/web}`;
  if (value === 'anything') return { kind: 'anything' };
  if (value === 'before' && mayBeBefore) return { kind: 'before' };
  const mapping = mappingOf(entry);
  if (mapping === undefined) {
    const meant = typeof value === 'string' ? didYouMean(value, words) : undefined;
    const hint =
      value === 'before'
        ? 'mayReachOnly: before compares with another side'
        : typeof value === 'string' && /^[^/\s]+\/[^/\s]+$/.test(value)
          ? `did you mean {service: ${value}}?`
          : meant && `did you mean ${meant}?`;
    return refuseValue(fields, path, expected, value, hint);
  }
  refuseUnknownKeys(mapping, keys, 'destinations');
  if (Object.keys(mapping.record).length === 0) return refuseValue(fields, path, expected, value);
  const filter = readFilter(mapping);
  return { kind: 'destinations', place: at(mapping), ...filter };
}

function readFilter(mapping: Fields): DestinationFilter {
  const service = rawField(mapping, 'service');
  const namespace = rawField(mapping, 'namespace');
  if (service !== undefined && namespace !== undefined)
    refuseValue(mapping, ['namespace'], 'left out where service names a namespace', namespace);
  const services =
    service !== undefined
      ? servicePattern({ value: service, path: ['service'], fields: mapping })
      : namespace === undefined
        ? undefined
        : namespacePattern(mapping);
  const named = readPorts(mapping, services !== undefined);
  const nodePorts = readNodePorts(mapping);
  const kinds = readKinds(mapping);
  return {
    services,
    portNames: named.names,
    ports: [...named.ports, ...(nodePorts ?? [])],
    addresses: entriesOf(mapping, 'address').flatMap((each) => networkText(each) ?? []),
    kinds: nodePorts === undefined ? kinds : ['node port'],
  };
}

function readPorts(
  mapping: Fields,
  mayBeNamed: boolean,
): { readonly names: readonly string[]; readonly ports: readonly PortFilter[] } {
  const names: string[] = [];
  const ports: PortFilter[] = [];
  for (const { value, path, fields } of entriesOf(mapping, 'ports')) {
    const filter = portFilter(value);
    if (filter !== undefined) ports.push(filter);
    else if (mayBeNamed && typeof value === 'string' && /^[a-z0-9-]*[a-z][a-z0-9-]*$/.test(value))
      names.push(value);
    else
      refuseValue(
        fields,
        path,
        mayBeNamed ? `${portsExpected}, or the name of a port` : portsExpected,
        value,
      );
  }
  return { names, ports };
}

/** `all`, ports or ranges. */
function readNodePorts(mapping: Fields): readonly PortFilter[] | undefined {
  const value = rawField(mapping, 'nodePorts');
  if (value === undefined) return undefined;
  if (value === 'all') return [];
  if (rawField(mapping, 'ports') !== undefined)
    refuseValue(mapping, ['ports'], 'left out beside nodePorts', rawField(mapping, 'ports'));
  return readPortList(mapping, 'nodePorts', `all, or ${portsExpected}`);
}

export const readPortList = (
  fields: Fields,
  key: string,
  expected: string = portsExpected,
): readonly PortFilter[] =>
  entriesOf(fields, key).flatMap(
    (entry) =>
      portFilter(entry.value) ?? refuseValue(fields, entry.path, expected, entry.value) ?? [],
  );

type Kind = NonNullable<DestinationFilter['kinds']>[number];

const kindWords: ReadonlyMap<string, Kind> = new Map(
  (['cluster IP', 'external IP', 'load-balancer IP', 'node port'] as const).map((kind) => [
    exposureKinds[kind],
    kind,
  ]),
);

function readKinds(mapping: Fields): readonly Kind[] | undefined {
  if (rawField(mapping, 'kind') === undefined) return undefined;
  const words = [...kindWords.keys()];
  return entriesOf(mapping, 'kind').flatMap(({ value, path, fields }) => {
    const kind = typeof value === 'string' ? kindWords.get(value) : undefined;
    if (kind !== undefined) return [kind];
    const meant = typeof value === 'string' ? didYouMean(value, words) : undefined;
    refuseValue(fields, path, words.join(', '), value, meant && `did you mean ${meant}?`);
    return [];
  });
}
