import type { L4Proto } from '../../net/family.ts';
import type { Selector } from '../ast.ts';

/** The destination port of one protocol. A map's value must name the protocol, never `th`. */
export const dports = {
  tcp: 'tcp dport',
  udp: 'udp dport',
  sctp: 'sctp dport',
} as const satisfies Record<L4Proto, Selector>;

/** What finds a frontend by address. */
export const servicesKey: readonly Selector[] = ['daddr', 'l4proto', 'th dport'];

/** What finds a frontend by node port. */
export const nodePortKey: readonly Selector[] = ['l4proto', 'th dport'];

/** A connection from an endpoint to itself (M6). */
export const hairpinKey: readonly Selector[] = ['saddr', 'daddr', 'l4proto', 'th dport'];

/** The modulus only fixes the type of an endpoint map's index: rules use any modulus. */
export const indexType: Selector = { kind: 'numgen random', modulus: 65536 };
