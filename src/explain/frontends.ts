import type { L4Proto } from '../net/family.ts';
import { servicePortOf, type Table, type VerdictElement } from '../nftables/ast.ts';
import { collections } from '../nftables/names.ts';
import type { AnyElement } from '../nftables/simulate/prepare.ts';
import { frontendWords } from '../plan/owner.ts';
import { type ServicePortName, servicePortText } from '../plan/service-port-name.ts';

/** A destination that the ruleset knows: an address and port, or a node port. */
export interface RulesetFrontend {
  readonly servicePort: ServicePortName;
  /** `namespace/name:port`, for readers. */
  readonly name: string;
  readonly kind: FrontendKind;
  /** Undefined for a node port. */
  readonly address: string | undefined;
  readonly protocol: L4Proto;
  readonly port: number;
  /** Some packets are sent to an endpoint. */
  readonly isServed: boolean;
  readonly element: VerdictElement;
}

/** `address`: of unknown kind, as in a listing of the kernel. */
export type FrontendKind = (typeof frontendWords)[keyof typeof frontendWords] | 'address';

/** Every destination of a table, the served ones first. */
export function rulesetFrontends(table: Table): readonly RulesetFrontend[] {
  const served = [...read(collections.services, true), ...read(collections.nodePorts, true)];
  const known = new Set(served.map(keyOf));
  const refused = [
    ...read(collections.refusedServices, false),
    ...read(collections.refusedNodePorts, false),
  ];
  return [...served, ...refused.filter((frontend) => !known.has(keyOf(frontend)))];

  function read(name: string, isServed: boolean): readonly RulesetFrontend[] {
    const collection = table.collections.find((candidate) => candidate.name === name);
    if (collection?.kind !== 'verdict-map') return [];
    return collection.elements.map((element) => ({ ...frontendOf(element), isServed }));
  }
}

const keyOf = ({ element }: RulesetFrontend): string => element.key.join(' ');

/** Of an element with a key of `[address,] protocol, port`. */
export function frontendOf(element: VerdictElement): RulesetFrontend {
  const { key, frontend } = element;
  const address = key.length === 3 ? String(key[0]) : undefined;
  const servicePort = namedOwner(element);
  return {
    servicePort,
    name: servicePortText(servicePort),
    kind:
      frontend === undefined
        ? address === undefined
          ? 'node port'
          : 'address'
        : frontendWords[frontend],
    address,
    protocol: String(key.at(-2)) as L4Proto,
    port: Number(key.at(-1)),
    isServed: true,
    element,
  };
}

/** Where a ruleset names no Service. */
const someService: ServicePortName = { service: 'a Service', portName: '' };

/** The ServicePort of an element, with a substitute name where the ruleset has none. */
export const namedOwner = (element: AnyElement): ServicePortName =>
  servicePortOf(element) ?? someService;

/** The same for readers. */
export const ownerName = (element: AnyElement): string => servicePortText(namedOwner(element));

/** `80/tcp, 443/tcp` */
export const portList = (frontends: readonly RulesetFrontend[]): string =>
  [...new Set(frontends.map(({ port, protocol }) => `${port}/${protocol}`))].join(', ');
