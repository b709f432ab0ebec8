import type { Awakening, NftTable } from '../../host/machine/dormant.ts';
import { dormantTables, wakeTables } from '../../host/machine/dormant.ts';
import type { Host } from '../../host/machine/host.ts';
import type { IptablesTools } from '../../host/machine/iptables-tools.ts';
import type { IptablesStamps } from '../stamp.ts';
import { allTables } from '../tables.ts';

/** The tables of nftables that iptables-nft keeps natc's chains in. */
const tablesWith = (stamps: IptablesStamps): readonly NftTable[] =>
  allTables
    .filter(({ family, table }) => stamps[family][table] !== undefined)
    .map(({ family, table }) => ({ family: family === 'IPv4' ? 'ip' : 'ip6', name: table }));

/** Those of iptables that are asleep; iptables-legacy has no such thing. */
export const dormantIptables = async (
  host: Host,
  { variant }: IptablesTools,
  stamps: IptablesStamps,
): Promise<readonly NftTable[]> =>
  variant === 'legacy' ? [] : dormantTables(host, tablesWith(stamps));

/** Wakes them. */
export const wakeIptables = async (
  host: Host,
  { variant }: IptablesTools,
  stamps: IptablesStamps,
): Promise<Awakening> =>
  variant === 'legacy' ? { kind: 'awake', diagnostics: [] } : wakeTables(host, tablesWith(stamps));
