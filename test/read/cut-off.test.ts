/** What is left of YAML that was cut off is YAML: it must not pass for the whole. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compile } from '../../src/compile.ts';
import { type Diagnostic, hasErrors } from '../../src/diagnostics/diagnostic.ts';
import { renderNft } from '../../src/nftables/render/nft.ts';
import { defaultOptions } from '../../src/options.ts';
import { refusingCutOff } from '../../src/read/cut-off.ts';
import { readText } from '../support/read.ts';

const findings = (text: string): readonly Diagnostic[] => {
  const { diagnostics, cutOff } = readText(text);
  return [...diagnostics, ...cutOff];
};

const codesOf = (text: string): readonly string[] => findings(text).map(({ code }) => code);

/** The ruleset as apply would compile it; undefined where it refuses the text. */
function applied(text: string): string | undefined {
  const { objects } = readText(text);
  if (hasErrors(refusingCutOff(findings(text)))) return undefined;
  const { output } = compile(objects, { ...defaultOptions, validate: 'warn' });
  return output === undefined ? undefined : renderNft(output.ruleset);
}

const manifests = ['several-slices', 'session-affinity', 'dual-stack'].map(
  (name) => `fixtures/compile/${name}/input.yaml`,
);

test.each(manifests)('no prefix of %s but of whole lines is applied', (path) => {
  const text = readFileSync(path, 'utf8');
  const whole = applied(text);
  expect(whole).toBeDefined();
  for (let end = 1; end < text.length; end++) {
    const prefix = text.slice(0, end);
    if (!prefix.endsWith('\n')) expect([prefix, applied(prefix)]).toEqual([prefix, undefined]);
  }
});

const service = `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { clusterIP: 172.30.0.10, ports: [{ port: 80 }] }
`;
const json = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { clusterIP: '172.30.0.10', ports: [{ port: 80 }] },
});
const flow = service
  .replace(/^/, '{')
  .replaceAll(/\n(?=.)/g, ', ')
  .trimEnd()
  .concat('}');

test.each([
  ['a value', service.trimEnd()],
  ['indentation', `${service}    `],
  ['a comment', `${service}# to be`],
  ['a block scalar', `${service}data: |\n  one\n  tw`],
  ['a marker', `${service}---`],
  ['half a marker', `${service}--`],
  ['the end of a document', `${service}...`],
  ['a comment after YAML in flow style', `${flow}\n# to be`],
])('a text that ends with %s and without a line feed is doubtful', (_, text) => {
  expect(codesOf(text)).toContain('NATC1051');
  expect(codesOf(`${text}\n`)).not.toContain('NATC1051');
});

test.each([
  ['JSON', json],
  ['a stream of JSON', `${json}\n${json.replaceAll('web', 'api').replace('.10', '.11')}`],
  ['JSON after a marker', `---\n${json}`],
  ['YAML in flow style', flow],
  ['a line feed', service],
  ['carriage returns and line feeds', service.replaceAll('\n', '\r\n')],
  ['an end of the document', `${service}...\n`],
  ['an empty line', `${service}\n`],
  ['a marker, as hand-written manifests do', `${service}---\n`],
])('a text that ends with %s is not', (_, text) => {
  expect(codesOf(text)).toEqual([]);
});
