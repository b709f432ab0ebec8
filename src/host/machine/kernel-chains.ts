import { parseChains, type TableChains } from '../../nftables/parse/listed-chains.ts';
import { type Host, type RunResult, succeeded } from './host.ts';

/** The tables of this network namespace with their chains, whoever made them. */
export type KernelChains =
  | { readonly kind: 'listed'; readonly tables: readonly TableChains[] }
  /** What came of asking. Of one table or chain nft may know all the same. */
  | { readonly kind: 'unlisted'; readonly result: RunResult };

/** Asks the kernel when it is first called, and gives the same answer from then on. */
export type ReadChains = () => Promise<KernelChains>;

export function chainReader(host: Host): ReadChains {
  let answer: Promise<KernelChains> | undefined;
  return () => {
    answer ??= listKernelChains(host);
    return answer;
  };
}

/**
 * Lists all chains. Without their rules it takes nft 1.0.6 some milliseconds beside tables with 20,000
 * Services, whose elements `nft list tables` would read, and does not make it read rules and sets that it
 * might crash on.
 */
export async function listKernelChains(host: Host): Promise<KernelChains> {
  const result = await host.run('nft', ['-t', 'list', 'chains']);
  return result.kind === 'exited' && succeeded(result)
    ? { kind: 'listed', tables: parseChains(result.stdout) }
    : { kind: 'unlisted', result };
}

/** Whether a table is there; undefined where the chains could not be listed. */
export const tableIsListed = (
  chains: KernelChains,
  family: string,
  table: string,
): boolean | undefined =>
  chains.kind === 'listed'
    ? chains.tables.some((each) => each.family === family && each.name === table)
    : undefined;

/** Whether a chain is there; undefined where the chains could not be listed. */
export const chainIsListed = (
  chains: KernelChains,
  family: string,
  table: string,
  chain: string,
): boolean | undefined =>
  chains.kind === 'listed'
    ? chains.tables.some(
        (each) =>
          each.family === family &&
          each.name === table &&
          each.chains.some(({ name }) => name === chain),
      )
    : undefined;
