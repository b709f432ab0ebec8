import type { IptablesStamps } from '../iptables/stamp.ts';
import { allTables } from '../iptables/tables.ts';
import { type Awakening, dormantTables, type NftTable, wakeTables } from './dormant.ts';
import type { Host } from './host.ts';
import type { IptablesTools } from './iptables-tools.ts';

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
