import { naturalCompare } from '../../net/natural-compare.ts';
import { identifier, quoted } from '../../net/quote.ts';
import type { FamilyPlan } from '../../plan/plan.ts';
import type { Collection, SetElement } from '../ast.ts';
import { tableFrame } from '../layout/assemble.ts';
import {
  blockEnd,
  collectionHead,
  elementsBegin,
  elementsEnd,
  endTable,
  renderChain,
  renderElement,
  renderOwner,
  tableHead,
} from '../render/nft.ts';
import type { CanonicalChain, CanonicalCollection } from './canonical.ts';
import type { WrittenFragment } from './write.ts';
import { type OwnerText, sharedMembers } from './written.ts';

/**
 * A ruleset whose fragments are written already, as {@link renderNft} prints it.
 *
 * @param families with their cluster IPs, and the fragments of all Services in the plan's order
 */
export function renderWritten(
  families: readonly {
    readonly family: FamilyPlan;
    readonly fragments: readonly WrittenFragment[];
  }[],
): string {
  const lines = families.flatMap(({ family, fragments }) => renderTable(family, fragments));
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

interface Group {
  readonly owner: OwnerText;
  readonly elements: readonly string[];
}

function renderTable(family: FamilyPlan, fragments: readonly WrittenFragment[]): readonly string[] {
  const contents = fragments.map(({ record }) => record.read());
  const chains = new Map<string, readonly string[]>();
  const groups = new Map<string, Group[]>();
  for (const { share } of fragments)
    for (const [name, rules] of Object.entries(share.chains)) chains.set(name, rules);
  for (const { groups: own, owners } of contents) {
    for (const { collection, owner: index, elements } of own) {
      const owner = owners[index] ?? { name: '', lines: [] };
      const known = groups.get(collection);
      if (known === undefined) groups.set(collection, [{ owner, elements }]);
      else known.push({ owner, elements });
    }
  }
  const used = new Set(groups.keys());
  const needs = { used, ownSets: [], ownMaps: [], ownChains: [], sharedChains: [] };
  const frame = tableFrame(family, needs);
  const lines = tableHead(frame);
  const introduced = new Set<OwnerText>();
  for (const collection of frame.collections) {
    lines.push(...collectionHead(collection, frame.family));
    pushElements(groups.get(collection.name) ?? [], ownElements(collection));
  }
  const own = contents.flatMap(({ collections }) => [...collections]);
  for (const kind of ['set', 'map'] as const) {
    for (const [name, collection] of own) {
      if (collection.kind !== kind) continue;
      lines.push(...ownHead(name, collection));
      pushElements(groups.get(name) ?? [], []);
    }
  }
  for (const [name, rules] of [...chains].sort(([a], [b]) => naturalCompare(a, b)))
    lines.push(...chainLines(name, { hook: '', rules }));
  for (const content of contents)
    for (const [name, chain] of content.chains) lines.push(...chainLines(name, chain));
  for (const chain of frame.chains) renderChain(chain, frame.family, lines);
  endTable(lines);
  return lines;

  function pushElements(parts: readonly Group[], others: readonly SetElement[]): void {
    const seen = parts === groups.get(sharedMembers) ? new Set<string>() : undefined;
    if (parts.length + others.length > 0) {
      lines.push(elementsBegin);
      for (const element of others) lines.push(`\t\t\t${renderElement(element)},`);
      for (const part of parts) pushGroup(part, seen);
      lines.push(elementsEnd);
    }
    lines.push(...blockEnd);
  }

  /** An element that an earlier Service has too stands under that one. */
  function pushGroup({ owner, elements }: Group, seen: Set<string> | undefined): void {
    let isHeaded = false;
    for (let i = 0; i < elements.length; i += 2) {
      const key = elements[i] ?? '';
      if (seen?.has(key) === true) continue;
      seen?.add(key);
      if (!isHeaded) renderOwner(owner, introduced, lines);
      isHeaded = true;
      lines.push(`\t\t\t${key}${elements[i + 1]},`);
    }
  }
}

/** Elements that are no Service's: addresses and networks. */
const ownElements = (collection: Collection): readonly SetElement[] =>
  collection.kind === 'set' ? collection.elements : [];

function ownHead(
  name: string,
  { kind, declaration, comment }: CanonicalCollection,
): readonly string[] {
  const lines = [`\t${kind} ${identifier(name)} {`];
  for (const line of declaration.split('; ')) lines.push(`\t\t${line}`);
  if (comment !== undefined) lines.push(`\t\tcomment ${quoted(comment)}`);
  return lines;
}

function chainLines(name: string, { hook, rules }: CanonicalChain): readonly string[] {
  const head = hook === '' ? [] : [`\t\t${hook}`];
  return [
    `\tchain ${identifier(name)} {`,
    ...head,
    ...rules.map((rule) => `\t\t${rule}`),
    ...blockEnd,
  ];
}
