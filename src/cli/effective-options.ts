import { type CompileOptions, defaultOptions } from '../options.ts';
import type { CompileFlags } from './shared-options.ts';

export type OptionOrigin = 'default' | 'config' | 'flag';

/** Options as they will be used, and which layer each value comes from. */
export interface EffectiveOptions {
  readonly options: CompileOptions;
  readonly origins: Readonly<Record<keyof CompileOptions, OptionOrigin>>;
}

/**
 * Nobody who may create an object may stop a node: apply leaves out what cannot be read, with a warning.
 */
export const applyDefaults: Partial<CompileOptions> = { validate: 'warn' };

/**
 * Lays the layers over one another: the file over the defaults, the flags over both.
 *
 * @param defaults of the command, where they differ from those of the rest
 */
export function effectiveOptions(
  config: Partial<CompileOptions>,
  flags: Partial<CompileOptions>,
  defaults: Partial<CompileOptions> = {},
): EffectiveOptions {
  const originOf = (name: string): OptionOrigin =>
    name in flags ? 'flag' : name in config ? 'config' : 'default';
  return {
    options: { ...defaultOptions, ...defaults, ...config, ...flags },
    origins: Object.fromEntries(
      Object.keys(defaultOptions).map((name) => [name, originOf(name)]),
    ) as Record<keyof CompileOptions, OptionOrigin>,
  };
}

/** The options that flags set; one that was not given is absent. */
export function optionsFromFlags(flags: CompileFlags): Partial<CompileOptions> {
  const { nodeportAddresses, localhostNodeports, serviceCidr, nodeIp, zone } = flags;
  const { clusterCidr, podCidr, detectLocalMode, masqueradeAll, masqueradeBit } = flags;
  const { podBridgeInterface, podInterfaceNamePrefix, serviceNodePortRange } = flags;
  const { validate, externalIps, endpointsOutside, serviceProxyName, ipFamily } = flags;
  const nodeName = flags.nodeName ?? flags.hostnameOverride;
  return {
    ...(nodeportAddresses && { nodePortAddresses: nodeportAddresses }),
    ...(localhostNodeports !== undefined && { localhostNodePorts: localhostNodeports }),
    ...(serviceCidr && { serviceCIDRs: serviceCidr }),
    ...(nodeName !== undefined && { nodeName }),
    ...(nodeIp && { nodeIPs: nodeIp }),
    ...(zone !== undefined && { zone }),
    ...(detectLocalMode && { detectLocalMode }),
    ...(clusterCidr && { clusterCIDRs: clusterCidr }),
    ...(podCidr && { podCIDRs: podCidr }),
    ...(podBridgeInterface !== undefined && { podBridgeInterface }),
    ...(podInterfaceNamePrefix !== undefined && { podInterfaceNamePrefix }),
    ...(masqueradeAll !== undefined && { masqueradeAll }),
    ...(masqueradeBit !== undefined && { masqueradeBit }),
    ...(serviceNodePortRange && { serviceNodePortRange }),
    ...(validate && { validate }),
    ...(externalIps && { externalIPs: externalIps }),
    ...(endpointsOutside && { endpointsOutside }),
    ...(serviceProxyName !== undefined && { serviceProxyName }),
    ...(ipFamily && { families: ipFamily }),
  };
}
