/** A listing that is not what kube-proxy would write for the objects: what differs is found, and told. */
import { describe, expect, test } from 'vitest';
import { diffListedTraffic } from '../../src/diff/listed-traffic.ts';
import { parseListing } from '../../src/kube-proxy/parse-listing.ts';
import { readCase } from '../support/cases.ts';
import { canonical } from '../support/kernel-packets.ts';
import { listingText, natcOf } from './recorded.ts';
import { describeChanges } from './told.ts';

/** What a changed listing of the case differs in from natc's rules, in words, but for what is meant to. */
function told(name: string, file: string, change: (text: string) => string) {
  const { node } = readCase(`${name}.yaml`);
  const text = listingText(`${name}.${file}`);
  const changed = change(text);
  expect(changed).not.toBe(text);
  const { listing, diagnostics } = parseListing({ name: 'listing', text: changed });
  if (listing === undefined) throw new Error(diagnostics.map(({ message }) => message).join());
  const { diff, notUnderstood } = diffListedTraffic(
    { ruleset: listing.outline, listing },
    natcOf(`${name}.yaml`),
    new Set(node.localIPs.map(canonical)),
  );
  return {
    changes: describeChanges(diff.changes.filter(({ known }) => known === undefined)),
    notUnderstood: notUnderstood.map(({ met, destinations }) => ({
      text: met.text,
      why: met.why,
      at: destinations.map(({ label }) => label).sort(),
    })),
    diagnostics: diagnostics.map(({ code, message }) => `${code} ${message}`),
  };
}

const mix = (change: (text: string) => string) => told('010-overall-mix', 'nft', change);

describe('a changed listing of the nftables mode', () => {
  test('a stale endpoint', () => {
    const { changes } = mix((text) => text.replaceAll('10.180.0.5 . 80', '10.180.0.99 . 80'));
    expect(changes).toEqual([
      expect.stringContaining(
        'ns4/svc4: external IP 192.168.99.33:80/TCP, cluster IP 172.30.0.44:80/TCP gains 10.180.0.5:80 (1/2), loses 10.180.0.99:80 (1/2)',
      ),
    ]);
  });

  test('an endpoint twice: a wrong probability', () => {
    const { changes } = mix((text) =>
      text.replace(
        'numgen random mod 2 map { 0 : 10.180.0.4 . 80,',
        'numgen random mod 3 map { 2 : 10.180.0.4 . 80, 0 : 10.180.0.4 . 80,',
      ),
    );
    expect(changes).toEqual([
      expect.stringContaining('10.180.0.4:80 2/3 -> 1/2, 10.180.0.5:80 1/3 -> 1/2'),
    ]);
  });

  test('a destination that is not served', () => {
    const { changes } = mix((text) =>
      text.replace(/^.*172\.30\.0\.44 \. tcp \. 80 : goto service-[^\n]*\n/m, ''),
    );
    expect(changes).toEqual([
      expect.stringContaining(
        'ns4/svc4: cluster IP 172.30.0.44:80/TCP begins to answer: 10.180.0.4:80, 10.180.0.5:80 (1/2 each) (was refused)',
      ),
    ]);
  });

  test('a firewall that lets everybody in, and a rule that masquerades nobody', () => {
    const open = mix((text) => text.replace('ip saddr != 203.0.113.0/25 drop', 'return'));
    expect(open.changes).toEqual([
      expect.stringContaining('load-balancer IP 5.6.7.8:80/TCP now drops'),
    ]);
    const unmasked = mix((text) =>
      text.replace(/^.*ip daddr @cluster-ips ip saddr != 10\.0\.0\.0\/8[^\n]*\n/m, ''),
    );
    expect(unmasked.changes.join()).toContain('SNAT begins');
  });

  test('a chain that is not there: what leads to it has no answer', () => {
    const { changes, notUnderstood } = mix((text) =>
      text.replace(/\tchain service-LAUZTJTB[^}]*map \{[^}]*\}\n\t\}\n/, ''),
    );
    expect(changes).toEqual([]);
    expect(notUnderstood).toEqual([
      {
        text: 'goto service-LAUZTJTB-ns4/svc4/tcp/p80',
        why: 'chain service-LAUZTJTB-ns4/svc4/tcp/p80 is not in the listing',
        at: ['cluster IP 172.30.0.44:80/TCP', 'external IP 192.168.99.33:80/TCP'],
      },
    ]);
  });

  test('a rule of somebody else: packets that get there have no answer, all others do', () => {
    const { changes, notUnderstood, diagnostics } = mix((text) =>
      text.replace(
        'meta l4proto tcp dnat ip to numgen',
        'meta l4proto tcp tcp option maxseg size set 1400 dnat ip to numgen',
      ),
    );
    expect(changes).toEqual([]);
    expect(notUnderstood).toEqual([
      {
        text: expect.stringMatching(
          /^tcp option maxseg size set 1400 dnat ip to numgen random mod 2/,
        ),
        why: undefined,
        at: ['cluster IP 172.30.0.44:80/TCP', 'external IP 192.168.99.33:80/TCP'],
      },
    ]);
    expect(diagnostics).toEqual([
      expect.stringMatching(
        /^NATC4302 line 191 is not understood: tcp option maxseg size set 1400/,
      ),
    ]);
  });

  test('a chain at a hook that cannot be read is no listing', () => {
    const { node, input } = readCase('010-overall-mix.yaml');
    expect(node.localIPs.length + input.length).toBeGreaterThan(0);
    const text = listingText('010-overall-mix.nft').replace(
      'type filter hook input priority filter; policy accept;',
      'type filter hook input priority filter; policy drop;',
    );
    const { listing, diagnostics } = parseListing({ name: 'listing', text });
    expect(listing).toBeUndefined();
    expect(diagnostics).toEqual([
      expect.objectContaining({
        code: 'NATC4303',
        message: 'the listing cannot be read: expected "accept", not "drop"',
      }),
    ]);
  });

  test('tables of others are left out and named, those that drop first', () => {
    const others = `table inet filter {
	chain forward {
		type filter hook forward priority filter; policy drop;
		ct state established,related accept
	}
}
table ip nat {
	chain POSTROUTING { }
}
`;
    const { listing } = parseListing({
      name: 'listing',
      text: others + listingText('010-overall-mix.nft'),
    });
    expect(listing?.leftOut).toEqual([
      { name: 'table inet filter', dropPolicy: 'chain forward at forward' },
      { name: 'table ip nat' },
    ]);
  });
});

const saved = (change: (text: string) => string) =>
  told('010-overall-mix', 'iptables-save', change);

describe('a changed listing of the iptables mode', () => {
  test('a stale endpoint, and a wrong probability', () => {
    const stale = saved((text) =>
      text.replace('--to-destination 10.180.0.5:80', '--to-destination 10.180.0.99:80'),
    );
    expect(stale.changes).toEqual([
      expect.stringContaining('gains 10.180.0.5:80 (1/2), loses 10.180.0.99:80 (1/2)'),
    ]);
    const uneven = saved((text) =>
      text.replace('--probability 0.50000000000', '--probability 0.25000000000'),
    );
    expect(uneven.changes).toEqual([
      expect.stringContaining('10.180.0.4:80 1/4 -> 1/2, 10.180.0.5:80 3/4 -> 1/2'),
    ]);
  });

  test('a destination that is not served, and one that is not masqueraded', () => {
    const gone = saved((text) => text.replace(/^-A KUBE-SERVICES -d 172\.30\.0\.44.*\n/m, ''));
    expect(gone.changes).toEqual([
      expect.stringContaining('ns4/svc4: cluster IP 172.30.0.44:80/TCP begins to answer'),
    ]);
    const unmasked = saved((text) => text.replace(/^-A KUBE-SVC-4SW47YFZTEDKD3PK ! -s.*\n/m, ''));
    expect(unmasked.changes).toEqual([expect.stringContaining('172.30.0.44:80/TCP SNAT begins')]);
  });

  test('a chain that is not there, and a match that nobody knows', () => {
    const { changes, notUnderstood } = saved((text) =>
      text.replaceAll(/^(:|-A )KUBE-SEP-UKSFD7AGPMPPLUHC .*\n/gm, ''),
    );
    expect(changes).toEqual([]);
    expect(notUnderstood).toEqual([
      {
        text: expect.stringMatching(/-j KUBE-SEP-UKSFD7AGPMPPLUHC$/),
        why: 'chain KUBE-SEP-UKSFD7AGPMPPLUHC is not in the listing',
        at: ['cluster IP 172.30.0.44:80/TCP', 'external IP 192.168.99.33:80/TCP'],
      },
    ]);
    const odd = saved((text) =>
      text.replace(
        '-m statistic --mode random',
        '-m geoip --source-country DE -m statistic --mode random',
      ),
    );
    expect(odd.changes).toEqual([]);
    expect(odd.notUnderstood).toMatchObject([
      { at: ['cluster IP 172.30.0.44:80/TCP', 'external IP 192.168.99.33:80/TCP'] },
    ]);
    expect(odd.diagnostics).toEqual([
      expect.stringMatching(/^NATC4302 line \d+ is not understood: .*geoip/),
    ]);
  });

  test('chains of others are left out and named, policies that drop first', () => {
    const text = listingText('010-overall-mix.iptables-save')
      .replace(/(\*filter\n:INPUT.*\n:FORWARD) ACCEPT/, '$1 DROP')
      .replace(':KUBE-FORWARD -', ':DOCKER-USER - [0:0]\n:KUBE-FORWARD -')
      .replace('-A FORWARD ', '-A FORWARD -j DOCKER-USER\n-A FORWARD ');
    const { listing } = parseListing({ name: 'listing', text });
    expect(listing?.leftOut).toEqual([
      { name: 'table filter (IPv4)', dropPolicy: 'chain FORWARD' },
      { name: 'DOCKER-USER of table filter (IPv4)' },
      { name: 'DOCKER-USER from FORWARD of table filter (IPv4)' },
    ]);
  });
});
