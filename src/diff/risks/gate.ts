import { type FoundRisk, openRisks } from './collect.ts';
import { type RiskSeverity, severities } from './table.ts';

/** From when on a diff fails: a risk that bad or worse, any difference, or never. */
export type Gate = RiskSeverity | 'any' | 'none';

/**
 * Whether a diff fails.
 *
 * @param isSame whether no packet is known to be treated differently
 * @param isCovered whether all was compared: what is not known may be as bad as anything
 */
export function failsAt(
  gate: Gate,
  risks: readonly FoundRisk[],
  { isSame, isCovered }: { readonly isSame: boolean; readonly isCovered: boolean },
): boolean {
  if (gate === 'none') return false;
  if (!isCovered) return true;
  if (gate === 'any') return !isSame;
  const worst = severities.slice(0, severities.indexOf(gate) + 1);
  return openRisks(risks).some(({ severity }) => worst.includes(severity));
}
