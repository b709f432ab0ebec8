import { l4protos } from '../../net/family.ts';
import type { Owner } from '../../plan/owner.ts';
import type {
  AddressFrontend,
  Endpoint,
  FamilyPlan,
  FrontendVerdict,
  ServicePortPlan,
} from '../../plan/plan.ts';
import type { IptablesChain, IptablesMatch, IptablesRule } from '../ast.ts';
import { type ChainNames, chains } from '../names.ts';
import { dport, from, fromLocalPod, goto, jump, matchLocal, rule, to } from './rules.ts';

/** The chains of table nat that one ServicePort needs, made when they are first asked for. */
export interface ServiceChains {
  /** The chain that carries a verdict out; undefined when the packet is to stay as it is. */
  readonly chainFor: (verdict: FrontendVerdict) => string | undefined;
  /** Those asked for so far: whoever jumps stands before whom it jumps to. */
  readonly made: () => readonly IptablesChain[];
}

type List = 'cluster' | 'local';

export function newServiceChains(
  family: FamilyPlan,
  servicePort: ServicePortPlan,
  names: ChainNames,
  owner: Owner,
  clusterIPs: ReadonlySet<string>,
): ServiceChains {
  const made = new Map<string, IptablesChain>();
  const ensure = (name: string, build: () => readonly IptablesRule[]): string => {
    if (!made.has(name)) {
      // Reserve the place first: `build` may ask for further chains, which follow this one.
      made.set(name, { name, owner, rules: [] });
      made.set(name, { name, owner, rules: build() });
    }
    return name;
  };

  const pickChain = (list: List): string =>
    ensure(names.serviceChain(list === 'local' ? 'SVL' : 'SVC', servicePort), () => {
      const endpoints =
        list === 'local' ? servicePort.localEndpoints : servicePort.clusterEndpoints;
      return [
        ...clusterIPMarks(family, servicePort, clusterIPs),
        ...pinnedClients(servicePort, endpoints, names),
        ...endpoints.map((endpoint, index) => pick(endpoint, endpoints.length - index)),
      ];
    });

  /** I5: the last of the ladder has no condition. */
  const pick = (endpoint: Endpoint, oneIn: number): IptablesRule => {
    const matches: IptablesMatch[] = oneIn === 1 ? [] : [{ kind: 'random', oneIn }];
    if (!needsChain(servicePort, endpoint)) return dnat(servicePort, endpoint, matches);
    return rule(matches, jump(endpointChain(endpoint)), { origin: endpoint.origin });
  };

  const endpointChain = (endpoint: Endpoint): string =>
    ensure(names.endpointChain(servicePort, endpoint), () => {
      const name = names.endpointChain(servicePort, endpoint);
      const remember: IptablesMatch[] =
        servicePort.affinityTimeout === undefined ? [] : [{ kind: 'recent-set', list: name }];
      return [
        // M6: an endpoint that reaches itself must be masqueraded.
        ...(endpoint.hairpin
          ? [rule([from(endpoint.address)], jump(chains.markForMasquerade))]
          : []),
        dnat(servicePort, endpoint, remember),
      ];
    });

  const markedPickChain = (list: List): string =>
    ensure(names.serviceChain(list === 'local' ? 'EXL' : 'EXT', servicePort), () => [
      rule([], jump(chains.markForMasquerade)),
      rule([], goto(pickChain(list))),
    ]);

  /** P3: who the client is decides which list it gets. */
  const externalLocalChain = (): string =>
    ensure(names.serviceChain('ETP', servicePort), () => {
      const detector = family.localDetector;
      const cluster = goto(pickChain('cluster'));
      return [
        ...(detector === undefined ? [] : [rule([fromLocalPod(detector, false)], cluster)]),
        rule([matchLocal('source')], jump(chains.markForMasquerade)),
        rule([matchLocal('source')], cluster),
        // Without a local endpoint the packet stays as it is, and table filter drops it.
        ...(servicePort.localEndpoints.length === 0 ? [] : [rule([], goto(pickChain('local')))]),
      ];
    });

  return {
    chainFor: (verdict) => {
      switch (verdict.kind) {
        case 'pick':
          return verdict.masquerade === 'always'
            ? markedPickChain(verdict.from)
            : pickChain(verdict.from);
        case 'external-local':
          return externalLocalChain();
        case 'reject':
        case 'drop':
          return undefined;
      }
    },
    made: () => [...made.values()],
  };
}

/** M1, M2: connections to cluster IPs that are masqueraded. There is no set to look them up in. */
function clusterIPMarks(
  family: FamilyPlan,
  servicePort: ServicePortPlan,
  clusterIPs: ReadonlySet<string>,
): readonly IptablesRule[] {
  const detector = family.localDetector;
  if (!family.masqueradeAll && detector === undefined) return [];
  const isClusterIP = (
    frontend: ServicePortPlan['frontends'][number],
  ): frontend is AddressFrontend =>
    frontend.kind !== 'node-port' && clusterIPs.has(frontend.address);
  return servicePort.frontends
    .filter(isClusterIP)
    .map(({ address, port }) =>
      rule(
        [
          ...(family.masqueradeAll || detector === undefined ? [] : [fromLocalPod(detector, true)]),
          to(address),
          dport(l4protos[servicePort.protocol], port),
        ],
        jump(chains.markForMasquerade),
      ),
    );
}

/** A2, A9: a client goes where it went before, to the first in order when there are several. */
function pinnedClients(
  servicePort: ServicePortPlan,
  endpoints: readonly Endpoint[],
  names: ChainNames,
): readonly IptablesRule[] {
  const seconds = servicePort.affinityTimeout;
  if (seconds === undefined) return [];
  return endpoints.map((endpoint) => {
    const chain = names.endpointChain(servicePort, endpoint);
    return rule([{ kind: 'recent-rcheck', list: chain, seconds }], jump(chain));
  });
}

/** Endpoints that need neither a hairpin mark nor a list of clients are reached without a chain. */
const needsChain = (servicePort: ServicePortPlan, endpoint: Endpoint): boolean =>
  endpoint.hairpin || servicePort.affinityTimeout !== undefined;

/**
 * DNAT to a port wants the protocol named (I15). No comment here: each takes 256 bytes of the kernel's
 * memory, and these are most of the rules.
 */
const dnat = (
  servicePort: ServicePortPlan,
  { address, port, origin }: Endpoint,
  matches: readonly IptablesMatch[],
): IptablesRule =>
  rule(
    [{ kind: 'protocol', protocol: l4protos[servicePort.protocol] }, ...matches],
    { kind: 'dnat', address, port },
    { origin },
  );
