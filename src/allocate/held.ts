import { familyOf } from '../net/address.ts';
import { type IpFamily, ipFamilies } from '../net/family.ts';
import { addressValue } from './bands.ts';
import type { WrittenService } from './service-fields.ts';

/** One of the values that a Service has from the control plane: what it is, within the Service. */
export type Slot = IpFamily | 'health check' | `node port ${string}`;

export interface HeldValue {
  /** An address or a port as a number. */
  readonly value: bigint;
  /** natc made it up; else somebody wrote it, or a cluster gave it. */
  readonly isInvented: boolean;
}

/** The values that Services have from before, which an update leaves as they are; by `namespace/name`. */
export type HeldValues = ReadonlyMap<string, ReadonlyMap<Slot, HeldValue>>;

/** Ports are known by their names: whoever changes a port's number keeps its node port. */
export const nodePortSlot = (portName: string): Slot => `node port ${portName}`;

/** What the slot's values are numbers of. */
export const bandOf = (slot: Slot): IpFamily | 'port' =>
  ipFamilies.find((family) => family === slot) ?? 'port';

/** All that a Service has, with what natc made up of it. */
export function heldBy(
  service: WrittenService,
  invented: ReadonlySet<Slot>,
): ReadonlyMap<Slot, HeldValue> {
  const { clusterIPs = [], isHeadless, type, ports, healthCheckNodePort = 0 } = service;
  if (isHeadless || type === 'ExternalName') return new Map();
  const addresses = clusterIPs.map((text): readonly [Slot, bigint] => {
    const family = familyOf(text);
    return [family, addressValue(family, text)];
  });
  const numbers = [
    ...ports.map(({ name, nodePort = 0 }) => [nodePortSlot(name), nodePort] as const),
    ['health check', healthCheckNodePort] as const,
  ].filter(([, number]) => Number.isSafeInteger(number) && number > 0);
  const values = [
    ...addresses,
    ...numbers.map(([slot, number]): readonly [Slot, bigint] => [slot, BigInt(number)]),
  ];
  return new Map(values.map(([slot, value]) => [slot, { value, isInvented: invented.has(slot) }]));
}
