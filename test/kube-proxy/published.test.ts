/** Listings of clusters that people published, with other names and addresses: fixtures/kube-proxy/published. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { explainListed } from '../../src/explain/kube-proxy/explain-listed.ts';
import { parseListing } from '../../src/kube-proxy/parse-listing.ts';
import { NotUnderstoodError } from '../../src/packet/not-understood.ts';

function published(file: string) {
  const path = `fixtures/kube-proxy/published/${file}`;
  const { listing, diagnostics } = parseListing({ name: path, text: readFileSync(path, 'utf8') });
  if (listing === undefined) throw new Error(diagnostics.map(({ message }) => message).join());
  const answer = (
    source: string,
    destination: string,
    destinationPort: number,
    protocol: 'tcp' | 'udp' = 'tcp',
  ) => {
    const host = { addresses: new Set(['192.0.2.9']), routeLocalnet: false, isComplete: true };
    const subject = { ruleset: listing.outline, compiled: undefined, listing, host };
    return explainListed(subject, listing, {
      ...{ source, destination, destinationPort, protocol },
      ...{ sourcePort: undefined, inInterface: undefined },
    }).summary;
  };
  return { listing, diagnostics, answer };
}

test('a node of 2019 with Docker: KUBE-XLB by number, one rule masquerades, lists of clients', () => {
  const { listing, diagnostics, answer } = published('2019-docker.iptables-save');
  expect(diagnostics).toEqual([]);
  expect(listing.leftOut.map(({ name }) => name)).toContain('DOCKER of table nat (IPv4)');
  expect(answer('10.20.1.9', '10.96.0.20', 80)).toBe(
    'Delivered to one of 2 endpoints of inn/door:http, source address kept',
  );
  expect(answer('203.0.113.9', '198.51.100.7', 80)).toBe(
    'Delivered to 10.20.1.2:80, the only endpoint of inn/door:http, source address kept',
  );
  expect(answer('203.0.113.9', '192.0.2.9', 30070)).toBe(
    'Delivered to 10.20.1.2:80, the only endpoint of inn/door:http, source address kept',
  );
  expect(answer('203.0.113.9', '10.96.0.1', 443)).toBe(
    'Delivered to 192.0.2.1:6443, the only endpoint of default/kubernetes:https, masqueraded',
  );
});

test('with counters before the rules, beside another network', () => {
  const { listing, diagnostics, answer } = published('counted.iptables-save');
  expect(diagnostics).toEqual([]);
  expect(listing.leftOut.map(({ name }) => name)).toContain(
    'OVN-KUBE-NODEPORT of table nat (IPv4)',
  );
  expect(answer('10.20.1.9', '10.96.0.10', 53, 'udp')).toBe(
    'Delivered to one of 2 endpoints of kube-system/kube-dns:dns, source address kept',
  );
});

test('an abridged listing answers what it can, and says what is not there', () => {
  const { diagnostics, answer } = published('abridged.nft');
  expect(diagnostics).toEqual([]);
  expect(answer('10.20.1.9', '10.96.0.23', 80)).toBe(
    'Delivered to one of 2 endpoints of inn/kitchen:http, source address kept',
  );
  expect(() => answer('203.0.113.9', '192.0.2.9', 30080)).toThrow(NotUnderstoodError);
});
