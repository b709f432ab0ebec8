import { type Host, type RunResult, succeeded } from './host.ts';

/** A chain as `nft -t list chains` names it; its rules are not listed. */
export interface ListedChain {
  readonly name: string;
  /** What makes it a base chain; undefined: others jump to it. */
  readonly base:
    | {
        /** `forward` */
        readonly hook: string;
        /** As nft prints it: `filter`, `filter + 10`. */
        readonly priority: string;
        readonly policy: string | undefined;
      }
    | undefined;
}

export interface TableChains {
  /** `ip`, `inet`, `bridge`, … */
  readonly family: string;
  readonly name: string;
  readonly chains: readonly ListedChain[];
}

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

/** Reads what `nft -t list chains` prints. */
export function parseChains(listing: string): readonly TableChains[] {
  return listing.split(/^table /m).flatMap((text) => {
    const [, family, name] = /^(\S+) (\S+) \{/.exec(text) ?? [];
    if (family === undefined || name === undefined) return [];
    return [{ family, name, chains: [...text.matchAll(chainPattern)].map(chainOf) }];
  });
}

const chainPattern = /^\tchain (\S+) \{\n((?:\t\t.*\n)*)/gm;

const basePattern =
  /^\t\ttype \S+ hook (\S+) (?:device .* )?priority ([^;]+);(?: flags [^;]+;)*(?: policy (\w+);)?/m;

function chainOf([, name = '', body = '']: RegExpExecArray): ListedChain {
  const [, hook, priority, policy] = basePattern.exec(body) ?? [];
  return hook === undefined || priority === undefined
    ? { name, base: undefined }
    : { name, base: { hook, priority, policy } };
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
