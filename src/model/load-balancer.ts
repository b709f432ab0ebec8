import { parseAddress } from '../net/address.ts';
import { readAddress, readUnicastAddress } from './address-field.ts';
import { readCidr } from './cidr-field.ts';
import type { LoadBalancerIngress, Service } from './cluster.ts';
import { isUnreadable, sayClosed } from './fail-closed.ts';
import { at, atKey, type Fields, rawField } from './fields.ts';
import { ingressFields, loadBalancerFields, serviceStatusFields } from './known-fields.ts';
import { readName, subdomainRule } from './names.ts';
import { checkFields } from './shapes.ts';
import { mapField, mappingList, oneOf, stringField, stringList } from './typed-fields.ts';

export interface ReadIngress {
  readonly entries: readonly LoadBalancerIngress[];
  /** Every load-balancer IP that was given is among them, with its mode. */
  readonly isWhole: boolean;
}

/** Reads `status.loadBalancer.ingress` (F5, D3). */
export function readIngress(root: Fields): ReadIngress {
  const status = mapField(root, 'status');
  if (status === undefined) return { entries: [], isWhole: !isUnreadable(root, 'status', status) };
  checkFields(status, serviceStatusFields);
  const loadBalancer = mapField(status, 'loadBalancer');
  if (loadBalancer === undefined)
    return { entries: [], isWhole: !isUnreadable(status, 'loadBalancer', loadBalancer) };
  checkFields(loadBalancer, loadBalancerFields);
  let isWhole = true;
  const entries = mappingList(loadBalancer, 'ingress', (entry, index) => {
    const ingress = readIngressEntry(entry, index);
    if (
      isUnreadable(entry, 'ip', ingress.ip) ||
      (ingress.ipMode === 'Proxy' && rawField(entry, 'ipMode') !== 'Proxy')
    )
      isWhole = false;
    return ingress;
  });
  const given = rawField(loadBalancer, 'ingress');
  const isList = given === undefined || (Array.isArray(given) && given.length === entries.length);
  return { entries, isWhole: isWhole && isList };
}

/**
 * `spec.externalIPs`. One of them may be a load-balancer IP too, which `loadBalancerSourceRanges` guards:
 * where the load-balancer IPs cannot be read whole, and ranges are given, none is served (ND10).
 */
export function readExternalIPs(spec: Fields, ingress: ReadIngress): readonly string[] {
  const key = 'externalIPs';
  const addresses = stringList(
    spec,
    key,
    (text, index) => readUnicastAddress(spec, [key, index], text)?.text,
  );
  const ranges = rawField(spec, 'loadBalancerSourceRanges');
  const areGuarded = ranges !== undefined && !(Array.isArray(ranges) && ranges.length === 0);
  if (ingress.isWhole || !areGuarded || addresses.length === 0) return addresses;
  sayClosed(
    spec,
    [key],
    'external IPs are not served: one of them may be a load-balancer IP that could not be read, which loadBalancerSourceRanges guards',
  );
  return [];
}

function readIngressEntry(entry: Fields, index: number): LoadBalancerIngress {
  checkFields(entry, ingressFields);
  const ip = stringField(entry, 'ip') || undefined;
  const hostname = stringField(entry, 'hostname') || undefined;
  return {
    index,
    ip: ip && readAddress(entry, ['ip'], ip, 'silent')?.text,
    hostname: hostname && readHostname(entry, hostname),
    ipMode: readIpMode(entry, ip),
  };
}

function readHostname(entry: Fields, text: string): string | undefined {
  const hostname = readName(entry, ['hostname'], text, subdomainRule);
  if (hostname === undefined || parseAddress(hostname) === undefined) return hostname;
  entry.report.refuse(at(entry, 'hostname'), {
    code: 'NATC2005',
    message: `hostname must be a name in the DNS, got the address ${hostname}`,
    hint: 'set ip instead',
  });
  return undefined;
}

/** V18. An entry of unknown mode is no VIP, hence gives no rules (L2, L3). */
function readIpMode(entry: Fields, ip: string | undefined): LoadBalancerIngress['ipMode'] {
  if (rawField(entry, 'ipMode') === undefined) return 'VIP';
  if (ip === undefined) {
    entry.report.refuse(atKey(entry, 'ipMode'), {
      code: 'NATC2044',
      message: 'ipMode must not be set without ip',
      hint: 'remove it, or set ip',
    });
  }
  const text = stringField(entry, 'ipMode');
  const mode = text === undefined ? undefined : oneOf(entry, ['ipMode'], text, ['VIP', 'Proxy']);
  if (mode !== undefined) return mode;
  sayClosed(entry, ['ipMode'], 'ipMode is taken as Proxy: nothing is set up for the address');
  return 'Proxy';
}

/**
 * Reads `spec.loadBalancerSourceRanges`: the usable entries, as given (R1). Beside one that is not usable
 * they are all that is let in, in both families: which family it is of cannot be told (ND10).
 */
export function readSourceRanges(
  spec: Fields,
): Pick<Service, 'loadBalancerSourceRanges' | 'sourceRangesAreWhole'> {
  const key = 'loadBalancerSourceRanges';
  const ranges = stringList(spec, key, (text, index) =>
    readCidr(spec, [key, index], text.trim()) === undefined ? undefined : text,
  );
  const given = rawField(spec, key);
  const isWhole = given === undefined || (Array.isArray(given) && given.length === ranges.length);
  if (!isWhole) {
    const admitted =
      ranges.length === 0 ? 'nobody' : `only ${quoteText(ranges.map((range) => range.trim()))}`;
    sayClosed(spec, [key], `${key} cannot be read whole: load-balancer IPs let in ${admitted}`);
  }
  return { loadBalancerSourceRanges: ranges, sourceRangesAreWhole: isWhole };
}

const quoteText = (ranges: readonly string[]): string =>
  ranges.length > 4 ? `the ${ranges.length} valid ranges` : ranges.join(', ');
