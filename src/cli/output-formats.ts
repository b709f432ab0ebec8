import type { CompileOutput } from '../compile.ts';

export type OutputFormat = 'nft' | 'json' | 'nft-json' | 'iptables' | 'plan' | 'summary';

/** The formats of `natc compile -o`; each loads what it needs. */
export const outputFormats = {
  nft: async ({ ruleset }) => (await import('../render/nft.ts')).renderNft(ruleset),
} as const satisfies Partial<Record<OutputFormat, (output: CompileOutput) => Promise<string>>>;
