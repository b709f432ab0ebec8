/** Selectors and statements in the JSON of libnftables (libnftables-json(5)). */
import type { NftFamily } from '../../net/family.ts';
import { addressText, identifier, interfaceName } from '../../net/quote.ts';
import type { Match, Selector, Statement } from '../ast.ts';

/** Any JSON value; the schema is libnftables' own. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

export function jsonSelector(selector: Selector, family: NftFamily): Json {
  if (typeof selector === 'object') {
    return { numgen: { mode: 'random', mod: selector.modulus, offset: 0 } };
  }
  switch (selector) {
    case 'saddr':
    case 'daddr':
      return payload(family, selector);
    case 'l4proto':
      return { meta: { key: 'l4proto' } };
    case 'ct original daddr':
      return { ct: { key: `${family} daddr`, dir: 'original' } };
    case 'ct original proto-dst':
      return { ct: { key: 'proto-dst', dir: 'original' } };
    case 'th dport':
      return payload('th', 'dport');
    case 'tcp dport':
      return payload('tcp', 'dport');
    case 'udp dport':
      return payload('udp', 'dport');
    case 'sctp dport':
      return payload('sctp', 'dport');
  }
}

/** One selector, or a concatenation of several. */
export const jsonKey = (key: readonly Selector[], family: NftFamily): Json =>
  concatenation(key.map((selector) => jsonSelector(selector, family)));

export function concatenation(parts: readonly Json[]): Json {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { concat: parts };
}

/** `10.0.0.1`, or `10.0.0.0/8` as a prefix. */
export function jsonAddress(text: string): Json {
  const [address, length] = addressText(text).split('/');
  return length === undefined ? text : { prefix: { addr: address ?? '', len: Number(length) } };
}

const payload = (protocol: string, field: string): Json => ({ payload: { protocol, field } });

const mark: Json = { meta: { key: 'mark' } };

const match = (op: '==' | '!=' | 'in', left: Json, right: Json): Json => ({
  match: { op, left, right },
});

const equality = (negated: boolean): '==' | '!=' => (negated ? '!=' : '==');

export function jsonStatement(statement: Statement, family: NftFamily): Json {
  switch (statement.kind) {
    case 'set-mark': {
      const operator = statement.operation === 'or' ? '|' : '^';
      return { mangle: { key: mark, value: { [operator]: [mark, statement.mask] } } };
    }
    case 'vmap':
      return { vmap: { key: jsonKey(statement.key, family), data: reference(statement.map) } };
    case 'dnat': {
      const map = { key: jsonKey(statement.key, family), data: reference(statement.map) };
      const port = statement.port === undefined ? {} : { port: statement.port };
      return { dnat: { family, addr: { map }, ...port } };
    }
    case 'map-update':
      return statement.value === undefined
        ? {
            set: {
              op: statement.operation,
              elem: jsonSelector(statement.key, family),
              set: reference(statement.map),
            },
          }
        : {
            map: {
              op: statement.operation,
              elem: jsonSelector(statement.key, family),
              data: jsonSelector(statement.value, family),
              map: reference(statement.map),
            },
          };
    case 'masquerade':
      return { masquerade: { flags: 'fully-random' } };
    case 'reject':
    case 'accept':
    case 'drop':
    case 'return':
      return { [statement.kind]: null };
    case 'jump':
    case 'goto':
      return { [statement.kind]: { target: identifier(statement.chain) } };
    default:
      return jsonMatch(statement, family);
  }
}

const reference = (name: string): string => `@${identifier(name)}`;

function jsonMatch(statement: Match, family: NftFamily): Json {
  switch (statement.kind) {
    case 'address':
      return match(
        equality(statement.negated),
        jsonSelector(statement.selector, family),
        jsonAddress(statement.network),
      );
    case 'l4proto':
      return match('==', jsonSelector('l4proto', family), statement.protocol);
    case 'dport':
      return match('==', payload(statement.protocol, 'dport'), statement.port);
    case 'iifname':
      return match(
        equality(statement.negated),
        { meta: { key: 'iifname' } },
        interfaceName(statement.name).slice(1, -1),
      );
    case 'fib-local':
      return match('==', { fib: { result: 'type', flags: [statement.selector] } }, 'local');
    case 'ct-state-new':
      return match('in', { ct: { key: 'state' } }, 'new');
    case 'ct-status-dnat':
      return match('in', { ct: { key: 'status' } }, 'dnat');
    case 'mark':
      return match('==', { '&': [mark, statement.mask] }, statement.mask);
    case 'in-set':
      return match(
        equality(statement.negated),
        jsonKey(statement.key, family),
        reference(statement.set),
      );
    case 'not-understood':
      throw new Error(`not understood, so never written: ${statement.text}`);
  }
}
