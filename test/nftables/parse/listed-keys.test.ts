import { expect, test } from 'vitest';
import { listedDestinations, listedKeys } from '../../../src/nftables/parse/listed-keys.ts';

test('the keys of a map, whoever declared it and whatever its comments say', () => {
  const listing = (comment: string) =>
    [
      'table ip kube-proxy {',
      '\tmap service-ips {',
      '\t\ttype ipv4_addr . inet_proto . inet_service : verdict',
      `\t\tcomment "${comment}"`,
      '\t\telements = { 10.96.0.1 . tcp . 443 : goto service-2QRHZV4L-default/kubernetes/tcp/https,',
      `\t\t\t     10.96.0.10 . 17 . domain comment "${comment}" : goto service-X-kube-system/dns/udp/ }`,
      '\t}',
      '}',
      '',
    ].join('\n');
  const keys = [
    ['10.96.0.1', 'tcp', '443'],
    ['10.96.0.10', '17', 'domain'],
  ];
  expect(listedKeys(listing('ClusterIP, ExternalIP and LoadBalancer IP traffic'))).toEqual(keys);
  expect(listedKeys(listing('10.1.2.3 . tcp . 80 : elements = { 10.4.5.6 . tcp . 7'))).toEqual(
    keys,
  );
});

test('a set has keys with timeouts and counters, and one that is empty has none', () => {
  const set =
    'table ip natc {\n\tset s {\n\t\telements = { 10.0.0.1 timeout 3h expires 2h59m counter packets 1 bytes 2, fd00::1 } }\n}\n';
  expect(listedKeys(set)).toEqual([['10.0.0.1'], ['fd00::1']]);
  expect(listedKeys('table ip x {\n\tset s {\n\t\ttype ipv4_addr\n\t}\n}\n')).toEqual([]);
  expect(listedKeys('')).toEqual([]);
});

test('the destinations of a chain of iptables-nft, networks and comments left aside', () => {
  const chain = [
    'table ip nat {',
    '\tchain KUBE-SERVICES {',
    '\t\tmeta l4proto tcp ip daddr 10.96.0.10  # ip daddr 10.9.9.9 tcp dport 53 counter packets 0 bytes 0 jump KUBE-SVC-A',
    '\t\tip daddr 10.96.0.0/12 return',
    '\t\tip daddr != 10.96.0.20 return',
    '\t\tip saddr 10.1.0.6 ip daddr 10.96.0.30 counter packets 0 bytes 0 comment "ip daddr 10.8.8.8 " drop',
    '\t}',
    '}',
  ].join('\n');
  expect(listedDestinations(chain)).toEqual(['10.96.0.10', '10.96.0.30']);
});
