import { formatPath, objectName } from '../diagnostics/report.ts';
import type { Origin, Plan } from '../plan/plan.ts';
import type { Owner, Ruleset } from '../ruleset/ast.ts';

/**
 * A ruleset as JSON. `version` changes when a field changes its meaning or goes away. Origins are
 * given as text, and a comment block by its heading alone.
 */
export const renderRulesetJson = (ruleset: Ruleset): string =>
  render({ version: 1, kind: 'Ruleset', ...ruleset });

/** A plan as JSON: what is decided, before anything is known of nftables. */
export const renderPlanJson = (plan: Plan): string => render({ version: 1, kind: 'Plan', ...plan });

const render = (document: object): string =>
  `${JSON.stringify(document, (key, value) => simplify(key, value), 2)}\n`;

function simplify(key: string, value: unknown): unknown {
  if (value === undefined || value === null) return value;
  switch (key) {
    case 'origin': {
      const { object, path } = value as Origin;
      return { file: object.source.name, object: objectName(object), path: formatPath(path) };
    }
    case 'owner':
      return (value as Owner).name;
    default:
      return value;
  }
}
