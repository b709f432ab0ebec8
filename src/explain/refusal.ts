import type { Cluster } from '../model/cluster.ts';
import type { VerdictElement } from '../nftables/ast.ts';
import { indexEndpointSources } from '../plan/endpoint-sources.ts';
import type { ServicePortPlan } from '../plan/plan.ts';
import { findStrays, strayAdvice } from '../plan/strays.ts';
import { type ExplainContext, servicePortPlan } from './context.ts';
import type { Reason } from './explanation.ts';
import { frontendOf } from './frontends.ts';

/** Why a destination that natc knows has no endpoint to offer. */
export function refusalReason(element: VerdictElement, context: ExplainContext): Reason {
  const { servicePort, name, protocol, address } = frontendOf(element);
  const plan = servicePortPlan(context, servicePort, protocol);
  const isDropped = element.verdict.kind === 'drop';
  if (plan === undefined) {
    return {
      text: isDropped
        ? `${name} has no endpoint on this node, and its traffic policy is Local`
        : `${name} has no usable endpoint`,
    };
  }
  if (isDropped) return localPolicyReason(name, plan, isClusterIP(plan, address));
  const { total, ready } = plan.endpointCounts;
  if (total > 0 && ready === 0) {
    const isOne = total === 1;
    return {
      text: `${name} has ${total} endpoint${isOne ? ', which is not' : 's, none'} ready`,
      origin: plan.origin,
    };
  }
  return {
    text: `${name} has no endpoints${portHint(plan, context) || strayHint(plan, context)}`,
    origin: plan.origin,
  };
}

const isClusterIP = (plan: ServicePortPlan, address: string | undefined): boolean =>
  plan.frontends.some((frontend) => frontend.kind === 'cluster-ip' && frontend.address === address);

function localPolicyReason(name: string, plan: ServicePortPlan, isInternal: boolean): Reason {
  const field = isInternal ? 'internalTrafficPolicy' : 'externalTrafficPolicy';
  const { ready, total } = plan.endpointCounts;
  const count = ready || total;
  const none = count === 1 ? 'its only endpoint is not' : `none of its ${count} endpoints is`;
  return {
    text: `${name} has ${field} Local, and ${none} on this node`,
    origin: { object: plan.origin.object, path: ['spec', field] },
  };
}

/** Slices that are there, but whose ports have other names (F2), which is easily overlooked. */
function portHint(plan: ServicePortPlan, { subject }: ExplainContext): string {
  const ports = subject.compiled === undefined ? [] : slicePorts(plan, subject.compiled.cluster);
  if (ports.length === 0) return '';
  const wanted = plan.portName === '' ? 'without a name' : `named ${plan.portName}`;
  return `: its EndpointSlices have no ${plan.protocol} port ${wanted} (they have ${ports.join(', ')})`;
}

/** An object that may be meant for the Service and names another one, which is not there. */
function strayHint(
  { namespace, service: name }: ServicePortPlan,
  { subject }: ExplainContext,
): string {
  const cluster = subject.compiled?.cluster;
  const service = cluster?.services.find(
    (each) => each.namespace === namespace && each.name === name,
  );
  if (cluster === undefined || service === undefined) return '';
  const strays = findStrays(cluster, [service], indexEndpointSources(cluster));
  const [stray] = strays.filter(({ meant }) => meant !== undefined);
  if (stray?.meant === undefined) return '';
  const { kind, object } = stray;
  return `; ${kind} ${object.namespace}/${object.name} may be meant for it: ${strayAdvice(stray, stray.meant)}`;
}

const slicePorts = (
  { namespace, service }: ServicePortPlan,
  { endpointSlices }: Cluster,
): readonly string[] => [
  ...new Set(
    endpointSlices
      .filter((slice) => slice.namespace === namespace && slice.serviceName === service)
      .flatMap(({ ports }) =>
        ports.map(({ name, protocol, port }) => `${name || 'unnamed'} ${port}/${protocol}`),
      ),
  ),
];
