import type { ParsedRuleset } from '../nftables/parse/parse-nft.ts';
import { readRuleset } from '../nftables/parse/read-ruleset.ts';

/**
 * Reads a ruleset back: the text that `natc compile` writes, or what `nft list table` prints of a table of
 * natc. What natc does not write is an error, never skipped.
 *
 * @param name what diagnostics call the text
 * @returns no ruleset where a diagnostic is an error
 */
export const parse = (text: string, name = 'ruleset.nft'): ParsedRuleset =>
  readRuleset({ name, text });
