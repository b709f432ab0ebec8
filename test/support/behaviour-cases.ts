/** The behaviour cases of semantics.md section 17: what they hold, and natc's options for their nodes. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Protocol } from '../../src/net/family.ts';
import { type CompileOptions, type DetectLocalMode, defaultOptions } from '../../src/options.ts';

export interface BehaviourCase {
  readonly name: string;
  readonly node: CaseNode;
  /** Kubernetes objects. */
  readonly input: readonly object[];
  readonly flows: readonly Flow[];
}

/** The `node` record (17.1). */
export interface CaseNode {
  readonly hostname?: string;
  readonly nodeIPs?: readonly string[];
  readonly localIPs: readonly string[];
  readonly detectLocalMode: DetectLocalMode;
  readonly clusterCIDRs?: readonly string[];
  readonly podCIDRs?: readonly string[];
  readonly bridgeInterface?: string;
  readonly interfaceNamePrefix?: string;
  readonly serviceCIDRs?: readonly string[];
  readonly nodePortAddresses?: readonly string[];
  readonly masqueradeAll?: boolean;
  readonly zone?: string;
  readonly localhostNodePorts?: boolean;
}

/** The first packet of a connection and what must become of it (17.2). */
export interface Flow {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly iif?: string;
  /** 20 connections from this source all reach one of the listed endpoints. */
  readonly sticky?: boolean;
  readonly expect: Expectation;
}

export type Expectation =
  | 'reject'
  | 'drop'
  | 'pass'
  | {
      /** `ip:port` or `[ip]:port`: where connections may go. */
      readonly dnat: readonly string[];
      readonly masquerade: boolean;
      /** Those of `dnat` that are masqueraded although `masquerade` is false. */
      readonly hairpin?: readonly string[];
    };

const directory = new URL('../../../shared/cases/', import.meta.url);

/** File names, sorted; empty where the folder is absent. */
export const caseFiles: readonly string[] = existsSync(directory)
  ? readdirSync(directory)
      .filter((name) => name.endsWith('.yaml'))
      .sort()
  : [];

export function readCase(file: string): BehaviourCase {
  const text = readFileSync(new URL(file, directory), 'utf8');
  const { input, flows, ...rest } = parse(text) as BehaviourCase;
  return { ...rest, input: input ?? [], flows: flows ?? [] };
}

/** `--validate warn --service-node-port-range 1-65535` and the flags for the node. */
export function caseOptions(node: CaseNode): CompileOptions {
  return {
    ...defaultOptions,
    nodePortAddresses: node.nodePortAddresses ?? [],
    localhostNodePorts: node.localhostNodePorts ?? true,
    serviceCIDRs: node.serviceCIDRs ?? [],
    nodeName: node.hostname,
    nodeIPs: node.nodeIPs ?? [],
    zone: node.zone,
    detectLocalMode: node.detectLocalMode,
    clusterCIDRs: node.clusterCIDRs ?? [],
    podCIDRs: node.podCIDRs ?? [],
    podBridgeInterface: node.bridgeInterface ?? '',
    podInterfaceNamePrefix: node.interfaceNamePrefix ?? '',
    masqueradeAll: node.masqueradeAll ?? false,
    serviceNodePortRange: { first: 1, last: 65535 },
    validate: 'warn',
  };
}

/** The same as {@link caseOptions}, as command-line flags. */
export function caseFlags(node: CaseNode): readonly string[] {
  const list = (flag: string, values: readonly string[] | undefined) =>
    values === undefined || values.length === 0 ? [] : [flag, values.join(',')];
  const one = (flag: string, value: string | undefined) => (value ? [flag, value] : []);
  return [
    ...['--validate', 'warn', '--service-node-port-range', '1-65535'],
    ...list('--nodeport-addresses', node.nodePortAddresses),
    ...['--localhost-nodeports', `${node.localhostNodePorts ?? true}`],
    ...list('--service-cidr', node.serviceCIDRs),
    ...one('--node-name', node.hostname),
    ...list('--node-ip', node.nodeIPs),
    ...one('--zone', node.zone),
    ...one('--detect-local-mode', node.detectLocalMode),
    ...list('--cluster-cidr', node.clusterCIDRs),
    ...list('--pod-cidr', node.podCIDRs),
    ...one('--pod-bridge-interface', node.bridgeInterface),
    ...one('--pod-interface-name-prefix', node.interfaceNamePrefix),
    ...(node.masqueradeAll ? ['--masquerade-all'] : []),
  ];
}
