import fc from 'fast-check';
import { decode } from '../../src/read/decode.ts';
import { readDocuments } from '../../src/read/documents.ts';
import { kubectlDocuments } from '../support/kubectl-yaml.ts';
import { mutate, mutation } from '../support/mutate-yaml.ts';

/** What natc reads from a text, document by document; undefined when it refuses the text. */
export function readStream(text: string): readonly unknown[] | undefined {
  const source = decode({ name: 'fuzz.yaml', bytes: Buffer.from(text) });
  if ('code' in source) return undefined;
  const { documents, problems } = readDocuments(source);
  if (problems.length > 0) return undefined;
  const values = documents.map(({ value }) => value).filter((value) => value !== null);
  // A text or number is no object, and refused whatever it says (NATC1030).
  return values.every((value) => typeof value === 'object') ? values : undefined;
}

/** What may stand between documents, and what looks like it. */
const separators = [
  ...[
    '',
    '---\n',
    '---\r\n',
    '--- \t\n',
    '--- # c\n',
    '---#c\n',
    '--- {a: b}\n',
    '----\n',
    '---\n---\n',
  ],
  ...[
    '...\n',
    '... # c\n---\n',
    '\n...\n',
    '... a\n---\n',
    '...\n# c\n',
    '...\n...\n',
    ' ...\n',
    '....\n',
  ],
  ...[
    '\ufeff',
    '\ufeff---\n',
    '# c\n---\n',
    '%YAML 1.1\n---\n',
    '{"a":1}\n',
    '{"a":1}{"b":2}\n',
    '{a: 1}\n',
  ],
  ...['null\n', '\n\n', '---\xa0\n', ' '.repeat(4096), '[]\n', '{"a":1} # c\n---\n'],
];

/** Changed texts of one document or a few. @param seed of the choices */
export const changedStreams = (seed: number, count: number): readonly string[] =>
  fc
    .sample(
      fc.record({
        documents: fc.array(fc.constantFrom(...kubectlDocuments), { minLength: 1, maxLength: 3 }),
        between: fc.array(fc.constantFrom(...separators), { minLength: 3, maxLength: 3 }),
        isPlain: fc.boolean(),
        changes: fc.array(mutation, { maxLength: 4 }),
      }),
      { seed, numRuns: count },
    )
    .map(({ documents, between, isPlain, changes }) => {
      const text = isPlain
        ? (documents[0] ?? '')
        : documents.map((document, index) => (between[index] ?? '') + document).join('');
      // Half of a surrogate pair is no text that a file could hold.
      return Buffer.from(changes.reduce(mutate, text)).toString();
    });
