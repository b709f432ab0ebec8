/** Layouts of older versions: fixtures/kube-proxy/older, in the form that kube-proxy 1.21 and 1.31 wrote them, and 1.31.4, 1.33.1. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diffListedTraffic } from '../../src/diff/listed-traffic.ts';
import { explainListed } from '../../src/explain/kube-proxy/explain-listed.ts';
import { parseListing } from '../../src/kube-proxy/parse-listing.ts';
import { readCase } from '../support/cases.ts';
import { canonical } from '../support/kernel-packets.ts';
import { natcOf, olderListings, readRecorded } from './recorded.ts';
import { describeChanges } from './told.ts';

function explainer(file: string) {
  const path = `fixtures/kube-proxy/older/${file}`;
  const { listing, diagnostics } = parseListing({ name: path, text: readFileSync(path, 'utf8') });
  if (listing === undefined) throw new Error(diagnostics.map(({ message }) => message).join());
  const explained = (source: string, destination: string, destinationPort: number) => {
    const host = { addresses: new Set(['192.0.2.9']), routeLocalnet: false, isComplete: true };
    const subject = { ruleset: listing.outline, compiled: undefined, listing, host };
    return explainListed(subject, listing, {
      ...{ source, destination, destinationPort, sourcePort: undefined, inInterface: undefined },
      protocol: destinationPort === 53 ? 'udp' : 'tcp',
    });
  };
  const answer = (...packet: Parameters<typeof explained>) => {
    const { summary, reasons } = explained(...packet);
    return [summary, ...reasons.map(({ text }) => text)];
  };
  const assumed = (...packet: Parameters<typeof explained>) => explained(...packet).assumptions;
  return { listing, diagnostics, answer, assumed };
}

describe('the iptables mode of 1.21', () => {
  const { listing, diagnostics, answer, assumed } = explainer('1.21.iptables-save');

  test('is read in full; what Docker has is named', () => {
    expect(diagnostics).toEqual([]);
    expect(listing.leftOut.map(({ name }) => name)).toEqual([
      'DOCKER of table nat (IPv4)',
      'DOCKER from PREROUTING of table nat (IPv4)',
    ]);
  });

  test('a cluster IP: rules for the mark stand beside those that lead on', () => {
    const picked =
      "session affinity ClientIP: the endpoint is picked at random, and kept for the client's connections of the next 10800 s";
    expect(answer('10.20.3.3', '10.96.7.1', 80)).toEqual([
      'Delivered to one of 2 endpoints of inn/lodger:web, source address kept',
      '10.96.7.1:80/tcp is the cluster IP of inn/lodger:web',
      picked,
    ]);
    expect(answer('203.0.113.9', '10.96.7.1', 80)).toEqual([
      'Delivered to one of 2 endpoints of inn/lodger:web, masqueraded',
      '10.96.7.1:80/tcp is the cluster IP of inn/lodger:web',
      picked,
      'masqueraded, because the client is no pod: its address is outside 10.20.0.0/16',
    ]);
  });

  test('whom session affinity remembers no listing says', () => {
    expect(assumed('10.20.3.3', '10.96.7.1', 80).join()).toContain('/proc/net/xt_recent');
    expect(assumed('192.0.2.9', '192.0.2.9', 30082).join()).not.toContain('xt_recent');
  });

  test('KUBE-FW and KUBE-XLB drop by a mark', () => {
    expect(answer('203.0.113.9', '198.51.100.7', 80)[0]).toBe(
      'Delivered to one of 2 endpoints of inn/lodger:web, masqueraded',
    );
    // The mark drops packets for this node and from it; others are passed on.
    expect(answer('198.18.0.1', '198.51.100.7', 80)[0]).toMatch(/^Passed on untouched: /);
    expect(answer('192.0.2.9', '198.51.100.7', 80)[0]).toBe(
      'Dropped: 192.0.2.9 is in none of the load-balancer source ranges of inn/lodger:web',
    );
    expect(answer('198.18.0.1', '192.0.2.9', 30082)[0]).toBe(
      'Dropped: inn/oven:heat has no endpoint on this node, and its traffic policy is Local',
    );
    expect(answer('192.0.2.9', '192.0.2.9', 30082)).toEqual([
      'Delivered to 10.20.2.9:9090, the only endpoint of inn/oven:heat, masqueraded',
      '30082/tcp is a node port of inn/oven:heat',
      'external traffic policy Local: made on this node, so any endpoint may answer',
      'masqueraded, because it is made on this node',
    ]);
    expect(answer('10.20.3.3', '10.96.7.3', 53)[0]).toBe(
      'Refused with ICMP port unreachable: inn/cellar:wine has no usable endpoint',
    );
  });
});

describe('the nftables mode of 1.31', () => {
  const { diagnostics, answer } = explainer('1.31.nft');

  test('chains of endpoints mark what reaches itself, clients stand in sets that expire', () => {
    expect(diagnostics).toEqual([]);
    expect(answer('10.20.9.9', '10.96.7.1', 80)).toEqual([
      'Delivered to 10.20.1.2:8080, the only endpoint of inn/lodger:web, source address kept',
      '10.96.7.1:80/tcp is the cluster IP of inn/lodger:web',
      'session affinity ClientIP: the client is pinned to 10.20.1.2:8080',
    ]);
    expect(answer('10.20.1.2', '10.96.7.1', 80)[0]).toBe(
      'Delivered to one of 2 endpoints of inn/lodger:web, source address kept except to 1 of them',
    );
    expect(answer('203.0.113.9', '10.96.7.1', 80).at(-1)).toBe(
      'masqueraded, because the client is no pod: its address is outside 10.20.0.0/16',
    );
  });

  test('source ranges are a set in the rule, and node ports are at every address', () => {
    expect(answer('203.0.113.9', '198.51.100.7', 80).at(-1)).toBe(
      'masqueraded, because the endpoint may be on any node, and has to answer through this one',
    );
    expect(answer('198.18.0.1', '198.51.100.7', 80)[0]).toBe(
      'Dropped: 198.18.0.1 is in none of the load-balancer source ranges of inn/lodger:web',
    );
    expect(answer('198.18.0.1', '192.0.2.9', 30081)[0]).toBe(
      'Delivered to one of 2 endpoints of inn/lodger:web, masqueraded',
    );
    expect(answer('10.20.9.9', '10.113.0.1', 80)[0]).toBe(
      'Passed on untouched: no Service has 10.113.0.1:80/tcp',
    );
    expect(answer('10.20.9.9', '10.97.0.1', 80)[0]).toBe(
      'Dropped: no Service has 10.97.0.1, an address in 10.96.0.0/12, 10.112.0.0/16',
    );
    expect(answer('10.20.9.9', '10.96.7.3', 53)[0]).toBe(
      'Refused with ICMP port unreachable: inn/cellar:wine has no usable endpoint',
    );
  });
});

/**
 * What 1.23 does otherwise: it does not masquerade pods at external IPs, and leaves dropping by a mark to the kubelet,
 * which was not there.
 */
const in123: readonly string[] = [
  'ns4/svc4: external IP 192.168.99.33:80/TCP SNAT begins for pods (10.0.0.0/8): endpoints see an address of this node [10.0.0.1 > 192.168.99.33 80/tcp eth0]',
  'ns5/svc5: load-balancer IP 5.6.7.8:80/TCP connections are dropped for clients outside (except 203.0.113.0/25), pods (10.0.0.0/8), this node [198.51.100.77 > 5.6.7.8 80/tcp eth0]',
  'ns2/svc2: external IP 192.168.99.22:80/TCP, load-balancer IP 1.2.3.4:80/TCP, node port 3001/TCP connections are dropped for clients outside [203.0.113.77 > 192.168.99.22 80/tcp eth0]',
];

/** What 1.31 and 1.33 do otherwise: they look for endpoints before DNAT, and before source ranges, where packets are made here. */
const otherwise: Readonly<Record<string, readonly string[]>> = {
  '010-overall-mix.nft': [
    'ns2/svc2: load-balancer IP 1.2.3.4:80/TCP, external IP 192.168.99.22:80/TCP now admits this node (was dropped) [192.168.0.2 > 1.2.3.4 80/tcp ]',
  ],
  '043-lb-source-ranges-no-endpoints.nft': [
    'default/svc1: load-balancer IP 1.2.3.4:80/TCP connections are dropped for this node (were refused) [192.168.0.2 > 1.2.3.4 80/tcp ]',
  ],
};

function expectedOf(path: string): readonly string[] {
  if (path.includes('/1.23.17/010-')) return in123;
  return path.includes('/1.35.0/') ? [] : (otherwise[basename(path)] ?? []);
}

describe('what other versions of kube-proxy wrote', () => {
  test.each(olderListings)(
    '$path is read in full, and differs where that version does',
    ({ name, path }) => {
      const { node } = readCase(name);
      const listing = readRecorded(path);
      const { diff, notUnderstood } = diffListedTraffic(
        { ruleset: listing.outline, listing },
        natcOf(name),
        new Set(node.localIPs.map(canonical)),
      );
      expect(notUnderstood).toEqual([]);
      expect(describeChanges(diff.changes.filter(({ known }) => known === undefined))).toEqual(
        expectedOf(path),
      );
    },
  );
});
