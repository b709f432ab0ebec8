import { deepStrictEqual, strictEqual } from 'node:assert';
import { readBlockDocument } from '../../src/read/block-yaml.ts';
import { controlCharacterError } from '../../src/read/decode.ts';
import { documentDoubt } from '../../src/read/document-doubts.ts';
import { readDocuments } from '../../src/read/documents.ts';
import { readFullYaml } from '../../src/read/full-yaml.ts';
import { splitDocuments } from '../../src/read/split-documents.ts';

/** Checks that where the block reader answers, the full reader gives the same; tells if it answered. */
export function compareReaders(text: string): boolean {
  const source = { name: 'fuzz.yaml', text };
  if (controlCharacterError(source) !== undefined) return false;
  let answered = false;
  for (const stretch of splitDocuments(text)) {
    if (documentDoubt(source, stretch) !== undefined) continue;
    const { start, end } = stretch;
    const block = readBlockDocument(text, start, end, () => undefined);
    if (block.kind === 'outside') continue;
    answered = true;
    const full = readFullYaml(source, start, end, 0);
    deepStrictEqual(
      full.problems.map(({ message }) => message),
      [],
    );
    deepStrictEqual(block.kind === 'empty' ? null : block.value, full.value ?? null);
    if (block.kind === 'empty' || block.items.length === 0) continue;
    const items = (block.value as { readonly items: readonly unknown[] }).items;
    items.forEach((item, index) => {
      const itemStart = block.items[2 * index] ?? 0;
      const column = itemStart - text.lastIndexOf('\n', itemStart - 1) - 1;
      const alone = readFullYaml(source, itemStart, block.items[2 * index + 1] ?? 0, column);
      if (item !== null) deepStrictEqual(alone.value, item);
    });
  }
  return answered;
}

/** Checks that reading item by item, where the block reader gives up, changes nothing. */
export function compareItems(text: string): boolean {
  const source = { name: 'fuzz.yaml', text };
  if (controlCharacterError(source) !== undefined || /^\s*[{[]/m.test(text)) return false;
  let hasItems = false;
  for (const stretch of splitDocuments(text)) {
    if (documentDoubt(source, stretch) !== undefined) continue;
    const { start, end } = stretch;
    const alone = { name: 'fuzz.yaml', text: text.slice(start, end) };
    const { documents, problems } = readDocuments(alone);
    const full = readFullYaml(alone, 0, alone.text.length, 0);
    strictEqual(problems.length > 0, full.problems.length > 0);
    if (problems.length === 0) deepStrictEqual(documents[0]?.value ?? null, full.value ?? null);
    hasItems ||= (documents[0]?.items.length ?? 0) > 0;
  }
  return hasItems;
}
