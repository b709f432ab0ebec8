/**
 * The content of a fragment as bytes: a line of JSON, then a line an element. What only readers get, the
 * comment blocks, is apart, so that it does not count when two fragments are compared.
 */
import { createHash } from 'node:crypto';
import { checkedParts, isElement } from './canonical-check.ts';
import {
  DamagedFragment,
  type ElementGroup,
  type FragmentContent,
  type FragmentRecord,
  hasKeyIn,
  type OwnerText,
} from './written.ts';

/** The part that the kernel gets; a fragment's digest is of this. */
export function encodeContent({ groups, collections, chains }: FragmentContent): string {
  let text = JSON.stringify({
    groups: groups.map(({ collection, owner, elements }) => [
      collection,
      owner,
      elements.length / 2,
    ]),
    collections: Array.from(collections, ([name, { elements: _, ...rest }]) => ({ name, ...rest })),
    chains: Array.from(chains, ([name, chain]) => ({ name, ...chain })),
  });
  for (const { elements } of groups)
    for (let i = 0; i < elements.length; i += 2) text += `\n${elements[i]}\t${elements[i + 1]}`;
  return text;
}

/** The comment blocks. */
export const encodeOwners = ({ owners }: FragmentContent): string =>
  JSON.stringify(owners.map(({ name, lines }) => [name, ...lines]));

/**
 * A fragment that was kept as bytes; they are looked at when it is read.
 *
 * @param content from {@link encodeContent}
 * @param owners from {@link encodeOwners}
 */
export function keptRecord(digest: string, content: Buffer, owners: Buffer): FragmentRecord {
  let known: FragmentContent | undefined;
  const read = (): FragmentContent => {
    known ??= checked(digest, content, owners);
    return known;
  };
  return {
    digest,
    read,
    hasKey: (collection, key) =>
      content.includes(`\n${key}\t`, 0, 'latin1') && hasKeyIn(read(), collection, key),
    bytes: () => ({ content, owners }),
    shrink: () => {
      known = undefined;
    },
  };
}

/** A fragment whose content was made in this process. */
export function madeRecord(digest: string, content: FragmentContent): FragmentRecord {
  let held: FragmentContent | undefined = content;
  let [text, owners] = ['', ''];
  const read = (): FragmentContent => held ?? decode(text, owners);
  return {
    digest,
    read,
    hasKey: (collection, key) =>
      (held !== undefined || text.includes(`\n${key}\t`)) && hasKeyIn(read(), collection, key),
    bytes: () => ({
      content: Buffer.from(held === undefined ? text : encodeContent(held), 'latin1'),
      owners: Buffer.from(held === undefined ? owners : encodeOwners(held)),
    }),
    shrink: (made) => {
      if (held === undefined) return;
      // As one piece: put together of pieces, the text would take as much as they do.
      text = (made?.content ?? Buffer.from(encodeContent(held), 'latin1')).toString('latin1');
      owners = made?.owners.toString() ?? encodeOwners(held);
      held = undefined;
    },
  };
}

function checked(digest: string, content: Buffer, owners: Buffer): FragmentContent {
  if (createHash('sha256').update(content).digest('hex').slice(0, 32) !== digest)
    throw new DamagedFragment('its digest is another one');
  // nft's words are ASCII, which is quicker to read so.
  return decode(content.toString('latin1'), owners.toString());
}

function decode(content: string, owners: string): FragmentContent {
  const [head = '', ...lines] = content.split('\n');
  const parts = checkedParts(parsed(head));
  const texts = ownersIn(parsed(owners));
  if (parts === undefined || texts === undefined) throw new DamagedFragment('it has another form');
  const groups: ElementGroup[] = [];
  let next = 0;
  for (const [collection, owner, count] of parts.groups) {
    const elements: string[] = [];
    for (let i = 0; i < count; i++) {
      const line = lines[next++] ?? '';
      const tab = line.indexOf('\t');
      const [key, rest] = [line.slice(0, tab), line.slice(tab + 1)];
      if (!isElement(key, rest)) throw new DamagedFragment('an element has another form');
      elements.push(key, rest);
    }
    groups.push({ collection, owner, elements });
  }
  if (next !== lines.length) throw new DamagedFragment('it has more than it says');
  return { ...parts, groups, owners: texts };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new DamagedFragment('it is no JSON');
  }
}

function ownersIn(json: unknown): readonly OwnerText[] | undefined {
  if (!Array.isArray(json)) return undefined;
  const owners: OwnerText[] = [];
  for (const block of json as readonly unknown[]) {
    if (!Array.isArray(block) || !block.every((line) => typeof line === 'string')) return undefined;
    const [name = '', ...lines] = block as readonly string[];
    owners.push({ name, lines });
  }
  return owners;
}
