import type { NftTable } from '../../host/machine/dormant.ts';
import type { NftFamily } from '../../net/family.ts';
import { tableName } from '../names.ts';
import { nftFamilies, type Stamps } from './kernel-tables.ts';

export const ownTables = (families: readonly NftFamily[]): readonly NftTable[] =>
  families.map((family) => ({ family, name: tableName }));

export const stampedFamilies = (stamps: Stamps): readonly NftFamily[] =>
  nftFamilies.filter((family) => stamps[family] !== undefined);
