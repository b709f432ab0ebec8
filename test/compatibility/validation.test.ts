import { describe, expect, test } from 'vitest';
import * as knownFields from '../../src/model/known-fields.ts';
import { modelOf } from '../support/findings.ts';
import { expectGolden } from '../support/golden.ts';
import { deviations } from './deviations.ts';
import { type Rule, validation } from './validation.ts';
import { objectWith } from './validation-bases.ts';

const rules = validation.flatMap((section) => section.rules);

const nameOf = ({ field }: Rule): string =>
  field.path
    .map((key) => (typeof key === 'number' ? '[]' : key.includes('/') ? `[${key}]` : `.${key}`))
    .join('')
    .slice(1);

const codesOf = (rule: Rule, value: unknown): readonly string[] =>
  modelOf([objectWith(rule.field, value)], { serviceCIDRs: ['172.30.0.0/16'] }).diagnostics.map(
    ({ code, severity }) => (severity === 'note' ? '' : code),
  );

describe.each(rules.map((rule) => [nameOf(rule), rule] as const))('%s', (_name, rule) => {
  test.each(rule.bad.map((value) => [value]))(`%j is refused: ${rule.rule}`, (value) => {
    expect(codesOf(rule, value)).toContain(rule.code);
  });

  test.each((rule.good ?? []).map((value) => [value]))(`%j is not: ${rule.rule}`, (value) => {
    expect(codesOf(rule, value)).not.toContain(rule.code);
  });
});

test('every field that a reader takes has a row', () => {
  const named = new Set(rules.flatMap(({ field }) => field.path));
  const given = rules.flatMap(({ bad, good = [] }) => JSON.stringify([bad, good]));
  const missing = Object.values(knownFields)
    .flatMap(({ read }) => read)
    .filter((key) => !named.has(key) && !given.some((text) => text.includes(`"${key}"`)));
  expect([...new Set(missing)]).toEqual([]);
});

test('docs/validation.md is made from the list of rules', () => {
  const sections = validation.map(
    (section) =>
      `## ${section.title}\n\n| field | the API server's rule | code |\n|---|---|---|\n${section.rules
        .map(row)
        .join('\n')}\n`,
  );
  const differs = deviations.map(({ name, reason }) => `- \`${name}\`: ${reason}`).join('\n');
  expectGolden('docs/validation.md', [head, ...sections, `${tail}${differs}\n`].join('\n'));
});

const row = (rule: Rule): string => {
  const own = rule.isOwn === true ? "natc's own rule: " : '';
  return `| \`${nameOf(rule)}\` | ${own}${rule.rule} | ${rule.code} |`;
};

const head = `# Validation

With \`--validate strict\`, the default of every command but \`natc apply\`, natc says of an object what the API
server of Kubernetes 1.37 says with the feature gates of that version, and \`kubectl apply\` with it: an error
where the server refuses, a warning where it warns. With \`--validate warn\` errors become warnings, and what cannot
be read lets in less, never more ([security](security.md#what---validate-warn-makes-of-what-it-cannot-read)).

The page is generated (\`npm run docs\`) from test/compatibility/validation.ts, and each row is tried with values that
it refuses and values that it takes. [fixtures/api-verdicts](../fixtures/api-verdicts/README.md) holds the verdicts of a
server on 249 objects, and 4,500 more made from valid ones; natc says the same of all but those at the end of this page.

Of Nodes only what natc reads is checked, and of managed fields only their types. Unknown fields are refused at any depth
(NATC2008), and so are fields given twice (NATC2124, in YAML NATC1015) and values of a wrong type (NATC2001). In YAML \`80\` and \`true\` are no strings: among labels,
annotations and selectors they need quotes.

What a server allocates natc cannot know, but for node ports, health-check node ports and cluster IPs that two Services
of the input claim (NATC2027, NATC2032), and what options tell: \`--service-node-port-range\` (NATC2026) and
\`--service-cidr\` (NATC2123). An object that has only a \`generateName\` is checked, and nothing is set up for it
(NATC2113).
`;

const tail = `## Where natc differs

`;
