/** Parsers of option values. A value they refuse is a usage error. */
import { InvalidArgumentError } from 'commander';
import type { IpFamily } from '../net/family.ts';
import { type BindAddress, parseBindAddress } from '../serve/bind-address.ts';

/** Collects a repeatable option whose values are kept as they are, e.g. file names. */
export const collect = (value: string, previous: readonly string[] | undefined) => [
  ...(previous ?? []),
  value,
];

/**
 * Collects a repeatable, comma-separated option. An empty value stands for the empty list, so that a
 * flag can take back what the configuration file says.
 */
export const collectList = (value: string, previous: readonly string[] | undefined) => [
  ...(previous ?? []),
  ...(value.trim() === '' ? [] : value.split(',').map((entry) => entry.trim())),
];

export function parseBoolean(value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw new InvalidArgumentError("It must be 'true' or 'false'.");
}

/** The model stage says which numbers make sense. */
export function parseInteger(value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('It must be a whole number.');
}

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export function parsePortRange(value: string): PortRange {
  const match = /^(\d{1,9})-(\d{1,9})$/.exec(value.trim());
  if (match !== null) return { first: Number(match[1]), last: Number(match[2]) };
  throw new InvalidArgumentError('It must be FIRST-LAST, such as 30000-32767.');
}

const familyNames: Readonly<Record<string, IpFamily>> = { ipv4: 'IPv4', ipv6: 'IPv6' };

export function collectFamilies(
  value: string,
  previous: readonly IpFamily[] | undefined,
): readonly IpFamily[] {
  const families = value.split(',').map((name) => familyNames[name.trim().toLowerCase()]);
  if (!families.every((family) => family !== undefined)) {
    throw new InvalidArgumentError("It must be 'ipv4', 'ipv6' or 'ipv4,ipv6'.");
  }
  const named = new Set([...(previous ?? []), ...families]);
  return (['IPv4', 'IPv6'] as const).filter((family) => named.has(family));
}

const durationUnits: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600 };

/** `30s`, `2m`, `1h` or plain seconds, in seconds. */
export function parseSeconds(value: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6})([smh]?)$/.exec(value) ?? [];
  const seconds = Number(count) * (durationUnits[unit] ?? 0);
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError('It must be a time such as 30s, 2m or 1h.');
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
    throw new InvalidArgumentError(
      `It must be an IP address and a port, such as 127.0.0.1:${defaultPort} or [::]:${defaultPort}.`,
    );
  };
