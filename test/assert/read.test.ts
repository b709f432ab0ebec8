/** Files of assertions: what is wrong with one is told at its place, and the schema agrees. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { assertionsOf } from '../../src/assert/read-assertions.ts';
import { locate } from '../../src/read/locate.ts';
import { readAssertionText } from '../support/assertions.ts';
import { type Schema, schemaProblems } from '../support/json-schema.ts';

const schema = JSON.parse(readFileSync('docs/assert/assertions.schema.json', 'utf8')) as Schema;
const head = 'apiVersion: natc.dev/v1alpha1\nkind: Assertions\nassertions:\n';

/** A rule, the code, what is pointed at, and part of the message and hint. */
const mistakes: readonly (readonly [rule: string, code: string, at: string, says: string])[] = [
  ['{from: outside, mustNotReach: anything}', 'NATC6103', '{', 'has no name'],
  ['{name: a}', 'NATC6103', '{', 'says nothing'],
  [
    '{name: a, from: pods, mustReach: {service: a/b}, mustNotReach: anything}',
    'NATC6103',
    'mustNotReach',
    'mustReach and mustNotReach',
  ],
  ['{name: a, mustNotReach: anything}', 'NATC6103', '{', 'needs from'],
  [
    '{name: a, from: pods, mustNotReech: anything}',
    'NATC6101',
    'mustNotReech',
    'did you mean mustNotReach?',
  ],
  [
    '{name: a, from: pods, mustNotReach: anything, atLeast: 2}',
    'NATC6101',
    'atLeast',
    'unknown key "atLeast"',
  ],
  ['{name: a, form: pods, mustNotReach: anything}', 'NATC6101', 'form', 'did you mean from?'],
  [
    '{name: a, from: outsid, mustNotReach: anything}',
    'NATC6102',
    'outsid',
    'did you mean outside?',
  ],
  [
    '{name: a, from: internet, mustNotReach: anything}',
    'NATC6102',
    'internet',
    'did you mean outside?',
  ],
  [
    '{name: a, from: 10.0.0.0/40, mustNotReach: anything}',
    'NATC6102',
    '10.0.0.0/40',
    'got "10.0.0.0/40"',
  ],
  [
    '{name: a, from: [pods, {namespace: a, service: a/b}], mustNotReach: anything}',
    'NATC6102',
    '{namespace',
    'one of them',
  ],
  [
    '{name: a, from: pods, mustNotReach: everything}',
    'NATC6102',
    'everything',
    'anything, or a mapping',
  ],
  [
    '{name: a, from: pods, mustNotReach: shop/web}',
    'NATC6102',
    'shop/web',
    'did you mean {service: shop/web}?',
  ],
  ['{name: a, from: pods, mustNotReach: before}', 'NATC6102', 'before', 'mayReachOnly'],
  ['{name: a, from: pods, mustReach: anything}', 'NATC6102', 'anything', 'certain destinations'],
  ['{name: a, from: pods, mustReach: {service: web}}', 'NATC6102', 'web', 'did you mean "*/web"?'],
  [
    '{name: a, from: pods, mustReach: {service: a/b, port: 80}}',
    'NATC6101',
    'port',
    'did you mean ports?',
  ],
  [
    '{name: a, from: pods, mustReach: {service: a/b, ports: 80000}}',
    'NATC6102',
    '80000',
    'or the name of a port',
  ],
  [
    '{name: a, from: pods, mustReach: {address: 10.0.0.256}}',
    'NATC6102',
    '10.0.0.256',
    'an IP address or a CIDR',
  ],
  ['{name: a, from: pods, mustReach: {nodePorts: many}}', 'NATC6102', 'many', 'all, or a port'],
  [
    '{name: a, from: pods, mustReach: {kind: loadbalancer}}',
    'NATC6102',
    'loadbalancer',
    'did you mean LoadBalancer?',
  ],
  ['{name: a, mustHaveEndpoints: 0}', 'NATC6102', '0', 'a number such as 2'],
  ['{name: a, mustHaveEndpoints: {ofBefore: most}}', 'NATC6102', 'most', 'half, all, 2/3, 50%'],
  ['{name: a, externalIPsMustBeIn: []}', 'NATC6102', '[', 'at least one entry'],
  ['{name: a, nodePortsMustBeIn: 32767-30000}', 'NATC6102', '32767-30000', 'a range of ports'],
  ['{name: a, mayBeAnsweredOnlyBy: a/b}', 'NATC6103', '{', 'needs addresses'],
];

describe('what is wrong is told at its place', () => {
  test.each(mistakes)('%s', (rule, code, at, says) => {
    const { diagnostics } = readAssertionText(`- ${rule}\n`);
    const found = diagnostics.map((each) => ({
      code: each.code,
      line: locate(each.places[0]!)?.line,
      column: locate(each.places[0]!)?.column,
      says: `${each.message}; ${each.hint}`.includes(says),
    }));
    const column = `- ${rule}`.indexOf(at) + 1;
    expect(found).toContainEqual({ code, line: 4, column, says: true });
    // Which addresses and ranges there are, a pattern does not say.
    const isBeyond = ['10.0.0.0/40', '10.0.0.256', '32767-30000'].includes(at);
    const problems = schemaProblems(parse(`${head}- ${rule}\n`), schema);
    expect(problems.length > 0).toBe(!isBeyond);
  });

  test('two of one name', () => {
    const { diagnostics } = readAssertionText(
      '- {name: a, mustHaveEndpoints: 1}\n- {name: a, mustHaveEndpoints: 2}\n',
    );
    expect(diagnostics.map(({ code, places }) => [code, places.length])).toEqual([['NATC6103', 2]]);
  });

  test('a file of something else', () => {
    const { diagnostics } = assertionsOf([], 'web.yaml');
    expect(diagnostics.map(({ code }) => code)).toEqual(['NATC6100']);
  });
});

describe('the schema takes what natc takes', () => {
  const good = [
    '{name: a, reason: b, from: [outside, 10.0.0.0/8, {namespace: shop}], exceptFrom: {service: "*/a"}, mustNotReach: anything, except: [{service: a/b, ports: [http, 80, 53/UDP]}]}',
    '{name: a, from: "::1", mustReach: {address: [10.0.0.1, "fd00::/8"], ports: 1-5}, clusterIPs: true}',
    '{name: a, from: pods, mayReachOnly: [before, {nodePorts: all}, {kind: [ClusterIP, NodePort]}]}',
    '{name: a, from: node, mustKeepClientAddress: {namespace: a}}',
    '{name: a, services: a/*, exceptServices: [a/b], from: pods, mustHaveEndpoints: {atLeast: 2, ofBefore: 50%}}',
    '{name: a, mustHaveEndpoints: {ofBefore: 2/3}}',
    '{name: a, services: "*", externalIPsMustBeIn: 10.0.0.0/8}',
    '{name: a, loadBalancerIPsMustBeIn: [10.0.0.1, "fd00::/8"]}',
    '{name: a, nodePortsMustBeIn: [30000-30100/TCP, 30200]}',
    '{name: a, addresses: [10.0.0.1, {service: a/b}], mayBeAnsweredOnlyBy: [a/b, c/*]}',
  ];
  test.each(good)('%s', (rule) => {
    expect(readAssertionText(`- ${rule}\n`).diagnostics).toEqual([]);
    expect(schemaProblems(parse(`${head}- ${rule}\n`), schema)).toEqual([]);
  });

  const sets = readdirSync('docs/assert').filter((name) => name.endsWith('.yaml'));
  test.each(sets)('docs/assert/%s', (name) => {
    const text = readFileSync(`docs/assert/${name}`, 'utf8');
    expect(readAssertionText(text).diagnostics).toEqual([]);
    expect(schemaProblems(parse(text), schema)).toEqual([]);
  });

  test('the example of docs/assert.md', () => {
    const text = /```yaml\n([\s\S]*?)```/.exec(readFileSync('docs/assert.md', 'utf8'))![1]!;
    expect(readAssertionText(text).diagnostics).toEqual([]);
    expect(schemaProblems(parse(text), schema)).toEqual([]);
  });
});
