import { parseCidr } from '../net/cidr.ts';
import type { CompileOptions } from '../options.ts';
import { type OptionPlaces, optionOf, readAddresses, readCidrs } from './option-values.ts';
import type { Report } from './report.ts';
import type { NodePortAddress, Settings } from './settings.ts';

/** Validates the options. */
export function readSettings(
  options: CompileOptions,
  places: OptionPlaces,
  report: Report,
): Settings {
  const option = (key: keyof CompileOptions) => optionOf(key, places, report);
  return {
    nodePortAddresses: options.nodePortAddresses.flatMap((value): readonly NodePortAddress[] => {
      if (value === 'primary' || value === 'localhost' || value === 'all') return [{ kind: value }];
      const cidr = parseCidr(value);
      return cidr === undefined ? [] : [{ kind: 'cidr', cidr }];
    }),
    localhostNodePorts: options.localhostNodePorts,
    serviceCIDRs: readCidrs(option('serviceCIDRs'), options.serviceCIDRs),
    nodeName: options.nodeName?.trim().toLowerCase() || undefined,
    nodeIPs: readAddresses(option('nodeIPs'), options.nodeIPs),
    zone: options.zone,
    detectLocalMode: options.detectLocalMode,
    clusterCIDRs: readCidrs(option('clusterCIDRs'), options.clusterCIDRs),
    podCIDRs: readCidrs(option('podCIDRs'), options.podCIDRs),
    podBridgeInterface: options.podBridgeInterface,
    podInterfaceNamePrefix: options.podInterfaceNamePrefix,
    masqueradeAll: options.masqueradeAll,
    masqueradeBit: options.masqueradeBit,
    serviceProxyName: options.serviceProxyName,
    families: options.families,
    validate: options.validate,
  };
}
