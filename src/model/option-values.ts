import type { Place } from '../diagnostics/diagnostic.ts';
import { quote } from '../diagnostics/quote.ts';
import { type Address, parseAddress } from '../net/address.ts';
import { addressBits, type Cidr, parseCidr } from '../net/cidr.ts';
import type { CompileOptions } from '../options.ts';
import type { Problem, Report } from './report.ts';

/** One option: its values come from the command line, or from a field of a KubeProxyConfiguration. */
export interface Option {
  /** As messages name it, e.g. `--cluster-cidr`. */
  readonly flag: string;
  /** Where one of its values stands. */
  readonly place: (value: string) => Place;
  readonly report: Report;
}

/** The flag that sets each option. */
export const optionFlags = {
  nodePortAddresses: '--nodeport-addresses',
  localhostNodePorts: '--localhost-nodeports',
  serviceCIDRs: '--service-cidr',
  nodeName: '--node-name',
  nodeIPs: '--node-ip',
  zone: '--zone',
  detectLocalMode: '--detect-local-mode',
  clusterCIDRs: '--cluster-cidr',
  podCIDRs: '--pod-cidr',
  podBridgeInterface: '--pod-bridge-interface',
  podInterfaceNamePrefix: '--pod-interface-name-prefix',
  masqueradeAll: '--masquerade-all',
  masqueradeBit: '--masquerade-bit',
  serviceNodePortRange: '--service-node-port-range',
  validate: '--validate',
  serviceProxyName: '--service-proxy-name',
  families: '--ip-family',
} as const satisfies Record<keyof CompileOptions, string>;

export type OptionPlaces = ReadonlyMap<keyof CompileOptions, Place>;

export function optionOf(key: keyof CompileOptions, places: OptionPlaces, report: Report): Option {
  const flag = optionFlags[key];
  const known = places.get(key);
  return {
    flag,
    place: (value) => known ?? { kind: 'option', option: flag, value },
    report,
  };
}

/** A bad option stops natc whatever `--validate` says: it is no object to be left out. */
export const failOption = (option: Option, value: string, problem: Problem): undefined =>
  void option.report.fail(option.place(value), problem);

/** Reads every value as a CIDR; those that are none are reported and left out. */
export const readCidrs = (option: Option, values: readonly string[]): readonly Cidr[] =>
  values.flatMap((value) => {
    const cidr = readCidr(option, value, 'a CIDR');
    return cidr === undefined ? [] : [cidr];
  });

export function readCidr(option: Option, value: string, expected: string): Cidr | undefined {
  const cidr = parseCidr(value);
  if (cidr !== undefined) return cidr;
  const address = parseAddress(value);
  return failOption(option, value, {
    code: 'NATC2080',
    message: `${option.flag} must be ${expected}, got ${quote(value)}`,
    ...(address === undefined
      ? {}
      : { hint: `for this one address write ${address.text}/${addressBits(address.family)}` }),
  });
}

/** Reads every value as an address; those that are none are reported and left out. */
export const readAddresses = (option: Option, values: readonly string[]): readonly Address[] =>
  values.flatMap((value) => {
    const address = parseAddress(value);
    if (address !== undefined) return [address];
    failOption(option, value, {
      code: 'NATC2080',
      message: `${option.flag} must be an IP address, got ${quote(value)}`,
    });
    return [];
  });
