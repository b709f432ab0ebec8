import { describe, expect, test } from 'vitest';
import {
  addressText,
  commentLine,
  identifier,
  interfaceName,
  quoted,
} from '../../../src/net/quote.ts';
import type { Ruleset } from '../../../src/nftables/ast.ts';
import { renderNft } from '../../../src/nftables/render/nft.ts';
import type { Owner } from '../../../src/plan/owner.ts';
import { origin } from '../../support/plan.ts';

describe('hostile text', () => {
  test('comments are printable, on one line and within the limit of nft', () => {
    expect(commentLine('a\nelements = { }\u2028é"')).toBe('a?elements = { }??"');
    expect(quoted('say "hi"\\\n; drop')).toBe("\"say 'hi''?; drop\"");
    expect(quoted('x'.repeat(300))).toHaveLength(130);
  });

  test('names, interfaces and addresses that are none are refused', () => {
    for (const name of ['', '1a', 'a b', 'a;b', 'a}b', 'a"b', 'a\n', 'x'.repeat(256)])
      expect(() => identifier(name), name).toThrow('not an nft name');
    for (const name of ['', 'a b', 'a"', 'a/b', 'a\\b', 'é', 'x'.repeat(17)])
      expect(() => interfaceName(name), name).toThrow('not an interface name');
    for (const text of ['', '1.2.3.4; drop', '10.0.0.0/8 ', 'localhost'])
      expect(() => addressText(text), text).toThrow('not an address');
    expect(interfaceName('veth*')).toBe('"veth*"');
  });
});

test('a table replaces itself, one element a line, each Service introduced once', () => {
  const owner: Owner = {
    servicePort: { service: 'shop/web', portName: '' },
    name: 'shop/web',
    lines: ['ClusterIP, TCP 80'],
    origin,
  };
  const ruleset: Ruleset = {
    tables: [
      {
        family: 'ip',
        name: 'natc',
        collections: [
          {
            kind: 'verdict-map',
            name: 'services',
            key: ['daddr', 'l4proto', 'th dport'],
            elements: [
              {
                key: ['10.96.0.10', 'tcp', 80],
                comment: 'shop/web',
                verdict: { kind: 'goto', chain: 'pick' },
                owner,
              },
            ],
          },
          {
            kind: 'set',
            name: 'hairpin',
            key: ['saddr', 'daddr'],
            interval: false,
            elements: [{ key: ['10.1.0.6', '10.1.0.6'], owner }],
          },
          { kind: 'set', name: 'cidrs', key: ['daddr'], interval: true, elements: [] },
        ],
        chains: [
          {
            name: 'pick',
            rules: [{ reason: 'because', statements: [{ kind: 'drop' }] }],
          },
          {
            name: 'in',
            hook: { type: 'filter', hook: 'input', priority: -5 },
            rules: [],
          },
        ],
      },
    ],
  };
  expect(renderNft(ruleset)).toBe(`add table ip natc
delete table ip natc
table ip natc {
	map services {
		typeof ip daddr . meta l4proto . th dport : verdict
		elements = {
			# shop/web
			#   ClusterIP, TCP 80
			10.96.0.10 . tcp . 80 comment "shop/web" : goto pick,
		}
	}

	set hairpin {
		typeof ip saddr . ip daddr
		elements = {
			# shop/web
			10.1.0.6 . 10.1.0.6,
		}
	}

	set cidrs {
		typeof ip daddr
		flags interval
		auto-merge
	}

	chain pick {
		# because
		drop
	}

	chain in {
		type filter hook input priority -5; policy accept;
	}
}
`);
});
