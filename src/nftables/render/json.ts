import type { Owner } from '../../plan/owner.ts';
import { renderDocument } from '../../plan/render-json.ts';
import type { Ruleset } from '../ast.ts';

/**
 * A ruleset as JSON, of the schema natc.ruleset/v1. Origins are
 * given as text, and a comment block by its heading alone.
 */
export const renderRulesetJson = (ruleset: Ruleset): string =>
  renderDocument({ schema: 'natc.ruleset/v1', ...ruleset }, (key, value) => {
    if (internal.has(key)) return undefined;
    return key === 'owner' && value !== undefined ? (value as Owner).name : value;
  });

/** Fields that say once more, for later stages, what names and comments say. */
const internal: ReadonlySet<string> = new Set([
  'clients',
  'frontend',
  'nodeName',
  'role',
  'servicePort',
]);
