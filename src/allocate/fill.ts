import { isMapping } from '../diagnostics/mapping.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import { familyOf } from '../net/address.ts';
import type { IpFamily } from '../net/family.ts';
import { bandAddressText } from './bands.ts';
import { type HeldValue, nodePortSlot, type Slot } from './held.ts';
import { type Needs, needsNodePorts } from './needs.ts';
import type { WrittenService } from './service-fields.ts';

/**
 * The Service as the API server would store it, as far as addresses and node ports go.
 *
 * @param given what it gets of what it needs
 * @returns the object itself where nothing is filled in
 */
export function filled(
  service: WrittenService,
  needs: Needs,
  given: ReadonlyMap<Slot, HeldValue>,
): SourceObject {
  const { object } = service;
  const spec = object.value['spec'];
  if (!isMapping(spec)) return object;
  const more = {
    ...filledAddresses(service, needs, given),
    ...filledPorts(spec['ports'], service, given),
    ...filledHealthCheck(given.get('health check')?.value),
  };
  if (Object.keys(more).length === 0) return object;
  return { ...object, value: { ...object.value, spec: { ...spec, ...more } } };
}

function filledAddresses(
  { clusterIPs = [] }: WrittenService,
  { families, addresses }: Needs,
  given: ReadonlyMap<Slot, HeldValue>,
): Readonly<Record<string, unknown>> {
  if (addresses.length === 0) return {};
  const written = new Map(clusterIPs.map((text) => [familyOf(text), text]));
  const addressOf = (family: IpFamily): string | undefined => {
    const value = given.get(family)?.value;
    return (
      written.get(family) ?? (value === undefined ? undefined : bandAddressText(family, value))
    );
  };
  // Without an address of the first family there is none of the second either.
  const all = families.map(addressOf);
  const missing = all.indexOf(undefined);
  const whole = missing < 0 ? all : all.slice(0, missing);
  return whole.length <= clusterIPs.length
    ? {}
    : { clusterIP: whole[0], clusterIPs: whole, ipFamilies: families.slice(0, whole.length) };
}

/** Ports of one number share a node port, whatever their protocols. */
function filledPorts(
  ports: unknown,
  service: WrittenService,
  given: ReadonlyMap<Slot, HeldValue>,
): Readonly<Record<string, unknown>> {
  if (!Array.isArray(ports) || !needsNodePorts(service)) return {};
  const numbers = new Map<number | undefined, number>();
  for (const { name, port, nodePort = 0 } of service.ports) {
    const chosen = given.get(nodePortSlot(name))?.value;
    const number = nodePort !== 0 ? nodePort : chosen === undefined ? 0 : Number(chosen);
    if (number !== 0 && !numbers.has(port)) numbers.set(port, number);
  }
  const lacking = new Map(
    service.ports
      .filter(({ nodePort }) => nodePort === 0)
      .flatMap(({ index, port }) => {
        const number = numbers.get(port);
        return number === undefined ? [] : [[index, number] as const];
      }),
  );
  if (lacking.size === 0) return {};
  return {
    ports: ports.map((entry: unknown, index) => {
      const nodePort = lacking.get(index);
      return nodePort === undefined || !isMapping(entry) ? entry : { ...entry, nodePort };
    }),
  };
}

const filledHealthCheck = (value: bigint | undefined): Readonly<Record<string, unknown>> =>
  value === undefined ? {} : { healthCheckNodePort: Number(value) };
