/** Frontends that take connections from processes of the node itself (--protect-ports). */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { familyOf } from '../net/address.ts';
import { cidrContains } from '../net/cidr.ts';
import type { Protocol } from '../net/family.ts';
import type { FamilyPlan, Frontend, Plan } from './plan.ts';
import { servicePortName } from './plan.ts';

export interface ListeningSocket {
  readonly protocol: Protocol;
  /** Canonical; `0.0.0.0` or `::` for all, of which the latter takes IPv4 too. */
  readonly address: string;
  readonly port: number;
}

/**
 * Finds frontends on which a process of the node listens: node ports, and addresses that are the node's.
 *
 * @param localAddresses all addresses of the node
 * @param policy with `deny` the frontends are left out of the plan, and nothing else is
 */
export function protectPorts(
  plan: Plan,
  sockets: readonly ListeningSocket[],
  localAddresses: ReadonlySet<string>,
  policy: 'warn' | 'deny',
): { readonly plan: Plan; readonly diagnostics: readonly Diagnostic[] } {
  const byPort = new Map<string, string[]>();
  for (const { protocol, address, port } of sockets) {
    const found = byPort.get(`${port}/${protocol}`);
    if (found === undefined) byPort.set(`${port}/${protocol}`, [address]);
    else found.push(address);
  }
  const diagnostics: Diagnostic[] = [];
  const families = plan.families.map((family) => {
    const servicePorts = family.servicePorts.map((servicePort) => {
      const shadows = (frontend: Frontend): boolean => {
        const listeners = byPort.get(`${frontend.port}/${servicePort.protocol}`);
        if (listeners?.some((each) => meets(family, frontend, each, localAddresses)) !== true)
          return false;
        diagnostics.push(
          told(servicePortName(servicePort), frontend, servicePort.protocol, policy),
        );
        return true;
      };
      const frontends = servicePort.frontends.filter((frontend) => !shadows(frontend));
      return policy === 'warn' || frontends.length === servicePort.frontends.length
        ? servicePort
        : { ...servicePort, frontends };
    });
    return policy === 'warn' ? family : { ...family, servicePorts };
  });
  return { plan: policy === 'warn' ? plan : { ...plan, families }, diagnostics };
}

/** Whether connections to the frontend would reach a process that listens on `listener`. */
function meets(
  { family, nodePortAddresses }: FamilyPlan,
  frontend: Frontend,
  listener: string,
  localAddresses: ReadonlySet<string>,
): boolean {
  const isAny = listener === '::' || (listener === '0.0.0.0' && family === 'IPv4');
  if (frontend.kind !== 'node-port')
    return localAddresses.has(frontend.address) && (isAny || listener === frontend.address);
  if (isAny) return true;
  if (familyOf(listener) !== family) return false;
  const isLoopback = listener.startsWith('127.') || listener === '::1';
  if (isLoopback && !nodePortAddresses.loopback) return false;
  return nodePortAddresses.cidrs.some((cidr) => cidrContains(cidr, { family, text: listener }));
}

function told(
  name: string,
  frontend: Frontend,
  protocol: Protocol,
  policy: 'warn' | 'deny',
): Diagnostic {
  const what =
    frontend.kind === 'node-port'
      ? `node port ${frontend.port}/${protocol}`
      : `${frontend.address}, port ${frontend.port}/${protocol},`;
  const common = { severity: 'warning', places: [{ kind: 'field', ...frontend.origin }] } as const;
  return policy === 'deny'
    ? {
        ...common,
        code: 'NATC3037',
        message: `${what} of ${name} is not served: a process of this node listens there`,
        hint: '--protect-ports deny keeps such ports; choose another one for the Service',
      }
    : {
        ...common,
        code: 'NATC3036',
        message: `${what} of ${name} takes connections from a process of this node that listens there`,
        hint: '--protect-ports deny keeps the port for the process; allow silences this',
      };
}
