import type { NftFamily } from '../../net/family.ts';
import { addressText, identifier, interfaceName } from '../../net/quote.ts';
import type { Match, Selector, Statement } from '../ast.ts';

/** Selectors, matches and statements in nft's syntax. */

export function renderSelector(selector: Selector, family: NftFamily): string {
  if (typeof selector === 'object') return `numgen random mod ${selector.modulus}`;
  switch (selector) {
    case 'saddr':
    case 'daddr':
      return `${family} ${selector}`;
    case 'l4proto':
      return 'meta l4proto';
    case 'ct original daddr':
      return `ct original ${family} daddr`;
    case 'th dport':
    case 'tcp dport':
    case 'udp dport':
    case 'sctp dport':
    case 'ct original proto-dst':
      return selector;
  }
}

export const renderKey = (key: readonly Selector[], family: NftFamily): string =>
  key.map((selector) => renderSelector(selector, family)).join(' . ');

const hex = (mask: number): string => `0x${mask.toString(16)}`;

const negation = (negated: boolean): string => (negated ? '!= ' : '');

export function renderStatement(statement: Statement, family: NftFamily): string {
  switch (statement.kind) {
    case 'set-mark':
      return `meta mark set meta mark ${statement.operation} ${hex(statement.mask)}`;
    case 'vmap':
      return `${renderKey(statement.key, family)} vmap @${identifier(statement.map)}`;
    case 'dnat': {
      const port = statement.port === undefined ? '' : ` : ${statement.port}`;
      const key = renderKey(statement.key, family);
      return `dnat ${family} to ${key} map @${identifier(statement.map)}${port}`;
    }
    case 'map-update': {
      const key = renderSelector(statement.key, family);
      const { value } = statement;
      const pair = value === undefined ? key : `${key} : ${renderSelector(value, family)}`;
      return `${statement.operation} @${identifier(statement.map)} { ${pair} }`;
    }
    case 'masquerade':
      return 'masquerade fully-random';
    case 'reject':
    case 'accept':
    case 'drop':
    case 'return':
      return statement.kind;
    case 'jump':
    case 'goto':
      return `${statement.kind} ${identifier(statement.chain)}`;
    default:
      return renderMatch(statement, family);
  }
}

function renderMatch(match: Match, family: NftFamily): string {
  switch (match.kind) {
    case 'address':
      return `${family} ${match.selector} ${negation(match.negated)}${addressText(match.network)}`;
    case 'l4proto':
      return `meta l4proto ${match.protocol}`;
    case 'dport':
      return `${match.protocol} dport ${match.port}`;
    case 'iifname':
      return `iifname ${negation(match.negated)}${interfaceName(match.name)}`;
    case 'fib-local':
      return `fib ${match.selector} type local`;
    case 'ct-state-new':
      return 'ct state new';
    case 'ct-status-dnat':
      return 'ct status dnat';
    case 'mark':
      return `meta mark & ${hex(match.mask)} ${match.negated ? '!=' : '=='} ${hex(match.mask)}`;
    case 'in-set': {
      const key = renderKey(match.key, family);
      return `${key} ${negation(match.negated)}@${identifier(match.set)}`;
    }
    case 'not-understood':
      throw new Error(`not understood, so never written: ${match.text}`);
  }
}
