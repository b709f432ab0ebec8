/**
 * Destinations that are claimed more than once, and who has them (P6, ND5, ND11).
 */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { FieldPath } from '../diagnostics/source.ts';
import type { Service } from '../model/cluster.ts';
import { compareAge, compareSeniority, seniorityReason } from '../model/seniority.ts';
import type { Settings } from '../model/settings.ts';
import { formatAddressPort } from '../net/address.ts';
import { cidrContains } from '../net/cidr.ts';
import type { IpFamily } from '../net/family.ts';
import { claimedTwice, nodePortAtAddress, withArticle } from './contest-words.ts';
import { serviceKey } from './endpoint-sources.ts';
import { fieldAt, origin } from './origin.ts';
import { nodePortOwnerKey, type Owners } from './owners.ts';
import type {
  Contest,
  Frontend,
  HealthCheck,
  NodePortAddresses,
  Origin,
  ServicePortPlan,
} from './plan.ts';
import type { ServicePlan } from './service-ports.ts';

/** What claims of one family are judged by. */
export interface ClaimFacts {
  readonly family: IpFamily;
  readonly validate: Settings['validate'];
  readonly owners: Owners;
  /** Addresses of this node, as far as they are known. */
  readonly nodeAddresses: ReadonlySet<string>;
  readonly nodePortAddresses: NodePortAddresses;
}

export interface SettledClaims {
  readonly servicePorts: readonly ServicePortPlan[];
  readonly healthChecks: readonly HealthCheck[];
  readonly contests: readonly Contest[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Who has a destination, as what. */
interface Holder {
  readonly service: Service;
  /** As people call it: `external IP`. */
  readonly kind: string;
  readonly origin: Origin;
}

type Destination = Pick<Contest, 'destination' | 'address' | 'port' | 'protocol'>;

interface Claim extends Holder {
  readonly rank: number;
  /** What is left out of the plan when the claim loses. */
  readonly thing: Frontend | HealthCheck;
  readonly at: Destination;
}

/**
 * Leaves each destination to one Service: a cluster IP goes before a load-balancer IP and that before
 * an external IP, then the older Service before the younger (ND11). A name decides only between Services
 * of the same age. Cluster IPs and node ports that collide are settled in the same way, but the model
 * stage has spoken of them already.
 *
 * @param services in the plan's order.
 */
export function settleClaims(services: readonly ServicePlan[], facts: ClaimFacts): SettledClaims {
  const holders = new Map<string, Claim>();
  const beaten: Claim[] = [];
  const lost = new Set<Claim['thing']>();
  const contests: Contest[] = [];
  const diagnostics: Diagnostic[] = [];
  const contest = (winner: Holder, loser: Claim, reason: string): Contest => {
    const found = contestOf(winner, loser, loser.at, reason);
    lost.add(loser.thing);
    contests.push(found);
    return found;
  };
  /** Of two ports of one Service the first has it (P6). */
  const loseToItself = ({ thing, kind }: Claim): void => {
    if (kind !== 'health-check node port') lost.add(thing);
  };

  for (const claim of claimsOf(services, facts.owners)) {
    const owner = otherOwner(claim, facts);
    if (owner !== undefined) {
      contest(owner, claim, seniorityReason(owner.service, claim.service));
      continue;
    }
    const { destination } = claim.at;
    const holder = holders.get(destination);
    if (holder === undefined) holders.set(destination, claim);
    else if (holder.service === claim.service) loseToItself(claim);
    else if (compareClaims(holder, claim) <= 0) beaten.push(claim);
    else {
      holders.set(destination, claim);
      beaten.push(holder);
    }
  }
  for (const loser of beaten) {
    const winner = holders.get(loser.at.destination);
    if (winner === undefined) continue;
    const found = contest(winner, loser, reasonOf(winner, loser));
    diagnostics.push(claimedTwice(found, facts.validate));
  }
  for (const claim of holders.values()) {
    const nodePort = nodePortBehind(claim, holders, facts);
    if (nodePort === undefined) continue;
    const isOlder = compareAge(nodePort.service, claim.service) < 0;
    const [winner, loser] = isOlder ? [nodePort, claim] : [claim, nodePort];
    const found = contestOf(winner, loser, claim.at, nodePortReason(winner, loser));
    if (isOlder) lost.add(claim.thing);
    contests.push(found);
    diagnostics.push(nodePortAtAddress(found, nodePort.at.destination));
  }
  return { ...remaining(services, lost), contests, diagnostics };
}

function claimsOf(services: readonly ServicePlan[], owners: Owners): readonly Claim[] {
  const claims: Claim[] = [];
  for (const { service, servicePorts, healthCheck } of services) {
    for (const { frontends, protocol } of servicePorts) {
      for (const frontend of frontends) {
        const { origin, port } = frontend;
        if (frontend.kind === 'node-port') {
          const { rank, kind } = ranks['node-port'];
          const at = nodePortOf(port, protocol);
          claims.push({ service, origin, thing: frontend, rank, kind, at });
          continue;
        }
        const { address } = frontend;
        const destination = `${formatAddressPort(address, port)}/${protocol}`;
        // P6: a cluster IP that is listed as an external IP too has that one's handling.
        const isOwn = owners.clusterIPs.get(address) === service;
        const { rank, kind } = ranks[isOwn ? 'cluster-ip' : frontend.kind];
        const at = { destination, address, port, protocol };
        claims.push({ service, origin, thing: frontend, rank, kind, at });
      }
    }
    if (healthCheck === undefined) continue;
    const { origin, port } = healthCheck;
    const { rank, kind } = ranks['health-check'];
    const at = nodePortOf(port, 'TCP');
    claims.push({ service, origin, thing: healthCheck, rank, kind, at });
  }
  return claims;
}

const nodePortOf = (port: number, protocol: ServicePortPlan['protocol']): Destination => ({
  destination: `${port}/${protocol}`,
  address: undefined,
  port,
  protocol,
});

/** The other Service whose cluster IP, at whatever port, or node port the claim is about. */
function otherOwner(
  { service, kind, thing, at }: Claim,
  { owners, family }: ClaimFacts,
): Holder | undefined {
  const { address, port, protocol } = at;
  const isClusterIP = 'kind' in thing && thing.kind === 'cluster-ip';
  if (address !== undefined && !isClusterIP) return undefined;
  const owner =
    address === undefined
      ? owners.nodePorts.get(nodePortOwnerKey(port, protocol, family))
      : owners.clusterIPs.get(address);
  if (owner === undefined || owner === service) return undefined;
  return { service: owner, kind, origin: origin(owner.object, ownedPath(owner, at)) };
}

/** The field that has a cluster IP or node port. */
function ownedPath(
  { object, ports }: Service,
  { address, port, protocol }: Destination,
): FieldPath {
  if (address !== undefined) {
    const list = ['spec', 'clusterIPs'];
    return fieldAt(object, list) === undefined ? ['spec', 'clusterIP'] : list;
  }
  const found = ports.find((each) => each.nodePort === port && each.protocol === protocol);
  return found === undefined
    ? ['spec', 'healthCheckNodePort']
    : ['spec', 'ports', found.index, 'nodePort'];
}

/**
 * The node port of another Service that a packet to this address and port would find, were the address
 * nobody's (P12).
 */
function nodePortBehind(
  { service, rank, at }: Claim,
  holders: ReadonlyMap<string, Claim>,
  { family, nodeAddresses, nodePortAddresses }: ClaimFacts,
): Claim | undefined {
  const { address, port, protocol } = at;
  if (address === undefined || rank === ranks['cluster-ip'].rank) return undefined;
  if (!nodeAddresses.has(address)) return undefined;
  const isServed = nodePortAddresses.cidrs.some((cidr) =>
    cidrContains(cidr, { family, text: address }),
  );
  if (!isServed) return undefined;
  const found = holders.get(nodePortOf(port, protocol).destination);
  return found?.kind === 'node port' && found.service !== service ? found : undefined;
}

/** Only those who may write the status of a Service give it a load-balancer IP. */
const ranks = {
  'cluster-ip': { rank: 0, kind: 'cluster IP' },
  'load-balancer-ip': { rank: 1, kind: 'load-balancer IP' },
  'external-ip': { rank: 2, kind: 'external IP' },
  'node-port': { rank: 3, kind: 'node port' },
  'health-check': { rank: 3, kind: 'health-check node port' },
} as const satisfies Readonly<
  Record<Frontend['kind'] | 'health-check', Pick<Claim, 'rank' | 'kind'>>
>;

const compareClaims = (a: Claim, b: Claim): number =>
  a.rank - b.rank || compareSeniority(a.service, b.service);

const reasonOf = (winner: Claim, loser: Claim): string =>
  winner.rank < loser.rank
    ? `${withArticle(winner.kind)} goes before ${withArticle(loser.kind)}`
    : seniorityReason(winner.service, loser.service);

/** P12 decides between Services of the same age. */
const nodePortReason = (winner: Claim, loser: Claim): string =>
  compareAge(winner.service, loser.service) === 0
    ? `${withArticle(winner.kind)} goes before a node port`
    : seniorityReason(winner.service, loser.service);

const contestOf = (winner: Holder, loser: Holder, at: Destination, reason: string): Contest => ({
  ...at,
  winner: partyOf(winner),
  loser: partyOf(loser),
  reason,
});

const partyOf = ({ service, kind, origin: from }: Holder): Contest['winner'] => ({
  service: serviceKey(service.namespace, service.name),
  kind,
  origin: from,
});

function remaining(
  services: readonly ServicePlan[],
  lost: ReadonlySet<Claim['thing']>,
): Pick<SettledClaims, 'servicePorts' | 'healthChecks'> {
  const keep = (servicePort: ServicePortPlan): ServicePortPlan => {
    const frontends = servicePort.frontends.filter((frontend) => !lost.has(frontend));
    return frontends.length === servicePort.frontends.length
      ? servicePort
      : { ...servicePort, frontends };
  };
  const all = services.flatMap(({ servicePorts }) => servicePorts);
  return {
    servicePorts: lost.size === 0 ? all : all.map(keep),
    healthChecks: services
      .map(({ healthCheck }) => healthCheck)
      .filter((check) => check !== undefined)
      .filter((check) => !lost.has(check)),
  };
}
