import { isNftJson } from '../nftables/json/listing-text.ts';

/** The forms in which kube-proxy's rules are listed. */
export type ListingForm = 'nft' | 'nft-json' | 'iptables-save';

/** `table ip kube-proxy {`, and what nft prints of iptables-nft's tables. */
const nftTable = /^table (?:ip|ip6|inet) \S+ \{/m;
const savedTable = /^\*(?:nat|filter|mangle|raw|security)\s*$/m;

/** In JSON: a table of that name, whatever else is said of it before. */
const hasTable = (name: string, json: string): boolean =>
  new RegExp(`"table"\\s*:\\s*\\{[^{}]*"name"\\s*:\\s*"${name}"`).test(json);

/**
 * What a text is, by its content: of a listing of rules that natc did not write. A ruleset of natc's has a
 * table of that name, and none of kube-proxy's.
 *
 * @returns undefined for anything else
 */
export function recogniseListing(text: string): ListingForm | undefined {
  if (isNftJson(text))
    return hasTable('kube-proxy', text) || !hasTable('natc', text) ? 'nft-json' : undefined;
  if (savedTable.test(text) && /^:\S+ (?:\S+ )?\[|^-A \S/m.test(text)) return 'iptables-save';
  if (/^table ip6? kube-proxy \{/m.test(text)) return 'nft';
  const isOther = nftTable.test(text) && !/^(?:add |delete )?table ip6? natc\b/m.test(text);
  return isOther ? 'nft' : undefined;
}
