/** docs/risks.md is the table of risks. `npm run docs` writes it. */
import { expect, test } from 'vitest';
import { type RiskCode, riskEntry, riskTable, severities } from '../../src/diff/risks/table.ts';
import { expectGolden } from '../support/golden.ts';

const codes = Object.keys(riskTable) as RiskCode[];

const section = (code: RiskCode): string => {
  const { severity, title, meaning, given, example, isAboutOthers } = riskEntry(code);
  const who = isAboutOthers === true ? '\n\nIt is about what a Service does to others.' : '';
  return `## ${code}: ${title}\n\nSeverity ${severity}. ${meaning}\n\n${given}${who}\n\n\`\`\`\n${example}\n\`\`\`\n`;
};

const document = `# Risks that natc diff tells of

Not every difference is worth the same look. These are: something that was answered is not any more, something is open that was
not, or a Service takes what is another's. Each has a code that stays, and a severity:

| severity | means |
|---|---|
| high | somebody is cut off, let in, or sent elsewhere |
| medium | it may be meant, and somebody should know |
| low | what one would expect after another change |

A risk that is there only if this node has an address that nobody listed is one step less severe, since there may be no such
address: a process of the node that sends from it, or an endpoint that is at it, of which the label says "at an unlisted
address" or "where an endpoint is an unlisted address". All addresses of the node in \`--node-ip\` or in its Node object decide it. A
node port is not meant: at the other addresses of this node, such as a second interface's, the rules open it, whoever listed them.

Risks come first in every format of [natc diff](diff.md), with the destinations, and with file and line of what somebody changed.

| code | severity | what |
|---|---|---|
${codes
  .map(
    (code) =>
      `| [${code}](#${code.toLowerCase()}-${riskEntry(code)
        .title.toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-')}) | ${riskEntry(code).severity} | ${riskEntry(code).title} |`,
  )
  .join('\n')}

${codes.map(section).join('\n')}`;

test('docs/risks.md says what the table says', () => {
  expectGolden('docs/risks.md', document);
});

test('codes are in order, and each severity is used', () => {
  expect(codes).toEqual(codes.toSorted());
  expect(new Set(codes.map((code) => riskEntry(code).severity))).toEqual(new Set(severities));
});
