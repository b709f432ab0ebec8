/** The behaviour cases (fixtures/cases). */
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type CompileOptions, defaultOptions } from '../../src/options.ts';
import type { Manifest } from '../oracle/manifest.ts';
import type { NodeRecord, Outcome, Packet } from '../oracle/world.ts';

export interface CaseFile {
  readonly name: string;
  readonly node: NodeRecord;
  readonly input: readonly Manifest[];
  readonly flows: readonly Flow[];
}

export interface Flow extends Packet {
  readonly name: string;
  /** 20 connections from this source all reach one and the same of the listed endpoints. */
  readonly sticky?: boolean;
  readonly expect: Expectation;
}

/** The `expect` of a flow, see fixtures/cases/README.md. */
export type Expectation =
  | 'reject'
  | 'drop'
  | 'pass'
  | {
      readonly dnat: readonly string[];
      readonly masquerade: boolean;
      readonly hairpin?: readonly string[];
    };

const directory = new URL('../../fixtures/cases/', import.meta.url);

/** Names of all case files. */
export const caseNames: readonly string[] = readdirSync(directory)
  .filter((name) => name.endsWith('.yaml'))
  .sort();

export function readCase(name: string): CaseFile {
  const file = parse(readFileSync(new URL(name, directory), 'utf8'));
  return { ...file, input: file.input ?? [] };
}

/** The options that make natc see the node of a case, as the cases want it run. */
export const optionsOfNode = (node: NodeRecord): CompileOptions => ({
  ...defaultOptions,
  validate: 'warn',
  serviceNodePortRange: { first: 1, last: 65535 },
  nodePortAddresses: node.nodePortAddresses,
  localhostNodePorts: node.localhostNodePorts ?? true,
  serviceCIDRs: node.serviceCIDRs,
  nodeName: node.hostname,
  nodeIPs: node.nodeIPs ?? [],
  zone: node.zone,
  detectLocalMode: node.detectLocalMode,
  clusterCIDRs: node.clusterCIDRs ?? [],
  podCIDRs: node.podCIDRs ?? [],
  podBridgeInterface: node.bridgeInterface ?? '',
  podInterfaceNamePrefix: node.interfaceNamePrefix ?? '',
  masqueradeAll: node.masqueradeAll,
  serviceProxyName: node.serviceProxyName,
  families: node.families ?? ['IPv4', 'IPv6'],
});

/** An outcome in the words of the case files. */
export function expectationOf(outcome: Outcome): Expectation {
  if (outcome.kind !== 'dnat') return outcome.kind;
  const dnat = outcome.endpoints.map((candidate) => candidate.endpoint);
  const hairpin = outcome.endpoints
    .filter((candidate) => candidate.masquerade)
    .map((candidate) => candidate.endpoint);
  const masquerade = hairpin.length === dnat.length;
  return masquerade || hairpin.length === 0 ? { dnat, masquerade } : { dnat, masquerade, hairpin };
}
