import type { Source } from '../../diagnostics/source.ts';
import type { Table } from '../../nftables/ast.ts';
import { createScanner } from '../../nftables/parse/scanner.ts';
import type { NotUnderstood } from '../../packet/not-understood.ts';
import type { LeftOut } from '../listing.ts';
import { lineCounter } from './context.ts';
import { parseTable } from './table.ts';

/** The name of kube-proxy's tables. */
export const kubeProxyTable = 'kube-proxy';

export interface ParsedNftables {
  readonly tables: readonly Table[];
  readonly notUnderstood: readonly NotUnderstood[];
  readonly leftOut: readonly LeftOut[];
  /** Rules of kube-proxy's iptables mode, as nft prints them: they are to be read from iptables-save. */
  readonly hasIptablesMode: boolean;
}

const tableStart = /^table (\S+) (\S+) \{/gm;

/**
 * Reads kube-proxy's tables out of what `nft list ruleset` or `nft list table` prints; other tables are not
 * looked into, but for base chains of theirs that drop what their rules do not accept.
 *
 * @throws {NftSyntaxError} where one of kube-proxy's tables cannot be read at all
 */
export function parseNftRuleset(source: Source): ParsedNftables {
  const { text } = source;
  const tables: Table[] = [];
  const notUnderstood: NotUnderstood[] = [];
  const leftOut: LeftOut[] = [];
  const lineOf = lineCounter(text);
  const starts = [...text.matchAll(tableStart)];
  starts.forEach((match, place) => {
    const [, family = '', name = ''] = match;
    const isOurs = name === kubeProxyTable && (family === 'ip' || family === 'ip6');
    if (isOurs) {
      const parsed = parseTable(createScanner(source, match.index), text, lineOf);
      tables.push(parsed.table);
      notUnderstood.push(...parsed.notUnderstood);
      return;
    }
    const body = text.slice(match.index, starts[place + 1]?.index);
    leftOut.push(leftOutTable(`table ${family} ${name}`, body));
  });
  return {
    ...{ tables, notUnderstood, leftOut },
    hasIptablesMode: tables.length === 0 && /^\s*chain KUBE-SERVICES \{/m.test(text),
  };
}

const dropPolicy =
  /chain (\S+) \{\s*(?:comment [^\n]*\s*)?type filter hook (\w+) [^\n]*policy drop;/;

function leftOutTable(name: string, body: string): LeftOut {
  const [, chain, hook] = dropPolicy.exec(body) ?? [];
  return chain === undefined ? { name } : { name, dropPolicy: `chain ${chain} at ${hook}` };
}
