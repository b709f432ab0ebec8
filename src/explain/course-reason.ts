import type { VerdictElement } from '../nftables/ast.ts';
import { chains, collections } from '../nftables/names.ts';
import type { Lookup, StatementStep } from '../nftables/simulate/trace.ts';
import { isLoopback } from '../packet/packet.ts';
import type { ExplainContext } from './context.ts';
import type { Reason } from './explanation.ts';
import { type FrontendKind, portList, type RulesetFrontend } from './frontends.ts';
import { formatEndpoint } from './open-question.ts';
import { refusalReason } from './refusal.ts';

/** What one step of a trace says about the packet's course; undefined when it decided nothing. */
export function courseReason(step: StatementStep, context: ExplainContext): Reason | undefined {
  const { chain, effect, rule, statement } = step;
  const lookup = 'lookup' in effect ? effect.lookup : undefined;
  if (lookup !== undefined) return lookupReason(step, lookup, context);
  if (statement.kind === 'goto' && chain.role === 'external-local') {
    return externalLocalReason(step);
  }
  const isGuard = rule.statements.some(
    (part) => part.kind === 'address' && part.network === '127.0.0.0/8',
  );
  return statement.kind === 'drop' && isGuard
    ? { text: 'the loopback may not be reached from outside this node' }
    : undefined;
}

function lookupReason(
  { chain }: StatementStep,
  lookup: Lookup,
  context: ExplainContext,
): Reason | undefined {
  const { element, collection, key } = lookup;
  if (collection.name === collections.allowedSources) return sourceRangeReason(lookup, context);
  if (collection.kind === 'data-map' && collection.dynamic) return affinityReason(lookup);
  if (element === undefined) return undefined;
  switch (collection.name) {
    case collections.refusedServices:
    case collections.refusedNodePorts:
      return refusalReason(element as VerdictElement, context);
    case collections.otherProxyClusterIPs:
      return { text: `another proxy serves ${key.join()}` };
    case collections.serviceCIDRs:
      return { text: `no Service has ${key.join()}, an address in ${element.key.join()}` };
    case collections.clusterIPs:
      return chain.name === chains.refuseClusterIPs
        ? unknownPortReason(lookup, context)
        : undefined;
    default:
      return undefined;
  }
}

const articles: Readonly<Record<FrontendKind, string>> = {
  'cluster IP': 'the',
  'external IP': 'an',
  'load-balancer IP': 'a',
  'node port': 'a',
  address: 'an',
};

/** What a recognised destination is. */
export function frontendReason({
  address,
  port,
  protocol,
  kind,
  name,
  element,
}: RulesetFrontend): Reason {
  return {
    text:
      address === undefined
        ? `${port}/${protocol} is a node port of ${name}`
        : `${formatEndpoint(address, port)}/${protocol} is ${articles[kind]} ${kind} of ${name}`,
    origin: element.origin,
  };
}

function affinityReason({ collection, element }: Lookup): Reason {
  if (element !== undefined && 'value' in element) {
    return { text: `session affinity ClientIP: the client is pinned to ${element.value.join()}` };
  }
  const timeout = collection.kind === 'data-map' ? collection.timeout : undefined;
  return {
    text: `session affinity ClientIP: the endpoint is picked at random, and kept for the client's connections of the next ${timeout} s`,
  };
}

export const martianReason = (destination: string): Reason => ({
  text: isLoopback(destination)
    ? 'the kernel takes no packets for a loopback address from outside'
    : 'a loopback source cannot leave this node, because net.ipv4.conf.all.route_localnet is 0',
});

/** P10 */
function sourceRangeReason({ key, element }: Lookup, { frontends }: ExplainContext): Reason {
  const [address, protocol, port, source] = key;
  const frontend = frontends.find(
    (candidate) =>
      candidate.address === address && candidate.protocol === protocol && candidate.port === port,
  );
  const object = frontend?.element.origin?.object;
  const origin = object && { object, path: ['spec', 'loadBalancerSourceRanges'] };
  const name = frontend?.name ?? address;
  if (element === undefined) {
    return { text: `${source} is in none of the load-balancer source ranges of ${name}`, origin };
  }
  const range = element.key[3];
  return { text: `${source} is in the load-balancer source range ${range} of ${name}`, origin };
}

/** K1 */
function unknownPortReason({ key }: Lookup, { frontends }: ExplainContext): Reason {
  const address = String(key[0]);
  const here = frontends.filter((frontend) => frontend.address === address);
  const [first] = here;
  if (first === undefined) return { text: `${address} is a cluster IP that serves no port` };
  return {
    text: `${address} is the cluster IP of ${namesOf(here)}, which serves only ${portList(here)}`,
    origin: first.element.origin,
  };
}

const namesOf = (frontends: readonly RulesetFrontend[]): string =>
  [...new Set(frontends.map(({ servicePort }) => servicePort.service))].join(' and ');

/** P3: who the client is decides which endpoints it gets. */
function externalLocalReason({ rule }: StatementStep): Reason {
  switch (rule.statements[0]?.kind) {
    case 'fib-local':
      return {
        text: 'external traffic policy Local: made on this node, so any endpoint may answer',
      };
    case 'address':
    case 'iifname':
      return { text: 'external traffic policy Local: from a pod, so any endpoint may answer' };
    default:
      return { text: 'external traffic policy Local: only endpoints on this node may answer' };
  }
}
