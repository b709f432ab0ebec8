/** The traffic diff between the nftables and the iptables rules of one input: it has to be empty. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CompileOutput, compile } from '../../src/compile.ts';
import type { SourceObject } from '../../src/diagnostics/source.ts';
import type { Change } from '../../src/diff/change.ts';
import { diffBackends } from '../../src/diff/traffic.ts';
import type { IptablesRule, IptablesRuleset } from '../../src/iptables/ast.ts';
import { buildIptables } from '../../src/iptables/layout/build.ts';
import { kubeProxyConfigOf } from '../../src/model/kube-proxy-config.ts';
import { type CompileOptions, defaultOptions } from '../../src/options.ts';
import { nodeFacts } from '../../src/plan/node-facts.ts';
import { objectsOf } from '../support/objects.ts';
import { worlds } from '../support/worlds.ts';
import { compileValid, describeWorld } from '../support/worlds-compile.ts';
import { forAll } from '../support/worlds-property.ts';

const unchanged = (rule: IptablesRule): IptablesRule => rule;

/** @param edit what is to be wrong with the iptables rules */
function changesBetween(
  { cluster, settings, plan, ruleset }: CompileOutput,
  edit: (rule: IptablesRule) => IptablesRule = unchanged,
): readonly Change[] {
  const iptables = plan.families.map((family) => editRules(buildIptables(family), edit));
  const nodeAddresses = new Set([
    ...settings.nodeIPs.map(({ text }) => text),
    ...(nodeFacts(cluster, settings).node?.addresses ?? []),
  ]);
  return diffBackends({ nftables: ruleset, iptables }, nodeAddresses).changes;
}

const editRules = (
  ruleset: IptablesRuleset,
  edit: (rule: IptablesRule) => IptablesRule,
): IptablesRuleset => ({
  ...ruleset,
  tables: ruleset.tables.map((table) => ({
    ...table,
    chains: table.chains.map((chain) => ({ ...chain, rules: chain.rules.map(edit) })),
  })),
});

const compileFiles = (paths: readonly string[], options: Partial<CompileOptions>): CompileOutput =>
  compileSources(
    paths.flatMap((path) => objectsOf(readFileSync(path, 'utf8'), path)),
    options,
  );

function compileSources(
  objects: readonly SourceObject[],
  options: Partial<CompileOptions>,
): CompileOutput {
  const { output, diagnostics } = compile(objects, { ...defaultOptions, ...options });
  if (output === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return output;
}

const directory = 'fixtures/compile';

const compileFixture = (name: string): CompileOutput =>
  compileFiles(
    [join(directory, name, 'input.yaml')],
    JSON.parse(readFileSync(join(directory, name, 'options.json'), 'utf8')),
  );

const summaryOf = (changes: readonly Change[]) =>
  changes.map(({ type, service, destinations, clients, witness }) => ({
    type,
    service,
    destinations: destinations.map(({ label }) => label),
    clients,
    witness,
  }));

describe('no packet sees which backend it is', () => {
  test.each(readdirSync(directory).sort())('%s', (name) => {
    expect(summaryOf(changesBetween(compileFixture(name)))).toEqual([]);
  });

  test('the example application', () => {
    const config = 'fixtures/example/kube-proxy.yaml';
    const { options } = kubeProxyConfigOf(
      objectsOf(readFileSync(config, 'utf8'), config),
      'kube-proxy.yaml',
    );
    const manifests = readdirSync('fixtures/example/manifests', {
      recursive: true,
      encoding: 'utf8',
    })
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => join('fixtures/example/manifests', name));
    expect(summaryOf(changesBetween(compileFiles(manifests, options)))).toEqual([]);
  });

  // Were 172.30.0.41 an address of the node too, nftables alone would masquerade (docs/iptables.md).
  test('a cluster IP is not taken for an address of the node', () => {
    const objects = objectsOf(
      `
apiVersion: v1
kind: Service
metadata: { name: idle, namespace: shop }
spec: { clusterIP: 172.30.0.41, ports: [{ port: 30080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec:
  type: NodePort
  clusterIP: 172.30.0.42
  externalTrafficPolicy: Local
  ports: [{ port: 80, nodePort: 30080 }]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: web-a, namespace: shop, labels: { kubernetes.io/service-name: web } }
addressType: IPv4
endpoints: [{ addresses: [10.180.0.1], nodeName: node-a }]
ports: [{ port: 8080 }]
`,
      'cluster-ip-port-is-node-port.yaml',
    );
    const options = { nodeName: 'node-a', nodeIPs: ['192.168.0.11'], masqueradeAll: true };
    expect(summaryOf(changesBetween(compileSources(objects, options)))).toEqual([]);
  });

  test('in generated worlds', () => {
    forAll(worlds, 40, (world) => {
      const changes = changesBetween(compileValid(world));
      return changes.length === 0
        ? undefined
        : `${JSON.stringify(summaryOf(changes))}\n${describeWorld(world)}`;
    });
  });
});

describe('a backend that goes wrong is found out', () => {
  const edits: readonly (readonly [string, string, (rule: IptablesRule) => IptablesRule])[] = [
    [
      'cluster-ip',
      'ENDPOINTS_CHANGED',
      ({ target, ...rule }) => ({
        ...rule,
        target: target.kind === 'dnat' ? { ...target, port: target.port + 1 } : target,
      }),
    ],
    [
      'without-endpoints',
      'DROP_BEGINS',
      ({ target, ...rule }) => ({
        ...rule,
        target: target.kind === 'reject' ? { kind: 'drop' } : target,
      }),
    ],
    [
      'session-affinity',
      'AFFINITY_ENDS',
      ({ matches, ...rule }) => ({
        ...rule,
        matches: matches.filter(({ kind }) => kind !== 'recent-set'),
      }),
    ],
    [
      'session-affinity',
      'AFFINITY_TIMEOUT_CHANGED',
      ({ matches, ...rule }) => ({
        ...rule,
        matches: matches.map((match) =>
          match.kind === 'recent-rcheck' ? { ...match, seconds: 1 } : match,
        ),
      }),
    ],
  ];

  test.each(edits)('%s: %s', (name, type, edit) => {
    const types = changesBetween(compileFixture(name), edit).map((change) => change.type);
    expect(types).toContain(type);
  });
});
