import { isMapping } from '../../diagnostics/mapping.ts';
import type { LastApply } from '../../host/change/last-apply.ts';
import { isKnownSysctl, type Sysctl } from '../../host/machine/sysctl.ts';
import { readState, writeState } from '../../host/state/state-file.ts';
import { isCount, isDigest, isLine, isListOf } from '../../host/state/state-shape.ts';
import type { IpFamily, NftFamily } from '../../net/family.ts';

/** What the last apply left behind, of natc's tables. */
export interface LastNftablesApply extends LastApply {
  /** The tables that carry the digest. */
  readonly families: readonly NftFamily[];
}

/** Changes with the shape of the file; others are ignored. */
const format = 1;

const lastApplyFile = 'settled.json';

/** @throws the system's error when the directory cannot be written */
export const storeLastApply = (directory: string, last: LastNftablesApply): Promise<void> =>
  writeState(directory, lastApplyFile, `${JSON.stringify({ format, ...last })}\n`);

/** Undefined when there is none, or none that this natc can read. */
export const loadLastApply = (directory: string): Promise<LastNftablesApply | undefined> =>
  readState(directory, lastApplyFile, lastApplyIn);

function lastApplyIn(json: unknown): LastNftablesApply | undefined {
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
