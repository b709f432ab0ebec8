import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Place } from '../diagnostics/place.ts';
import type { Source } from '../diagnostics/source.ts';
import { nftTextOfJson } from '../nftables/json/listing-text.ts';
import { NftSyntaxError } from '../nftables/parse/scanner.ts';
import type { NotUnderstood } from '../packet/not-understood.ts';
import { parseIptablesSaves } from './iptables/parse-save.ts';
import { guardsLoopback, servedByIptables } from './iptables/serves.ts';
import type { FamilyRules, LeftOut, ParsedListing } from './listing.ts';
import { parseNftRuleset } from './nftables/parse-ruleset.ts';
import { servedByNftables } from './nftables/serves.ts';
import { outlineTable } from './outline.ts';
import { type ListingForm, recogniseListing } from './recognise.ts';

/** What was read, before it is told what it serves. */
interface Parsed {
  readonly rules: readonly FamilyRules[];
  readonly notUnderstood: readonly NotUnderstood[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Reads what kube-proxy wrote out of a listing (what `nft list ruleset` or `table` prints, with or without -j;
 * iptables-save, ip6tables-save or both). JSON is read as the text that nft would have printed, and places are
 * in that text. What others wrote is left out and named. A rule that is not understood stays where
 * it is as that (NATC4302), so that no packet that meets it gets an answer.
 *
 * @returns no listing where there is nothing of kube-proxy's (NATC4301), or it cannot be read (NATC4303, 4304)
 */
export function parseListing(source: Source): ParsedListing {
  const form = recogniseListing(source.text);
  if (form === undefined) return failed(nothingOfKubeProxy(source));
  try {
    return parseForm(source, form);
  } catch (error) {
    if (!(error instanceof NftSyntaxError)) throw error;
    const { message, start, end } = error;
    return failed({
      code: 'NATC4303',
      severity: 'error',
      message: `the listing cannot be read: ${message}`,
      places: [{ kind: 'span', source, start, end }],
      hint: 'list it again, whole, and do not change it',
    });
  }
}

const failed = (diagnostic: Diagnostic): ParsedListing => ({
  listing: undefined,
  diagnostics: [diagnostic],
});

function parseForm(source: Source, form: ListingForm): ParsedListing {
  switch (form) {
    case 'nft': {
      const parsed = parseNftRuleset(source);
      if (parsed.hasIptablesMode) return failed(shownByNft(source));
      const rules = parsed.tables.map(
        (table): FamilyRules => ({ mode: 'nftables', family: table.family, table }),
      );
      return finish(source, { ...parsed, rules });
    }
    case 'iptables-save': {
      const parsed = parseIptablesSaves(source.text);
      const rules = parsed.rules.map(
        ({ family, ruleset }): FamilyRules => ({
          ...{ mode: 'iptables', family, ruleset },
          guardsLoopback: guardsLoopback(ruleset),
        }),
      );
      return finish(source, { ...parsed, rules });
    }
    case 'nft-json': {
      const printed = nftTextOfJson(source.text);
      if ('problem' in printed) return failed(noJson(source, printed.problem));
      return parseListing({ name: `${source.name} (as text)`, text: printed.text });
    }
  }
}

function finish(source: Source, { rules, notUnderstood, leftOut }: Parsed): ParsedListing {
  if (rules.length === 0) return failed(nothingOfKubeProxy(source));
  const tables = rules.map((each) =>
    outlineTable(
      each.family,
      each.mode === 'nftables' ? servedByNftables(each.table) : servedByIptables(each.ruleset),
    ),
  );
  return {
    listing: { source, rules, outline: { tables }, leftOut, notUnderstood },
    diagnostics: notUnderstood.map((each) => notUnderstoodDiagnostic(source, each)),
  };
}

function notUnderstoodDiagnostic(source: Source, { text, line, why }: NotUnderstood): Diagnostic {
  const reason = why === undefined ? '' : ` (${why})`;
  return {
    code: 'NATC4302',
    severity: 'warning',
    message: `line ${line} is not understood: ${text}${reason}`,
    places: [lineOf(source, line)],
    hint: 'packets that get there have no answer; all others do',
  };
}

/** A line of the listing as a place. */
export function lineOf(source: Source, line: number): Place {
  let start = 0;
  for (let count = 1; count < line; count++) {
    const end = source.text.indexOf('\n', start);
    if (end < 0) break;
    start = end + 1;
  }
  while (/[ \t]/.test(source.text[start] ?? '')) start += 1;
  const end = source.text.indexOf('\n', start);
  return { kind: 'span', source, start, end: end < 0 ? source.text.length : end };
}

const nothingOfKubeProxy = ({ name }: Source): Diagnostic => ({
  code: 'NATC4301',
  severity: 'error',
  message: "nothing in the listing is kube-proxy's: no table kube-proxy, no chain KUBE-SERVICES",
  places: [{ kind: 'file', name }],
  hint: 'list the rules of a node that runs kube-proxy: nft list ruleset, or iptables-save',
});

const noJson = ({ name }: Source, problem: string): Diagnostic => ({
  code: 'NATC4303',
  severity: 'error',
  message: `the listing cannot be read: ${problem}`,
  places: [{ kind: 'file', name }],
  hint: 'list it again, whole, and do not change it',
});

const shownByNft = ({ name }: Source): Diagnostic => ({
  code: 'NATC4304',
  severity: 'error',
  message: 'kube-proxy is in its iptables mode here, whose rules nft cannot show in full',
  places: [{ kind: 'file', name }],
  hint: 'list them with iptables-save and ip6tables-save',
});
