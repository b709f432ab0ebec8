import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { RunResult } from '../../host/machine/host.ts';
import { nftFailure } from '../../host/machine/nft-error.ts';
import type { Origin } from '../../plan/plan.ts';
import type { Ruleset } from '../ast.ts';
import { renderElement, renderRule } from '../render/nft.ts';

/**
 * What a failed nft run means. Where nft quotes a line that stands for an object of the input, the
 * diagnostic points at that object.
 *
 * @returns no diagnostics when the run succeeded
 */
export const nftDiagnostics = (result: RunResult, ruleset: Ruleset): readonly Diagnostic[] =>
  nftFailure(result, (line) => {
    const origin = findOrigin(ruleset, line);
    return origin === undefined ? [] : [{ kind: 'field', ...origin }];
  });

/** The object and field behind a line of the ruleset's text. */
function findOrigin(ruleset: Ruleset, line: string): Origin | undefined {
  const text = line.replace(/,$/, '');
  for (const table of ruleset.tables) {
    for (const { elements } of table.collections) {
      const element = elements.find((candidate) => renderElement(candidate) === text);
      if (element !== undefined) return element.origin ?? element.owner?.origin;
    }
    const chain = table.chains.find(({ rules }) =>
      rules.some((rule) => renderRule(rule, table.family) === text),
    );
    if (chain?.owner !== undefined) return chain.owner.origin;
  }
  return undefined;
}
