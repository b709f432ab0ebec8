import type { CodeEntry } from './entry.ts';

/** Assertions, and files of them. */
export const assertCodes = {
  NATC6100: {
    title: 'no assertions',
    explanation:
      'A file that natc assert or apply --assert is to judge by holds objects of kind Assertions, version natc.dev/v1alpha1, and this one holds none.',
    remedy:
      'Begin the file with `apiVersion: natc.dev/v1alpha1` and `kind: Assertions`; docs/assert.md has examples. Manifests are named with -f.',
  },
  NATC6101: {
    title: 'unknown key of an assertion',
    explanation:
      'A file of assertions has a key that natc does not know, or one that has no meaning beside the verb of the assertion. A typing mistake must not make an assertion hold.',
    remedy: 'Correct or remove the key; docs/assert.md lists them.',
  },
  NATC6102: {
    title: 'value in an assertion that is none',
    explanation:
      'A value in a file of assertions is of another kind than its key wants: clients, destinations, Services, addresses, ports or numbers.',
    remedy: 'Write what the message names.',
  },
  NATC6103: {
    title: 'incomplete assertion',
    explanation:
      'An assertion has a name and says one thing; those about packets say whom they are about, too. A name stands for one assertion only. What compares with the side before needs one.',
    remedy: 'Complete the assertion, or name the side before with --before.',
  },
  NATC6104: {
    title: 'assertion about nothing',
    explanation:
      'An assertion names a Service or a namespace, and nothing of that name is in what is judged. It holds for the rest, and says nothing of what it was written for. With apply --assert: it compares with what the kernel holds, and the kernel holds nothing of natc, as after a start of the node. With --all-nodes: it compares with the side before, and that has no such node.',
    remedy: 'Correct the name, or remove it where the Service is gone for good.',
  },
  NATC6110: {
    title: 'reached, and must not be',
    explanation:
      'An assertion says that some clients must not reach a destination, and a packet of one of them is sent to an endpoint there. The message has the packet, and the place is the field that gives the Service that address or port.',
    remedy: 'Close the destination, or restrict its sources; or correct the assertion.',
  },
  NATC6111: {
    title: 'not reached, and must be',
    explanation:
      'An assertion says that some clients must reach a destination, and a packet of one of them is dropped, refused or not answered by any rule there, or is on some of the ways it can take.',
    remedy: 'See with natc explain why; or correct the assertion.',
  },
  NATC6112: {
    title: 'reached, and not among what may be',
    explanation:
      'An assertion lists all that some clients may reach, and a packet of one of them is sent to an endpoint somewhere else. With `before` among what they may reach, they did not reach it on the side before.',
    remedy: 'Close the destination, or add it to the assertion once somebody has agreed to it.',
  },
  NATC6113: {
    title: "client's address lost",
    explanation:
      'An assertion says that endpoints must see the addresses of some clients, and the source of a packet of one of them becomes an address of the node.',
    remedy:
      'externalTrafficPolicy: Local keeps the address of clients outside; pods keep theirs where their network is known (--cluster-cidr).',
  },
  NATC6114: {
    title: 'too few endpoints',
    explanation:
      'An assertion says how many endpoints a Service must have, or what part of those on the side before, and some kind of client is sent to fewer at one of its destinations.',
    remedy: 'See with natc list -o wide which endpoints are ready; or correct the assertion.',
  },
  NATC6115: {
    title: 'external IP outside of its ranges',
    explanation:
      'An assertion says from which networks external IPs may be, and a Service has one from elsewhere. Whoever may write spec.externalIPs can take over traffic to any address (CVE-2020-8554).',
    remedy: 'Remove the external IP, or have natc serve only certain ones with --external-ips.',
  },
  NATC6116: {
    title: 'load-balancer IP outside of its ranges',
    explanation:
      'An assertion says from which networks load-balancer IPs may be, and a Service has one from elsewhere.',
    remedy: 'Correct the status, or the assertion.',
  },
  NATC6117: {
    title: 'node port outside of its range',
    explanation: 'An assertion says which node ports there may be, and a Service has another.',
    remedy: 'Change the node port, or the assertion.',
  },
  NATC6118: {
    title: 'address answered by another Service',
    explanation:
      'An assertion says which Services may answer at certain addresses, such as those of the API server and of kube-dns, and another Service has one of them.',
    remedy: 'Remove the address from the other Service: it takes packets that are not for it.',
  },
  NATC6120: {
    title: 'refused by an assertion',
    explanation:
      'natc apply --assert judges the new rules before anything is written. They break an assertion, or it cannot be judged, and so nothing was changed: exit status 4. What breaks it is told beside.',
    remedy: 'Correct what the messages name; natc assert judges the same without applying.',
  },
} as const satisfies Record<string, CodeEntry>;
