import fc from 'fast-check';
import { readDocuments } from '../../src/read/documents.ts';
import { kubectlDocuments } from '../support/kubectl-yaml.ts';
import { mutate, mutation } from '../support/mutate-yaml.ts';

/** What natc reads from a text that is one YAML document; undefined when it refuses it, or there are more. */
export function readDocument(text: string): { readonly value: unknown } | undefined {
  // Go's reader stops after the first.
  if (/^(---|\.\.\.)/m.test(text.slice(3)) || text.startsWith('...')) return undefined;
  const { documents, problems } = readDocuments({ name: 'fuzz.yaml', text });
  const [document, second] = documents;
  if (document === undefined || second !== undefined || problems.length > 0) return undefined;
  // A text or number is no object, and refused whatever it says (NATC1030).
  if (typeof document.value !== 'object') return undefined;
  return { value: document.value };
}

/** Changed documents. @param seed of the choices */
export const changedDocuments = (seed: number, count: number): readonly string[] =>
  fc
    .sample(
      fc.record({
        document: fc.constantFrom(...kubectlDocuments),
        changes: fc.array(mutation, { maxLength: 4 }),
      }),
      { seed, numRuns: count },
    )
    // Half of a surrogate pair is no text that a file could hold.
    .map(({ document, changes }) => Buffer.from(changes.reduce(mutate, document)).toString());
