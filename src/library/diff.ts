import { nothingInvented } from '../allocate/invented.ts';
import { plainPalette } from '../diagnostics/palette.ts';
import type { TrafficDiff } from '../diff/change.ts';
import { withContests } from '../diff/claims.ts';
import { formatTrafficJson } from '../diff/format-json.ts';
import { formatTrafficMarkdown } from '../diff/format-markdown.ts';
import { formatTrafficText } from '../diff/format-text.ts';
import { isSameDiff } from '../diff/not-shown.ts';
import { surroundingsOf } from '../diff/surroundings.ts';
import { diffTraffic } from '../diff/traffic.ts';
import { locate } from '../read/locate.ts';
import { type Compiled, isOutput, nodeAddressesOf, planOf, rulesetOf } from './subject.ts';

/**
 * What changes for packets between two rulesets: `natc diff`. No changes are a proof that no packet is
 * treated differently.
 *
 * @param nodeAddresses addresses of the node besides those that its options or Node object tell
 * @throws TypeError for a ruleset of another shape than natc's
 */
export function diff(
  before: Compiled,
  after: Compiled,
  nodeAddresses: readonly string[] = [],
): TrafficDiff {
  const known = new Set([...nodeAddressesOf(before), ...nodeAddressesOf(after), ...nodeAddresses]);
  const nodeName = isOutput(after) ? after.settings.nodeName : undefined;
  const surroundings = surroundingsOf(knownOf(before), knownOf(after))(nodeName);
  const traffic = diffTraffic(rulesetOf(before), rulesetOf(after), known, surroundings);
  return withContests(traffic, planOf(before), planOf(after), surroundings.blame);
}

const knownOf = (compiled: Compiled) =>
  isOutput(compiled) ? { cluster: compiled.cluster, settings: compiled.settings } : undefined;

/** Whether both sides treat every packet alike. */
export const isSameTraffic = (traffic: TrafficDiff): boolean => isSameDiff(traffic);

/** A diff as `natc diff -o` prints it, without colours. The JSON is of the schema natc.diff/v1. */
export function formatDiff(
  traffic: TrafficDiff,
  format: 'text' | 'json' | 'markdown' = 'text',
): string {
  switch (format) {
    case 'text':
      return formatTrafficText(traffic, { palette: plainPalette, locate });
    case 'json':
      return formatTrafficJson(traffic, locate, nothingInvented);
    case 'markdown':
      return formatTrafficMarkdown(traffic, locate);
  }
}
