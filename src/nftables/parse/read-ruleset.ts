import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Source } from '../../diagnostics/source.ts';
import { chainLoops } from '../chain-loops.ts';
import { verifyRuleset } from '../verify.ts';
import { type ParsedRuleset, parseNft } from './parse-nft.ts';

/**
 * Reads a file that `natc compile` wrote, and sees that it is whole: that everything it names is there
 * (NATC4102), as the kernel would. After that it can be simulated and compared.
 */
export function readRuleset(source: Source): ParsedRuleset {
  const parsed = parseNft(source);
  if (parsed.ruleset === undefined) return parsed;
  const defects = verifyRuleset(parsed.ruleset);
  const loops = defects.length > 0 ? [] : parsed.ruleset.tables.flatMap(chainLoops);
  const diagnostics = [...defects, ...loops].map(
    (message): Diagnostic => ({
      code: 'NATC4102',
      severity: 'error',
      message,
      places: [{ kind: 'file', name: source.name }],
      hint: 'compile the ruleset again',
    }),
  );
  return { ruleset: diagnostics.length === 0 ? parsed.ruleset : undefined, diagnostics };
}
