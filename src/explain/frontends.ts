import type { L4Proto } from '../net/family.ts';
import type { Table, VerdictElement } from '../nftables/ast.ts';
import { collections } from '../nftables/names.ts';
import type { AnyElement } from '../nftables/simulate/prepare.ts';
import type { Owner } from '../plan/owner.ts';

/** A destination that the ruleset knows: an address and port, or a node port. */
export interface Frontend {
  /** `namespace/name:port` */
  readonly servicePort: string;
  readonly kind: FrontendKind;
  /** Undefined for a node port. */
  readonly address: string | undefined;
  readonly protocol: L4Proto;
  readonly port: number;
  /** Some packets are sent to an endpoint. */
  readonly isServed: boolean;
  readonly element: VerdictElement;
}

/** `address`: what kind of address it is, the text of the ruleset does not say. */
export type FrontendKind =
  | 'cluster IP'
  | 'external IP'
  | 'load-balancer IP'
  | 'node port'
  | 'address';

/** Every destination of a table, the served ones first. */
export function frontendsOf(table: Table): readonly Frontend[] {
  const served = [...read(collections.services, true), ...read(collections.nodePorts, true)];
  const known = new Set(served.map(keyOf));
  const refused = [
    ...read(collections.refusedServices, false),
    ...read(collections.refusedNodePorts, false),
  ];
  return [...served, ...refused.filter((frontend) => !known.has(keyOf(frontend)))];

  function read(name: string, isServed: boolean): readonly Frontend[] {
    const collection = table.collections.find((candidate) => candidate.name === name);
    if (collection?.kind !== 'verdict-map') return [];
    return collection.elements.map((element) => ({ ...frontendOf(element), isServed }));
  }
}

const keyOf = ({ element }: Frontend): string => element.key.join(' ');

/** Reads a key of `[address,] protocol, port`. */
export function frontendOf(element: VerdictElement): Frontend {
  const { key, owner } = element;
  const address = key.length === 3 ? String(key[0]) : undefined;
  return {
    servicePort: servicePortOf(element),
    kind: address === undefined ? 'node port' : addressKind(owner, address),
    address,
    protocol: String(key.at(-2)) as L4Proto,
    port: Number(key.at(-1)),
    isServed: true,
    element,
  };
}

/** Whose an element is; a listing of the kernel has only the element's comment. */
export const servicePortOf = ({ owner, comment }: AnyElement): string =>
  owner?.name ?? comment ?? 'a Service';

/** `shop/web:http` -> `shop/web` */
export const serviceOf = (servicePort: string): string => servicePort.replace(/:.*/, '');

/** `80/tcp, 443/tcp` */
export const portList = (frontends: readonly Frontend[]): string =>
  [...new Set(frontends.map(({ port, protocol }) => `${port}/${protocol}`))].join(', ');

const addressKinds = ['cluster IP', 'external IP', 'load-balancer IP'] as const;

/** The comment block of the Service says which kind of address each is. */
function addressKind(owner: Owner | undefined, address: string): FrontendKind {
  const words = `${owner?.lines.join(' ') ?? ''} `.replaceAll(',', ' ');
  return addressKinds.find((kind) => words.includes(`${kind} ${address} `)) ?? 'address';
}
