import { isMapping } from '../../diagnostics/mapping.ts';
import { isKnownSysctl, type Sysctl } from '../../host/machine/sysctl.ts';
import { readState, writeState } from '../../host/state/state-file.ts';
import { isCount, isDigest, isLine, isListOf } from '../../host/state/state-shape.ts';
import type { IpFamily, NftFamily } from '../../net/family.ts';

/**
 * What the last apply that did everything left behind: the mark that nothing after the change of the
 * rules was cut short (pins, connections, sysctls), and what the input was, so that the same input
 * again need not even be parsed.
 */
export interface Settled {
  /** The revision's digest. */
  readonly digest: string;
  /** The tables that carry it. */
  readonly families: readonly NftFamily[];
  /** Hash of input, options and natc's version; undefined when it was not an input (rollback). */
  readonly input: string | undefined;
  /** Warnings that compiling the input gave. */
  readonly warnings: number;
  readonly sysctls: readonly Sysctl[];
  /** The families that have Services; undefined: not known. */
  readonly served?: readonly IpFamily[] | undefined;
}

/** Changes with the shape of the file; others are ignored. */
const format = 1;

const settledFile = 'settled.json';

/** @throws the system's error when the directory cannot be written */
export const storeSettled = (directory: string, settled: Settled): Promise<void> =>
  writeState(directory, settledFile, `${JSON.stringify({ format, ...settled })}\n`);

/** Undefined when there is none, or none that this natc can read. */
export const loadSettled = (directory: string): Promise<Settled | undefined> =>
  readState(directory, settledFile, settledIn);

function settledIn(json: unknown): Settled | undefined {
  if (!isMapping(json) || json['format'] !== format) return undefined;
  const { digest, families, input, warnings, sysctls, served } = json;
  const isWhole =
    isDigest(digest) &&
    isListOf(families, isFamily) &&
    (input === undefined || isLine(input)) &&
    isCount(warnings) &&
    isListOf(sysctls, isSysctl) &&
    (served === undefined || isListOf(served, isIpFamily));
  return isWhole ? { digest, families, input, warnings, sysctls, served } : undefined;
}

const isIpFamily = (json: unknown): json is IpFamily => json === 'IPv4' || json === 'IPv6';

const isFamily = (json: unknown): json is NftFamily => json === 'ip' || json === 'ip6';

/** Its name becomes a path that natc writes to: it must be one that natc itself sets. */
const isSysctl = (json: unknown): json is Sysctl =>
  isMapping(json) && isLine(json['reason']) && isKnownSysctl(json['name']);
