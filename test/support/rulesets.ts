/** Generated rulesets: anything the AST can say, whether it makes sense or not. */

import fc from 'fast-check';
import type { L4Proto, NftFamily } from '../../src/net/family.ts';
import type {
  Action,
  Chain,
  Collection,
  ElementVerdict,
  Hook,
  Key,
  Match,
  Ruleset,
  Selector,
  Statement,
  Table,
} from '../../src/nftables/ast.ts';
import type { Owner } from '../../src/plan/owner.ts';

const names = fc.constantFrom(
  'services',
  'node-ports',
  'pick-tcp-2',
  'learn/shop/web/tcp/',
  'a.b_c',
);
const ports = fc.integer({ min: 1, max: 65535 });
const l4protos = fc.constantFrom<L4Proto>('tcp', 'udp', 'sctp');
const directions = fc.constantFrom<'saddr' | 'daddr'>('saddr', 'daddr');
const texts = fc.constantFrom('shop/web:http', 'a, b; c { d } # e', 'x : y');

const addresses: Record<NftFamily, fc.Arbitrary<string>> = {
  ip: fc.constantFrom('10.96.0.10', '192.168.0.2', '255.255.255.255', '0.0.0.0'),
  ip6: fc.constantFrom('fd00::10', '::1', '2001:db8:1::a:0', '::'),
};

const networks: Record<NftFamily, fc.Arbitrary<string>> = {
  ip: fc.oneof(addresses.ip, fc.constantFrom('10.0.0.0/8', '0.0.0.0/0', '10.1.2.3/32')),
  ip6: fc.oneof(addresses.ip6, fc.constantFrom('fd00::/8', '::/0', '2001:db8::1/128')),
};

const plainSelectors = fc.constantFrom<Selector>(
  'saddr',
  'daddr',
  'l4proto',
  'th dport',
  'tcp dport',
  'udp dport',
  'sctp dport',
  'ct original daddr',
  'ct original proto-dst',
);

const selectors: fc.Arbitrary<Selector> = fc.oneof(
  { weight: 5, arbitrary: plainSelectors },
  fc.record({ kind: fc.constant('numgen random' as const), modulus: ports }),
);

const keys = fc.array(selectors, { minLength: 1, maxLength: 4 });
const concatenations = fc.array(selectors, { minLength: 2, maxLength: 4 });

function fieldOf(family: NftFamily, selector: Selector, isInterval: boolean) {
  switch (selector) {
    case 'saddr':
    case 'daddr':
    case 'ct original daddr':
      return isInterval ? networks[family] : addresses[family];
    case 'l4proto':
      return l4protos;
    default:
      return ports;
  }
}

const keyOf = (
  family: NftFamily,
  key: readonly Selector[],
  isInterval = false,
): fc.Arbitrary<Key> => fc.tuple(...key.map((selector) => fieldOf(family, selector, isInterval)));

const owners: readonly Owner[] = [
  {
    servicePort: { service: 'shop/web', portName: 'http' },
    name: 'shop/web:http',
    lines: ['ClusterIP, TCP 80', 'endpoints, 1/1: 10.1.0.6:8080,', '  more'],
  },
  { servicePort: { service: 'shop/dns', portName: '' }, name: 'shop/dns', lines: [] },
];

const elementBases = fc.record(
  { comment: texts, owner: fc.constantFrom(...owners) },
  { requiredKeys: ['owner'] },
);

const elementsOf = <E extends object>(
  key: fc.Arbitrary<Key>,
  rest: fc.Arbitrary<E>,
): fc.Arbitrary<readonly ({ key: Key } & E)[]> =>
  fc.oneof(
    fc.array(
      fc.tuple(key, elementBases, rest).map(([k, base, more]) => ({ key: k, ...base, ...more })),
      { maxLength: 4 },
    ),
    fc.array(
      fc.tuple(key, rest).map(([k, more]) => ({ key: k, ...more })),
      { maxLength: 4 },
    ),
  );

const elementVerdicts: fc.Arbitrary<ElementVerdict> = fc.oneof(
  fc.constantFrom<ElementVerdict>({ kind: 'accept' }, { kind: 'drop' }, { kind: 'return' }),
  names.map((chain): ElementVerdict => ({ kind: 'goto', chain })),
);

const optional = <T extends object>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(shape, { requiredKeys: [] });

const storage = optional({
  timeout: ports,
  dynamic: fc.constant(true as const),
  // 65535 goes without saying where rules write elements.
  size: fc.integer({ min: 1, max: 65534 }),
  comment: texts,
});

const collectionsOf = (family: NftFamily): fc.Arbitrary<Collection> =>
  fc.oneof(
    fc
      .tuple(keys, fc.boolean(), names, storage)
      .chain(([key, interval, name, more]) =>
        elementsOf(keyOf(family, key, interval), fc.constant({})).map(
          (elements): Collection => ({ kind: 'set', name, key, interval, ...more, elements }),
        ),
      ),
    fc
      .tuple(keys, names, optional({ comment: texts }))
      .chain(([key, name, more]) =>
        elementsOf(keyOf(family, key), fc.record({ verdict: elementVerdicts })).map(
          (elements): Collection => ({ kind: 'verdict-map', name, key, ...more, elements }),
        ),
      ),
    fc
      .tuple(keys, keys, names, storage)
      .chain(([key, value, name, more]) =>
        elementsOf(keyOf(family, key), fc.record({ value: keyOf(family, value) })).map(
          (elements): Collection => ({ kind: 'data-map', name, key, value, ...more, elements }),
        ),
      ),
  );

const matchesOf = (family: NftFamily): fc.Arbitrary<Match> =>
  fc.oneof(
    fc.record({
      kind: fc.constant('address' as const),
      selector: directions,
      negated: fc.boolean(),
      network: networks[family],
    }),
    fc.record({ kind: fc.constant('l4proto' as const), protocol: l4protos }),
    fc.record({ kind: fc.constant('dport' as const), protocol: l4protos, port: ports }),
    fc.record({
      kind: fc.constant('iifname' as const),
      negated: fc.boolean(),
      name: fc.constantFrom('lo', 'eth0', 'veth*', 'br-1.5@x'),
    }),
    fc.record({ kind: fc.constant('fib-local' as const), selector: directions }),
    fc.constantFrom<Match>({ kind: 'ct-state-new' }, { kind: 'ct-status-dnat' }),
    fc.record({ kind: fc.constant('mark' as const), mask: fc.constantFrom(1, 0x4000, 2 ** 31) }),
    fc.record({
      kind: fc.constant('in-set' as const),
      key: keys,
      negated: fc.boolean(),
      set: names,
    }),
  );

const actions: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    kind: fc.constant('set-mark' as const),
    operation: fc.constantFrom<'or' | 'xor'>('or', 'xor'),
    mask: fc.constantFrom(1, 0x4000, 2 ** 31),
  }),
  fc.record({ kind: fc.constant('vmap' as const), key: concatenations, map: names }),
  fc.record(
    { kind: fc.constant('dnat' as const), key: keys, map: names, port: ports },
    { requiredKeys: ['kind', 'key', 'map'] },
  ),
  fc.record({
    kind: fc.constant('map-update' as const),
    operation: fc.constantFrom<'update' | 'delete'>('update', 'delete'),
    map: names,
    key: plainSelectors,
    value: plainSelectors,
  }),
  fc.constantFrom<Action>({ kind: 'masquerade' }, { kind: 'reject' }),
  elementVerdicts,
  names.map((chain): Action => ({ kind: 'jump', chain })),
);

const hooks: fc.Arbitrary<Hook> = fc.record({
  type: fc.constantFrom<Hook['type']>('filter', 'nat'),
  hook: fc.constantFrom<Hook['hook']>('prerouting', 'input', 'forward', 'output', 'postrouting'),
  priority: fc.integer({ min: -400, max: 400 }),
});

const chainsOf = (family: NftFamily): fc.Arbitrary<Chain> =>
  fc.record(
    {
      name: names,
      comment: texts,
      hook: hooks,
      rules: fc.array(
        fc.record(
          {
            statements: fc.array(fc.oneof<fc.Arbitrary<Statement>[]>(matchesOf(family), actions), {
              minLength: 1,
              maxLength: 4,
            }),
            reason: texts,
          },
          { requiredKeys: ['statements'] },
        ),
        { maxLength: 4 },
      ),
    },
    { requiredKeys: ['name', 'rules'] },
  );

const tables: fc.Arbitrary<Table> = fc.constantFrom<NftFamily>('ip', 'ip6').chain((family) =>
  fc.record(
    {
      family: fc.constant(family),
      name: names,
      comment: texts,
      collections: fc.array(collectionsOf(family), { maxLength: 3 }),
      chains: fc.array(chainsOf(family), { maxLength: 3 }),
    },
    { requiredKeys: ['family', 'name', 'collections', 'chains'] },
  ),
);

export const rulesets: fc.Arbitrary<Ruleset> = fc.record({
  tables: fc.array(tables, { maxLength: 2 }),
});
