import type { ForwardStep } from '../../packet/forward-step.ts';

/** Chains in chains are followed so far. */
const mostChains = 32;

/**
 * Whether a base chain accepts every connection whose destination was translated: by a rule that asks
 * for nothing else, in it or in a chain that all packets go through. What is dropped before on some
 * other condition was meant to be.
 *
 * @param read the steps of a chain; undefined when they cannot be read
 * @returns undefined when it cannot be told
 */
export async function acceptsTranslated(
  chain: string,
  read: (chain: string) => Promise<readonly ForwardStep[] | undefined>,
): Promise<boolean | undefined> {
  let chains = 0;
  const walk = async (name: string): Promise<Fate> => {
    chains += 1;
    if (chains > mostChains) return 'falls';
    const steps = await read(name);
    if (steps === undefined) return 'unknown';
    for (const step of steps) {
      switch (step.kind) {
        case 'accept':
          return 'accepted';
        case 'drop':
          return 'dropped';
        case 'return':
          return 'falls';
        case 'call': {
          const fate = await walk(step.chain);
          if (fate !== 'falls' || step.isGoto) return fate;
          break;
        }
        case 'other':
          break;
      }
    }
    return 'falls';
  };
  const fate = await walk(chain);
  return fate === 'unknown' ? undefined : fate === 'accepted';
}

type Fate = 'accepted' | 'dropped' | 'falls' | 'unknown';
