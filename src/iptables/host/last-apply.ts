import { isMapping } from '../../diagnostics/mapping.ts';
import type { LastApply } from '../../host/change/last-apply.ts';
import { isKnownSysctl, type Sysctl } from '../../host/machine/sysctl.ts';
import { readState, writeState } from '../../host/state/state-file.ts';
import { isCount, isDigest, isLine, isListOf, isTime } from '../../host/state/state-shape.ts';
import type { IpFamily } from '../../net/family.ts';
import type { TableName } from '../ast.ts';
import type { IptablesStamps, TableStamp } from '../stamp.ts';
import { allTables, type IptablesTableRef, kernelRules } from '../tables.ts';

/** What the last apply left behind, of natc's chains. That it is there says that natc worked through iptables last. */
export interface LastIptablesApply extends LastApply {
  readonly stamps: IptablesStamps;
}

/** Changes with the shape of the file; others are ignored. */
const format = 1;

const lastApplyFile = 'settled-iptables.json';

/** @throws the system's error when the directory cannot be written */
export const storeLastApply = (
  directory: string,
  { stamps, ...last }: LastIptablesApply,
): Promise<void> => {
  const listed = allTables.flatMap((ref) => {
    const stamp = stamps[ref.family][ref.table];
    return stamp === undefined ? [] : [{ ...ref, ...stamp }];
  });
  return writeState(
    directory,
    lastApplyFile,
    `${JSON.stringify({ format, ...last, stamps: listed })}\n`,
  );
};

/** Undefined when there is none, or none that this natc can read. */
export const loadLastApply = (directory: string): Promise<LastIptablesApply | undefined> =>
  readState(directory, lastApplyFile, lastApplyIn);

function lastApplyIn(json: unknown): LastIptablesApply | undefined {
  if (!isMapping(json) || json['format'] !== format) return undefined;
  const { digest, stamps, input, warnings, sysctls, served } = json;
  const isWhole =
    isDigest(digest) &&
    isListOf(stamps, isStampOfTable) &&
    (input === undefined || isLine(input)) &&
    isCount(warnings) &&
    isListOf(sysctls, isSysctl) &&
    (served === undefined || isListOf(served, isIpFamily));
  return isWhole
    ? { digest, stamps: stampsOf(stamps), input, warnings, sysctls, served }
    : undefined;
}

const isIpFamily = (json: unknown): json is IpFamily => json === 'IPv4' || json === 'IPv6';

type StampOfTable = TableStamp & IptablesTableRef;

const stampsOf = (stamps: readonly StampOfTable[]): IptablesStamps =>
  kernelRules(({ family, table }) => {
    const found = stamps.find((stamp) => stamp.family === family && stamp.table === table);
    if (found === undefined) return undefined;
    const { number, digest, time } = found;
    return { number, digest, time };
  });

const isStampOfTable = (json: unknown): json is StampOfTable =>
  isMapping(json) &&
  allTables.some(
    ({ family, table }: { family: IpFamily; table: TableName }) =>
      json['family'] === family && json['table'] === table,
  ) &&
  isCount(json['number']) &&
  isDigest(json['digest']) &&
  isTime(json['time']);

/** Its name becomes a path that natc writes to: it must be one that natc itself sets. */
const isSysctl = (json: unknown): json is Sysctl =>
  isMapping(json) && isLine(json['reason']) && isKnownSysctl(json['name']);
