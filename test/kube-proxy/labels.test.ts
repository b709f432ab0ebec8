/** A fault of kube-proxy's beside what natc means to do otherwise has no name of a decision. */
import { describe, expect, test } from 'vitest';
import { diffListedTraffic } from '../../src/diff/listed-traffic.ts';
import { parseListing } from '../../src/kube-proxy/parse-listing.ts';
import { readCase } from '../support/cases.ts';
import { canonical } from '../support/kernel-packets.ts';
import { listingText, natcOf } from './recorded.ts';
import { describeChanges } from './told.ts';

/** Changes of a listing by the decision that explains them, '' for none. */
function labelled(name: string, ending: string, change: (text: string) => string) {
  const { node } = readCase(`${name}.yaml`);
  const text = listingText(`${name}.${ending}`);
  const changed = change(text);
  const { listing } = parseListing({ name: 'listing', text: changed });
  if (listing === undefined) throw new Error('no listing');
  const { diff } = diffListedTraffic(
    { ruleset: listing.outline, listing },
    natcOf(`${name}.yaml`),
    new Set(node.localIPs.map(canonical)),
  );
  const by = (id: string | undefined) =>
    describeChanges(diff.changes.filter(({ known }) => known?.id === id));
  return { isChanged: changed !== text, unexplained: by(undefined), by };
}

/** A fault, what it is told as, and the decision that explains other differences of the same case. */
interface Fault {
  readonly decision: string;
  readonly fault: string;
  readonly name: string;
  readonly ending: 'nft' | 'iptables-save';
  readonly change: (text: string) => string;
  readonly told: string;
}

const without = (line: RegExp) => (text: string) => text.replace(line, '');

const faults: readonly Fault[] = [
  {
    decision: 'K1',
    fault: 'a Service without endpoints whose refusal is lost',
    name: '010-overall-mix',
    ending: 'iptables-save',
    change: without(/^-A KUBE-SERVICES -d 172\.30\.0\.46.*-j REJECT.*\n/m),
    told: 'ns6/svc6: cluster IP 172.30.0.46:80/TCP connections are refused',
  },
  {
    decision: 'ND3',
    fault: 'an endpoint of this node that nobody masquerades when it reaches itself',
    name: '035-hairpin-local-and-remote',
    ending: 'nft',
    change: without(/^.*elements = \{ 10\.180\.0\.1 \. 10\.180\.0\.1 .*\n/m),
    told: 'SNAT begins for 10.180.0.1 itself',
  },
  {
    decision: 'ND3',
    fault: 'the same in the iptables mode',
    name: '035-hairpin-local-and-remote',
    ending: 'iptables-save',
    change: without(/^-A KUBE-SEP-GDLWEVUFCZW2P7ZH -s 10\.180\.0\.1\/32.*\n/m),
    told: 'SNAT begins for 10.180.0.1 itself',
  },
  {
    decision: 'ND6',
    fault: 'a node port with endpoints that is refused',
    name: '043-lb-source-ranges-no-endpoints',
    ending: 'iptables-save',
    change: (text) =>
      text.replace(
        /^(-A KUBE-EXTERNAL-SERVICES -p tcp .*)--dport 3001 (.*\n)/m,
        '$1--dport 3001 $2$1--dport 3009 $2',
      ),
    told: 'node port 3009/TCP, node port 3009/TCP on the loopback connections are passed on untouched (were refused)',
  },
  {
    decision: 'ND6',
    fault: 'an address without endpoints that is let through',
    name: '043-lb-source-ranges-no-endpoints',
    ending: 'iptables-save',
    change: without(/^-A KUBE-EXTERNAL-SERVICES -d 1\.2\.3\.4\/32.*\n/m),
    told: 'load-balancer IP 1.2.3.4:80/TCP connections are',
  },
  {
    decision: 'I9',
    fault: 'the same for everybody else',
    name: '043-lb-source-ranges-no-endpoints',
    ending: 'iptables-save',
    change: without(/^-A KUBE-EXTERNAL-SERVICES -d 1\.2\.3\.4\/32.*\n/m),
    told: 'load-balancer IP 1.2.3.4:80/TCP connections are',
  },
  {
    decision: 'ND2',
    fault: 'a stale endpoint behind a node port, at the loopback as elsewhere',
    name: '056-nodeport-zero-cidr-ipv4',
    ending: 'iptables-save',
    change: (text) =>
      text.replaceAll('--to-destination 10.180.2.1:80', '--to-destination 10.180.2.9:80'),
    told: 'node port 3001/TCP on the loopback',
  },
  {
    decision: 'ND1',
    fault: 'a node port that is not served where kube-proxy listens',
    name: '010-overall-mix',
    ending: 'nft',
    change: without(/^.*elements = \{ tcp \. 3001 : goto.*\n(?:.*\n)?.*\n/m),
    told: 'node port 3001/TCP',
  },
  {
    decision: 'ND1',
    fault: 'the way to all node ports that is lost',
    name: '010-overall-mix',
    ending: 'nft',
    change: without(/^.*vmap @service-nodeports\n/gm),
    told: 'node port 3002/TCP',
  },
  {
    decision: 'ND1',
    fault: 'the same in the iptables mode',
    name: '010-overall-mix',
    ending: 'iptables-save',
    change: without(/^-A KUBE-SERVICES .*-j KUBE-NODEPORTS\n/gm),
    told: 'node port 3002/TCP',
  },
];

describe('faults beside what natc means to do otherwise', () => {
  test.each(faults)(
    '$decision is no name for $fault',
    ({ name, ending, change, decision, told }) => {
      const before = labelled(name, ending, (text) => text);
      expect(before.unexplained).toEqual([]);
      const { isChanged, unexplained, by } = labelled(name, ending, change);
      expect(isChanged).toBe(true);
      expect(unexplained.join('\n')).toContain(told);
      // What the decision did explain it explains still.
      expect(by(decision).length).toBeLessThanOrEqual(before.by(decision).length);
    },
  );
});
