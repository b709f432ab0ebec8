import type { Packet } from './packet.ts';

/** What becomes of a packet: one branch per way that the random numbers can send it. */
export interface Outcome<T = unknown> {
  /** Never empty; the probabilities add up to 1. */
  readonly branches: readonly Branch<T>[];
}

/** `T` is how the backend's simulator tells the packet's way. */
export interface Branch<T = unknown> {
  readonly probability: number;
  /**
   * `accept`: goes on to `destination`. `martian`: no rule stopped it, but the kernel drops it, because
   * loopback addresses stay on the loopback.
   */
  readonly verdict: 'accept' | 'drop' | 'reject' | 'martian';
  /** After DNAT, if any. */
  readonly destination: string;
  readonly destinationPort: number;
  /** The destination was chosen by DNAT (and may still be what it was). */
  readonly dnat: boolean;
  /** The source becomes an address of this node. */
  readonly masquerade: boolean;
  /** The packet's mark behind the last rule. */
  readonly mark: number;
  /** Delivered to a process of this node. */
  readonly local: boolean;
  readonly trace: T;
}

/** What a simulator knows of a packet where its way ends. */
export interface Travelled<T> {
  readonly packet: Pick<Packet, 'destination' | 'destinationPort' | 'mark'>;
  /** DNAT chose the destination, be it the original one again. */
  readonly chosen: boolean;
  readonly masqueraded: boolean;
  /** How likely the random numbers are that led here. */
  readonly probability: number;
  readonly trace: T;
}

/** The branch that ends there; `local`: it was delivered to a process of this node. */
export const branchOf = <T>(
  { packet, chosen, masqueraded, probability, trace }: Travelled<T>,
  verdict: Branch['verdict'],
  local = false,
): Branch<T> => ({
  probability,
  verdict,
  destination: packet.destination,
  destinationPort: packet.destinationPort,
  dnat: chosen,
  masquerade: masqueraded,
  mark: packet.mark,
  local,
  trace,
});

/** What all branches have in common: what a reader, or a test, asks first. */
export type CommonFate<T = unknown> =
  | { readonly kind: 'pass' | 'drop' | 'reject' | 'martian' }
  | { readonly kind: 'dnat'; readonly endpoints: readonly Branch<T>[] }
  /** Some branches are dropped or rejected, others are not. */
  | { readonly kind: 'mixed'; readonly branches: readonly Branch<T>[] };

export function commonFateOf<T>({ branches }: Outcome<T>): CommonFate<T> {
  const kinds = new Set(branches.map(branchKind));
  const [kind] = kinds;
  if (kinds.size !== 1 || kind === undefined) return { kind: 'mixed', branches };
  return kind === 'dnat' ? { kind, endpoints: branches } : { kind };
}

const branchKind = ({ verdict, dnat }: Branch<unknown>): Exclude<CommonFate['kind'], 'mixed'> =>
  verdict !== 'accept' ? verdict : dnat ? 'dnat' : 'pass';

/** Branches with the same result become one, with the trace of the first. */
export function mergeBranches<T>(branches: readonly Branch<T>[]): readonly Branch<T>[] {
  const merged = new Map<string, Branch<T>>();
  for (const branch of branches) {
    const { verdict, dnat, masquerade, mark, destination, destinationPort } = branch;
    const key = [verdict, dnat, masquerade, mark, destination, destinationPort].join(' ');
    const same = merged.get(key);
    merged.set(
      key,
      same === undefined ? branch : { ...same, probability: same.probability + branch.probability },
    );
  }
  return [...merged.values()];
}
