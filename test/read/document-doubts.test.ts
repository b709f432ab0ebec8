/** natc reads the documents that kubectl reads, or says where kubectl reads others. */
import { expect, test } from 'vitest';
import { readText, summary } from '../support/read.ts';

const service = (name: string) => `apiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\n`;
const json = (name: string) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name } });

const read: readonly (readonly [string, string, number])[] = [
  ['a comment beside a separator', `${service('a')}--- # c\n${service('b')}`, 2],
  ['blanks beside a separator', `${service('a')}--- \t\r\n${service('b')}`, 2],
  ['an end before a separator', `${service('a')}... # c\n# c\n---\n${service('b')}`, 2],
  ['ends and nothing more', `${service('a')}...\n...\n`, 1],
  ['JSON values', `${json('a')}\n${json('b')}${json('c')}`, 3],
  ['JSON values with separators', `${json('a')}\n---\n${json('b')}\n---\n${service('c')}`, 3],
  ['one value after a byte order mark', `\ufeff${json('a')}`, 1],
  ['a line in a block like a separator', `${service('a')}text: |\n  --- x\n  ...\n`, 1],
];

test.each(read)('%s is read', (_, text, count) => {
  const { objects, diagnostics } = readText(text);
  expect(diagnostics.map(summary)).toEqual([]);
  expect(objects).toHaveLength(count);
});

const { length } = json('a');

const separator = (line: string) =>
  `a line that begins with \`---\` may hold a comment besides, got \`${line}\``;
const afterEnd = 'kubectl does not read what follows `...`';
const second = 'kubectl does not read a second value in a YAML document';

const refused: readonly (readonly [string, string])[] = [
  [`${service('a')}---#c\n${service('b')}`, `NATC1055 4:1-4:6 ${separator('---#c')}`],
  [`--- {a: b}\n`, `NATC1055 1:1-1:11 ${separator('--- {a: b}')}`],
  [`---foo: 1\n`, `NATC1055 1:1-1:10 ${separator('---foo: 1')}`],
  [`${service('a')}----\n`, `NATC1055 4:1-4:5 ${separator('----')}`],
  [`${service('a')}text: "x\n---y"\n`, `NATC1055 5:1-5:6 ${separator('---y"')}`],
  [
    `\n...\n${service('a')}`,
    'NATC1010 2:1-2:4 invalid YAML: `...` ends a document that has not begun',
  ],
  [`${service('a')}...\n# c\n${service('b')}`, `NATC1056 6:1-6:15 ${afterEnd}`],
  [`${service('a')}...\n...\n${service('b')}`, `NATC1056 6:1-6:15 ${afterEnd}`],
  [`${service('a')}...\n...\n...\n${service('b')}`, `NATC1056 7:1-7:15 ${afterEnd}`],
  [`${service('a')}... x\n---\n${service('b')}`, `NATC1056 4:5-4:6 ${afterEnd}`],
  [`${service('a')}...\n%YAML 1.1\n---\n${service('b')}`, `NATC1056 5:1-5:10 ${afterEnd}`],
  [
    `%YAML 1.1\n---\n${service('a')}`,
    'NATC1057 1:1-1:10 kubectl takes no YAML directives, got `%YAML 1.1`',
  ],
  [
    `# c\n%TAG ! x\n---\n${service('a')}`,
    'NATC1057 2:1-2:9 kubectl takes no YAML directives, got `%TAG ! x`',
  ],
  [`---\n${json('a')}\n${json('b')}\n`, `NATC1056 3:1-3:${1 + length} ${second}`],
  [
    `${json('a')}${json('b')}\n---\n${json('c')}\n`,
    `NATC1056 1:${1 + length}-1:${1 + 2 * length} ${second}`,
  ],
  [
    `${json('a')}\n---\n${json('b')} ${json('c')}\n`,
    `NATC1056 3:${2 + length}-3:${2 + 2 * length} ${second}`,
  ],
  [`\ufeff${json('a')}${json('b')}\n`, `NATC1056 1:${1 + length}-1:${1 + 2 * length} ${second}`],
  [
    `${' '.repeat(4096)}${json('a')}${json('b')}\n`,
    `NATC1056 1:${4097 + length}-1:${4097 + 2 * length} ${second}`,
  ],
  [` \t\n---\n${service('a')}`, 'NATC1013 1:2-1:3 a tab is used for indentation'],
  [
    `${service('a')}\ufeff---\n${service('b')}`,
    'NATC1012 4:1-4:2 a byte order mark (U+FEFF) inside the text',
  ],
];

test.each(refused.map(([text, message]) => [text.trimStart(), message, text] as const))(
  '%j is refused',
  (_, message, text) => {
    expect(readText(text).diagnostics.map(summary)).toContain(message);
  },
);
