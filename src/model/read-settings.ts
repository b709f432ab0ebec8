import { quote } from '../diagnostics/quote.ts';
import type { CompileOptions } from '../options.ts';
import { readInterface } from './interface-option.ts';
import { labelValueRule, subdomainRule } from './names.ts';
import { readNodePortAddresses } from './node-port-addresses.ts';
import { checkPortRange, readMasqueradeBit } from './number-options.ts';
import {
  failOption,
  type Option,
  type OptionPlaces,
  optionOf,
  readAddresses,
  readCidrs,
  readFirstCidrs,
} from './option-values.ts';
import type { Report } from './report.ts';
import type { ExternalIPPolicy, Settings } from './settings.ts';

/**
 * Validates the options. A bad value is an error in either mode of `--validate`, and left out of the
 * settings; the plan stage speaks of values that are valid but do not do what one may expect.
 */
export function readSettings(
  options: CompileOptions,
  places: OptionPlaces,
  report: Report,
): Settings {
  const option = (key: keyof CompileOptions): Option => optionOf(key, places, report);
  const { detectLocalMode } = options;
  checkPortRange(option('serviceNodePortRange'), options.serviceNodePortRange);
  return {
    nodePortAddresses: readNodePortAddresses(
      option('nodePortAddresses'),
      options.nodePortAddresses,
    ),
    localhostNodePorts: options.localhostNodePorts,
    serviceCIDRs: readCidrs(option('serviceCIDRs'), options.serviceCIDRs),
    nodeName: readNodeName(option('nodeName'), options.nodeName),
    nodeIPs: readAddresses(option('nodeIPs'), options.nodeIPs),
    zone: readZone(option('zone'), options.zone),
    detectLocalMode,
    clusterCIDRs: readFirstCidrs(option('clusterCIDRs'), options.clusterCIDRs),
    podCIDRs: readFirstCidrs(option('podCIDRs'), options.podCIDRs),
    podBridgeInterface: readInterface(
      option('podBridgeInterface'),
      options.podBridgeInterface,
      detectLocalMode === 'BridgeInterface' ? option('detectLocalMode') : undefined,
    ),
    podInterfaceNamePrefix: readInterface(
      option('podInterfaceNamePrefix'),
      options.podInterfaceNamePrefix,
      detectLocalMode === 'InterfaceNamePrefix' ? option('detectLocalMode') : undefined,
    ),
    masqueradeAll: options.masqueradeAll,
    masqueradeBit: readMasqueradeBit(option('masqueradeBit'), options.masqueradeBit),
    serviceProxyName: options.serviceProxyName,
    families: options.families,
    externalIPs: readExternalIPs(option('externalIPs'), options.externalIPs),
    endpointsOutside: options.endpointsOutside,
    validate: options.validate,
  };
}

/** One word, or networks. */
function readExternalIPs(option: Option, values: readonly string[]): ExternalIPPolicy {
  const [word] = values;
  if (values.length === 1 && (word === 'allow' || word === 'warn' || word === 'deny'))
    return { kind: word };
  // Nothing in the list: nothing is let in.
  return { kind: 'only', cidrs: readCidrs(option, values, 'allow, warn, deny or CIDRs') };
}

/** Trimmed and lower-cased, as kube-proxy does with `--hostname-override`. */
function readNodeName(option: Option, value: string | undefined): string | undefined {
  const name = value?.trim().toLowerCase();
  if (name === undefined || value === undefined || subdomainRule.matches(name)) return name;
  return failOption(option, value, {
    code: 'NATC2083',
    message: `${option.name} must be ${subdomainRule.expected}, got ${quote(value)}`,
    hint: 'give the name of the Node object ("kubectl get nodes")',
  });
}

/** The value of a Node's label (Q5): nothing else can be equal to it. Empty is not known. */
function readZone(option: Option, value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (labelValueRule.matches(value)) return value;
  return failOption(option, value, {
    code: 'NATC2087',
    message: `${option.name} must be ${labelValueRule.expected}, got ${quote(value)}`,
    hint: 'give the label topology.kubernetes.io/zone of the Node ("kubectl get nodes -L topology.kubernetes.io/zone")',
  });
}
