import { addressOfEndpoint, parseAddress } from '../../net/address.ts';
import { cidrContains, parseCidr } from '../../net/cidr.ts';
import { servicePortOf } from '../../nftables/ast.ts';
import { type Answer, isEndpoint } from '../answer.ts';
import { parseDestinationKey } from '../destination.ts';
import type { Finding, Judged } from './judged.ts';

/** Where connections are sent: how many endpoints are left, whose they are, and what they are. */
export function endpointRisks(judged: Judged): readonly Finding[] {
  if (judged.aspect.after.kind !== 'served') return [];
  return [
    ...(judged.aspect.type === 'ENDPOINTS_CHANGED' ? numberRisks(judged) : []),
    ...newcomers(judged).flatMap((address) => placeRisk(address, judged)),
  ];
}

const addressesOf = ({ endpoints }: Answer): readonly string[] => [
  ...new Set(endpoints.filter(isEndpoint).map(({ endpoint }) => addressOfEndpoint(endpoint))),
];

function numberRisks({ aspect, service, facts, before, remaining }: Judged): readonly Finding[] {
  const owner = before?.element === undefined ? undefined : servicePortOf(before.element)?.service;
  // Another Service had the destination, and is still there: that it is taken over is a risk of its own.
  if (owner !== undefined && owner !== service && remaining.has(owner)) return [];
  const [was, is] = [addressesOf(aspect.before), addressesOf(aspect.after)];
  const findings: Finding[] = [];
  if (is.length * 2 < was.length)
    findings.push({
      code: 'NATC6008',
      text: `${is.length} of ${was.length} endpoints ${is.length === 1 ? 'is' : 'are'} left`,
    });
  if (was.length === 0 || is.length === 0) return findings;
  if (is.some((address) => was.includes(address))) return [...findings, ...portRisk(aspect)];
  const owners = is.map((address) => facts.before.endpoints.get(address) ?? []);
  const others = new Set(owners.flat());
  const former = owner ?? service;
  if (owners.every((each) => each.length > 0 && !each.includes(former)))
    return [
      ...findings,
      { code: 'NATC6009', text: `everything goes to the endpoints of ${[...others].join(', ')}` },
    ];
  const isInvented = (address: string, of: Judged['facts']['before']): boolean =>
    of.invented.has(address);
  const isReal =
    was.some((address) => isInvented(address, facts.before)) ===
    is.some((address) => isInvented(address, facts.after));
  return isReal
    ? [...findings, { code: 'NATC6010', text: 'everything goes to other endpoints' }]
    : findings;
}

/** Pods stay, and no connection goes to a port of before: whether anything listens there, no manifest says. */
function portRisk({ before, after }: Judged['aspect']): readonly Finding[] {
  const sent = ({ endpoints }: Answer): readonly string[] =>
    endpoints.filter(isEndpoint).map(({ endpoint }) => endpoint);
  const [was, is] = [sent(before), sent(after)];
  if (is.some((endpoint) => was.includes(endpoint))) return [];
  const portsOf = (endpoints: readonly string[]): string =>
    [...new Set(endpoints.map((endpoint) => endpoint.slice(endpoint.lastIndexOf(':') + 1)))]
      .sort((a, b) => Number(a) - Number(b))
      .join(', ');
  const [now, then] = [portsOf(is), portsOf(was)];
  const ports = now.includes(',') ? 'ports' : 'port';
  return [
    { code: 'NATC6021', text: `everything goes to ${ports} ${now} of the endpoints (was ${then})` },
  ];
}

/** Endpoints that the Service did not have, at whatever destination; those too that answer with a refusal. */
function newcomers({ aspect, service, facts, after }: Judged): readonly string[] {
  if (aspect.type !== 'ENDPOINTS_CHANGED' && aspect.type !== 'ANSWER_BEGINS') return [];
  const targets = (after?.targets ?? []).map((target) => parseDestinationKey(target).address);
  return [...new Set([...addressesOf(aspect.after), ...targets])].filter(
    (address) => facts.before.endpoints.get(address)?.includes(service) !== true,
  );
}

function placeRisk(address: string, { service, facts, nodes }: Judged): readonly Finding[] {
  const the = `the endpoint ${address} is`;
  if (metadata.has(address)) return [{ code: 'NATC6015', text: `${the} a metadata service` }];
  if (linkLocal.some((network) => isIn(address, network)))
    return [{ code: 'NATC6015', text: `${the} link-local` }];
  if (loopback.some((network) => isIn(address, network)))
    return [{ code: 'NATC6015', text: `${the} on the loopback` }];
  const owners = facts.after.addresses.get(address) ?? [];
  if (owners.length > 0)
    return [{ code: 'NATC6019', text: `${the} an address of ${owners.join(', ')}` }];
  if (service === 'default/kubernetes') return [];
  if (nodes.has(address)) return [{ code: 'NATC6014', text: `${the} an address of a node` }];
  const parsed = parseAddress(address);
  const networks = facts.after.podNetworks.filter(({ family }) => family === parsed?.family);
  const isPod =
    parsed === undefined ||
    networks.length === 0 ||
    facts.after.invented.has(address) ||
    networks.some((network) => cidrContains(network, parsed));
  return isPod ? [] : [{ code: 'NATC6013', text: `${the} outside the pod networks` }];
}

/** Where the clouds have theirs: the usual one, and those of AWS for IPv6, Alibaba, Azure, Oracle. */
const metadata: ReadonlySet<string> = new Set([
  ...['169.254.169.254', 'fd00:ec2::254', '100.100.100.200', '168.63.129.16', '192.0.0.192'],
]);
const linkLocal = ['169.254.0.0/16', 'fe80::/10'];
const loopback = ['127.0.0.0/8', '::1/128'];

function isIn(address: string, network: string): boolean {
  const [cidr, parsed] = [parseCidr(network), parseAddress(address)];
  return cidr !== undefined && parsed !== undefined && cidrContains(cidr, parsed);
}
