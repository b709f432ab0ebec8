/**
 * P6: an address that is both the cluster IP and an external address of a Service. natc takes it for external;
 * here is what it would do if it took it for the cluster IP, as the iptables mode does.
 */
import type { Chain, ElementVerdict, Table } from '../../nftables/ast.ts';
import { buildNftables } from '../../nftables/layout/build.ts';
import { chains, collections } from '../../nftables/names.ts';
import { localEndpointsIn } from '../../nftables/parse/comments.ts';
import { prepare } from '../../nftables/simulate/prepare.ts';
import type { AddressFrontend, FamilyPlan, Frontend, ServicePortPlan } from '../../plan/plan.ts';
import { askNftables } from '../ask-nftables.ts';
import { type Behaviour, behaviourOf, type Side } from '../behaviour.ts';
import { destinationKey } from '../destination.ts';
import type { PairSide } from '../family-pair.ts';
import { memoize } from '../memoize.ts';
import type { NatcSide } from './natc-side.ts';
import type { AskAsClusterIP } from './sides.ts';

/**
 * @param natc natc's side
 * @param of what it was made from. Without a plan the policy for cluster IPs is known only where the rules of
 * external addresses have no use for endpoints of this node and a comment lists them all the same.
 */
export function askAsClusterIP(
  natc: PairSide,
  { plan, isListedTwice = () => false }: NatcSide,
): AskAsClusterIP {
  const { table } = natc;
  if (table === undefined) return () => undefined;
  const twofold = twofoldIn(table, isListedTwice);
  const unruled = plan === undefined ? new Set() : unruledIn(plan);
  const sideAs = memoize((kind) => {
    const made =
      kind === 'cluster-ip'
        ? (tableOf(plan && planAsClusterIPs(plan)) ?? tableAsClusterIPs(table))
        : (tableOf(plan && planAsExternal(plan)) ?? table);
    return withoutClients({
      branchesOf: askNftables(prepare({ tables: [made] })),
      routeLocalnet: natc.routeLocalnet,
    });
  });
  return (destination, { packet, nodeAddresses }) => {
    const key = destinationKey(destination.address, destination);
    const local = twofold.get(key);
    if (local === undefined || destination.isLocal) return undefined;
    const side = sideAs(unruled.has(key) ? 'external-ip' : 'cluster-ip');
    const behaviour = behaviourOf(side, packet, nodeAddresses);
    return plan !== undefined || local.size === 0 ? behaviour : onlyTo(local, behaviour);
  };
}

const tableOf = (plan: FamilyPlan | undefined): Table | undefined =>
  plan && buildNftables({ families: [plan], unserved: [] }).tables[0];

/** As `withoutClientNames` does. */
const withoutClients = (side: Side): Side => ({
  ...side,
  branchesOf: (packet, host) =>
    side.branchesOf(packet, host).map((branch) => ({
      ...branch,
      affinity: branch.affinity && { ...branch.affinity, clients: '', whose: '' },
    })),
});

const isExternal = (kind: Frontend['kind'] | undefined): boolean =>
  kind === 'external-ip' || kind === 'load-balancer-ip';

/**
 * External addresses among the cluster IPs, with the endpoints that the internal traffic policy Local leaves: none
 * where the policy is another one, or is not known.
 */
function twofoldIn(
  table: Table,
  isListedTwice: (destination: string) => boolean,
): ReadonlyMap<string, ReadonlySet<string>> {
  const clusterIPs = addressesIn(table);
  const found = new Map<string, ReadonlySet<string>>();
  for (const collection of table.collections) {
    if (collection.kind !== 'verdict-map' || collection.name !== collections.services) continue;
    for (const { key, frontend, verdict, owner } of collection.elements) {
      // A kernel does not say what an address is to its Service, and kube-proxy's rules do.
      const isTwofold =
        frontend === undefined ? isListedTwice(key.join(' ')) : isExternal(frontend);
      if (!isTwofold || !clusterIPs.has(String(key[0]))) continue;
      // With the external policy Local they are listed whatever the internal one is.
      const isClusterWide = !choosesByClient(table, verdict);
      found.set(
        key.join(' '),
        owner === undefined || !isClusterWide ? new Set() : localEndpointsIn(owner.lines),
      );
    }
  }
  return found;
}

const addressesIn = (table: Table): ReadonlySet<string> =>
  new Set(
    table.collections
      .filter(({ name }) => name === collections.clusterIPs)
      .flatMap(({ elements }) => elements.map(({ key }) => String(key[0]))),
  );

function planAsClusterIPs(plan: FamilyPlan): FamilyPlan {
  const clusterIPs = new Set(plan.clusterIPs);
  return {
    ...plan,
    servicePorts: plan.servicePorts.map((servicePort) => ({
      ...servicePort,
      frontends: servicePort.frontends.map((frontend) =>
        frontend.kind !== 'node-port' &&
        isExternal(frontend.kind) &&
        clusterIPs.has(frontend.address)
          ? asClusterIP(frontend, servicePort)
          : frontend,
      ),
    })),
  };
}

/** P1 */
function asClusterIP(frontend: AddressFrontend, servicePort: ServicePortPlan): AddressFrontend {
  const base = { ...frontend, kind: 'cluster-ip' as const };
  const { from, endpoints } = internalEndpoints(servicePort);
  return endpoints.length === 0
    ? frontend
    : { ...base, verdict: { kind: 'pick', from, masquerade: 'cluster-ip' } };
}

const internalEndpoints = ({
  internalTrafficPolicy,
  clusterEndpoints,
  localEndpoints,
}: ServicePortPlan) =>
  internalTrafficPolicy === 'Local'
    ? { from: 'local' as const, endpoints: localEndpoints }
    : { from: 'cluster' as const, endpoints: clusterEndpoints };

const externalFrontends = ({ frontends }: ServicePortPlan): readonly AddressFrontend[] =>
  frontends.flatMap((frontend) =>
    frontend.kind !== 'node-port' && isExternal(frontend.kind) ? [frontend] : [],
  );

/**
 * Destinations for which the iptables mode has no rule as a cluster IP, for want of endpoints there: that for the
 * external address is met, and nothing that is done to packets for cluster IPs (M1).
 */
const unruledIn = ({ servicePorts }: FamilyPlan): ReadonlySet<string> =>
  new Set(
    servicePorts
      .filter((servicePort) => internalEndpoints(servicePort).endpoints.length === 0)
      .flatMap((servicePort) =>
        externalFrontends(servicePort).map(({ address, port }) =>
          destinationKey(address, { protocol: servicePort.protocol.toLowerCase(), port }),
        ),
      ),
  );

/** The same as if no external address were a cluster IP. */
function planAsExternal(plan: FamilyPlan): FamilyPlan {
  const external = new Set(
    plan.servicePorts.flatMap(externalFrontends).map(({ address }) => address),
  );
  return { ...plan, clusterIPs: plan.clusterIPs.filter((address) => !external.has(address)) };
}

/** The same without a plan, for the policy Cluster: what leads to the whole list, without a mark of its own. */
function tableAsClusterIPs(table: Table): Table {
  const clusterIPs = addressesIn(table);
  return {
    ...table,
    collections: table.collections.map((collection) => {
      if (collection.kind === 'verdict-map' && collection.name === collections.services)
        return {
          ...collection,
          elements: collection.elements.map((element) => ({
            ...element,
            verdict: clusterIPs.has(String(element.key[0]))
              ? withoutMark(table, element.verdict)
              : element.verdict,
          })),
        };
      return collection.kind === 'set' && collection.name === collections.protectedServices
        ? {
            ...collection,
            elements: collection.elements.filter(({ key }) => !clusterIPs.has(String(key[0]))),
          }
        : collection;
    }),
  };
}

const chainNamed = ({ chains: all }: Table, name: string): Chain | undefined =>
  all.find((chain) => chain.name === name);

const targetsOf = ({ rules }: Chain): readonly string[] =>
  rules.flatMap(({ statements }) =>
    statements.flatMap((statement) => (statement.kind === 'goto' ? statement.chain : [])),
  );

const marks = ({ rules }: Chain): boolean =>
  rules.some(({ statements }) =>
    statements.some(({ kind, ...rest }) => {
      return kind === 'jump' && 'chain' in rest && rest.chain === chains.markForMasquerade;
    }),
  );

/** Whether a chain tells clients apart, for the external traffic policy Local: packets of the node are marked. */
const choosesByClient = (table: Table, verdict: ElementVerdict): boolean =>
  verdict.kind === 'goto' && markingTargets(table, verdict.chain).length > 0;

function markingTargets(table: Table, name: string): readonly string[] {
  const chain = chainNamed(table, name);
  return chain === undefined
    ? []
    : targetsOf(chain).filter((target) => {
        const next = chainNamed(table, target);
        return next !== undefined && marks(next);
      });
}

/** Where a chain leads that marks packets first, or those of the node alone; any other verdict as it is. */
function withoutMark(table: Table, verdict: ElementVerdict): ElementVerdict {
  if (verdict.kind !== 'goto') return verdict;
  const [marking = verdict.chain] = markingTargets(table, verdict.chain);
  const chain = chainNamed(table, marking);
  const [target] = chain !== undefined && marks(chain) ? targetsOf(chain) : [];
  return target === undefined ? verdict : { kind: 'goto', chain: target };
}

/** The same among some of the endpoints alone; undefined where it is not seen that packets get to each. */
function onlyTo(endpoints: ReadonlySet<string>, { branches }: Behaviour): Behaviour | undefined {
  const own = branches.filter(
    ({ verdict, destination, destinationPort }) =>
      verdict === 'accept' && endpoints.has(`${destination} ${destinationPort}`),
  );
  return own.length === endpoints.size
    ? { branches: own.map((branch) => ({ ...branch, probability: 1 / own.length })) }
    : undefined;
}
