/**
 * Destinations that are claimed more than once (P6, ND5).
 */
import type { Diagnostic, Place } from '../diagnostics/diagnostic.ts';
import type { Settings } from '../model/settings.ts';
import { formatAddressPort } from '../net/address.ts';
import type { Frontend, ServicePortPlan } from './plan.ts';

/**
 * Leaves each destination to the first ServicePort that claims it. Two Services with the same address
 * and port are reported. Not so cluster IPs, node ports, and ports of one Service, that collide: the
 * model stage has refused them.
 *
 * @param servicePorts in the plan's order.
 */
export function settleClaims(
  servicePorts: readonly ServicePortPlan[],
  validate: Settings['validate'],
): {
  readonly servicePorts: readonly ServicePortPlan[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const holders = new Map<string, Claim>();
  const diagnostics: Diagnostic[] = [];
  const settled = servicePorts.map((servicePort) => {
    const frontends = servicePort.frontends.filter((frontend) => {
      const destination = destinationOf(servicePort, frontend);
      const claim = { servicePort, frontend };
      const holder = holders.get(destination);
      if (holder === undefined) holders.set(destination, claim);
      else if (isNews(holder, claim)) {
        diagnostics.push(claimedTwice(destination, holder, claim, validate));
      }
      return holder === undefined;
    });
    return frontends.length === servicePort.frontends.length
      ? servicePort
      : { ...servicePort, frontends };
  });
  return { servicePorts: settled, diagnostics };
}

const destinationOf = ({ protocol }: ServicePortPlan, frontend: Frontend): string =>
  frontend.kind === 'node-port'
    ? `${frontend.port}/${protocol}`
    : `${formatAddressPort(frontend.address, frontend.port)}/${protocol}`;

interface Claim {
  readonly servicePort: ServicePortPlan;
  readonly frontend: Frontend;
}

/** Whether the model stage has not refused it already. */
function isNews(holder: Claim, claim: Claim): boolean {
  const { kind } = claim.frontend;
  if (isSameService(holder.servicePort, claim.servicePort) || kind === 'node-port') return false;
  return kind !== 'cluster-ip' || holder.frontend.kind !== 'cluster-ip';
}

const isSameService = (a: ServicePortPlan, b: ServicePortPlan): boolean =>
  a.service === b.service && a.namespace === b.namespace;

function claimedTwice(
  destination: string,
  holder: Claim,
  loser: Claim,
  validate: Settings['validate'],
): Diagnostic {
  const names = [holder, loser].map(
    ({ servicePort }) => `${servicePort.namespace}/${servicePort.service}`,
  );
  const message = `Services ${names.join(' and ')} both claim ${destination}`;
  const places: readonly Place[] = [
    { kind: 'field', ...loser.frontend.origin },
    { kind: 'field', ...holder.frontend.origin, note: 'first claimed here' },
  ];
  const common = { code: 'NATC3001', message, places } as const;
  return validate === 'warn'
    ? { ...common, severity: 'warning', hint: `${names[0]} keeps it, being first by name` }
    : {
        ...common,
        severity: 'error',
        hint: `give one of them another address or port; with --validate warn ${names[0]} keeps it`,
      };
}
