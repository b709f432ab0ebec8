/** A family's table in nft's words, Service by Service; see written.ts. */

import { createHash } from 'node:crypto';
import type { NftFamily } from '../../net/family.ts';
import { naturalCompare } from '../../net/natural-compare.ts';
import type { Owner } from '../../plan/owner.ts';
import type { FamilyPlan } from '../../plan/plan.ts';
import { tableFrame } from '../layout/assemble.ts';
import type { FamilyFragments } from '../layout/build.ts';
import type { Fragment } from '../layout/fragment.ts';
import { collections } from '../names.ts';
import {
  type CanonicalChain,
  type CanonicalTable,
  canonicalChain,
  canonicalCollection,
  canonicalElement,
  canonicalTable,
} from './canonical.ts';
import { encodeContent, madeRecord } from './fragment-bytes.ts';
import type {
  ElementGroup,
  FragmentContent,
  FragmentRecord,
  WrittenRuleset,
  WrittenTable,
} from './written.ts';

/** A Service's fragment, written, and what the shared part of the table depends on of it. */
export interface WrittenFragment {
  readonly service: string;
  readonly record: FragmentRecord;
  readonly share: FragmentShare;
}

/** What a fragment makes of the shared part of its table. */
export interface FragmentShare {
  /** Names of the collections that it has elements in. */
  readonly used: readonly string[];
  /** The chains that it shares, by name: their rules. */
  readonly chains: Readonly<Record<string, readonly string[]>>;
}

function writeFragment(fragment: Fragment, family: NftFamily): WrittenFragment {
  const content = contentOf(fragment, family);
  const chains: Record<string, readonly string[]> = {};
  for (const [name, chain] of fragment.sharedChains)
    chains[name] = canonicalChain(chain, family).rules;
  return {
    service: fragment.service,
    record: recordOf(content),
    share: {
      used: [...fragment.verdicts.keys(), ...fragment.members.keys(), ...fragment.data.keys()],
      chains,
    },
  };
}

/** A record of content that is in memory. */
export function recordOf(content: FragmentContent): FragmentRecord {
  const digest = createHash('sha256').update(encodeContent(content)).digest('hex').slice(0, 32);
  return madeRecord(digest, content);
}

function contentOf(fragment: Fragment, family: NftFamily): FragmentContent {
  const owners = new Map<Owner | undefined, number>();
  const groups: ElementGroup[] = [];
  for (const collections of [fragment.verdicts, fragment.members, fragment.data]) {
    for (const [collection, elements] of collections) {
      let last: Owner | undefined;
      let texts: string[] = [];
      for (const element of elements) {
        if (element.owner !== last || texts.length === 0) {
          last = element.owner;
          texts = [];
          const owner = owners.get(last) ?? owners.size;
          owners.set(last, owner);
          groups.push({ collection, owner, elements: texts });
        }
        const { key, rest } = canonicalElement(element);
        texts.push(key, rest);
      }
    }
  }
  return {
    groups,
    collections: new Map(
      [...fragment.ownSets, ...fragment.ownMaps].map((each) => [
        each.name,
        canonicalCollection(each, family),
      ]),
    ),
    chains: new Map(
      [...fragment.ownChains.values()].map((each) => [each.name, canonicalChain(each, family)]),
    ),
    owners: [...owners.keys()].map((owner) => ({
      name: owner?.name ?? '',
      lines: owner?.lines ?? [],
    })),
  };
}

/** Writes all that a compilation made. */
export const writeRuleset = (families: readonly FamilyFragments[]): WrittenRuleset => ({
  tables: families.map((made) =>
    writeTable(
      made.family,
      writtenFragments(made.family, () => made.fragments),
    ),
  ),
});

const written = new WeakMap<FamilyPlan, readonly WrittenFragment[]>();

/**
 * The fragments of a family, written once, however often they are asked for.
 *
 * @param fragments what the family is laid out as; asked for the first time only
 */
export function writtenFragments(
  family: FamilyPlan,
  fragments: () => readonly Fragment[],
): readonly WrittenFragment[] {
  const known =
    written.get(family) ??
    fragments().map((fragment) => writeFragment(fragment, nftFamilyOf(family)));
  written.set(family, known);
  return known;
}

/** Whether a fragment has a node port in it. */
export const servesNodePorts = ({ share: { used } }: Pick<WrittenFragment, 'share'>): boolean =>
  used.includes(collections.nodePorts) || used.includes(collections.refusedNodePorts);

const nftFamilyOf = ({ family }: Pick<FamilyPlan, 'family'>): NftFamily =>
  family === 'IPv4' ? 'ip' : 'ip6';

/**
 * Puts a table together.
 *
 * @param family with the cluster IPs of all Services; its ServicePorts are not looked at
 * @param fragments of all Services, in the plan's order
 */
export function writeTable(
  family: FamilyPlan,
  fragments: readonly WrittenFragment[],
): WrittenTable {
  return {
    shared: sharedTable(
      family,
      fragments.map(({ share }) => share),
    ),
    fragments: new Map(fragments.map(({ service, record }) => [service, record])),
  };
}

function sharedTable(family: FamilyPlan, shares: readonly FragmentShare[]): CanonicalTable {
  const used = new Set<string>();
  const chains = new Map<string, CanonicalChain>();
  for (const share of shares) {
    for (const name of share.used) used.add(name);
    for (const [name, rules] of Object.entries(share.chains)) chains.set(name, { hook: '', rules });
  }
  const frame = canonicalTable(
    tableFrame(family, { used, ownSets: [], ownMaps: [], ownChains: [], sharedChains: [] }),
  );
  const shared = [...chains].sort(([a], [b]) => naturalCompare(a, b));
  return { ...frame, chains: new Map([...shared, ...frame.chains]) };
}
