/** Parsers of option values. A value they refuse is a usage error. */
import { InvalidArgumentError } from 'commander';
import type { IpFamily } from '../net/family.ts';
import {
  type PortRange,
  readFamilies,
  readPortRange,
  readSeconds,
  splitList,
} from '../option-text.ts';
import { type BindAddress, parseBindAddress } from '../serve/bind-address.ts';

/** Collects a repeatable option whose values are kept as they are, e.g. file names. */
export const collect = (value: string, previous: readonly string[] | undefined) => [
  ...(previous ?? []),
  value,
];

/** Collects a repeatable, comma-separated option. */
export const collectList = (value: string, previous: readonly string[] | undefined) => [
  ...(previous ?? []),
  ...splitList(value),
];

export function parseBoolean(value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  return refuse("It must be 'true' or 'false'.");
}

/** The model stage says which numbers make sense. */
export function parseInteger(value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  return refuse('It must be a whole number.');
}

export const parsePortRange = (value: string): PortRange =>
  readPortRange(value) ?? refuse('It must be FIRST-LAST, such as 30000-32767.');

export const collectFamilies = (
  value: string,
  previous: readonly IpFamily[] | undefined,
): readonly IpFamily[] =>
  readFamilies([
    ...(previous ?? []),
    ...(readFamilies(splitList(value)) ?? refuse("It must be 'ipv4', 'ipv6' or 'ipv4,ipv6'.")),
  ]) ?? [];

export const parseSeconds = (value: string): number =>
  readSeconds(value) ?? refuse('It must be a time such as 30s, 2m or 1h.');

function refuse(message: string): never {
  throw new InvalidArgumentError(message);
}

/** `0`, `500ms`, `1s`, `2m`, `1h`, in milliseconds. */
export function parseMilliseconds(value: string): number {
  if (/^0(?:ms|s|m|h)?$/.test(value)) return 0;
  const milliseconds = /^(\d{1,6})ms$/.exec(value)?.[1];
  return milliseconds === undefined ? parseSeconds(value) * 1000 : Number(milliseconds);
}

/** An address with a port, or alone for the one given here; the empty text for none. */
export const bindAddressParser =
  (defaultPort: number) =>
  (value: string): BindAddress | 'none' => {
    const address = value === '' ? 'none' : parseBindAddress(value, defaultPort);
    if (address !== undefined) return address;
    return refuse(
      `It must be an IP address and a port, such as 127.0.0.1:${defaultPort} or [::]:${defaultPort}.`,
    );
  };
