import { type Invented, inventedComment } from '../../allocate/invented.ts';
import { loadBackend } from '../../backends/table.ts';
import type { CompileOutput } from '../../compile.ts';
import type { CompileOptions } from '../../options.ts';
import type { FormatLimits } from '../input/with-compiled.ts';
import { rulesetHead } from './ruleset-head.ts';

type Format = (output: CompileOutput, invented: Invented) => Promise<string>;

/** The formats of `natc compile -o`; each loads what it needs. */
export const outputFormats = {
  nft: async (output) => (await loadBackend('nftables')).render(output),
  json: async ({ ruleset }) =>
    (await import('../../nftables/render/json.ts')).renderRulesetJson(ruleset),
  iptables: async (output) => (await loadBackend('iptables')).render(output),
  plan: async ({ plan }) => (await import('../../plan/render-json.ts')).renderPlanJson(plan),
  summary: async ({ plan }, invented) => {
    const { summarise } = await import('../../plan/summary.ts');
    const { formatSummaryTable } = await import('../list/format-summary.ts');
    return formatSummaryTable(summarise(plan), { invented });
  },
} as const satisfies Record<string, Format>;

/** Those that print the nftables ruleset. */
export const rulesetFormats: ReadonlySet<keyof typeof outputFormats> = new Set(['nft', 'json']);

/** What the formats cannot carry of a compilation, for those that have such limits. */
export const formatLimits: Readonly<Partial<Record<keyof typeof outputFormats, FormatLimits>>> = {
  iptables: async ({ plan }) => (await loadBackend('iptables')).limits(plan),
};

/** Those that a person reads as what a kernel is given. */
const withComments: ReadonlySet<keyof typeof outputFormats> = new Set(['nft', 'iptables']);

/** With what made it and which values are invented, in the formats that have comments. */
export async function rulesetText(
  output: CompileOutput,
  { options, invented }: { readonly options: CompileOptions; readonly invented: Invented },
  format: keyof typeof outputFormats,
): Promise<string> {
  const text = await outputFormats[format](output, invented);
  if (!withComments.has(format)) return text;
  const head = rulesetHead(options, format === 'nft' ? undefined : format);
  return `${head}${inventedComment(invented)}${text}`;
}
