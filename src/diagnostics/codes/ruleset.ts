import type { CodeEntry } from './entry.ts';

/** NATC4xxx: see docs/reference. Codes are never reused. */
export const rulesetCodes = {
  NATC4101: {
    title: 'not a ruleset of natc',
    explanation:
      'The text is no nftables ruleset that natc writes: it is damaged, was edited by hand, or comes from another program. natc reads it strictly, because what it does not understand it cannot explain or compare.',
    remedy: 'Compile the ruleset again, or take out what was added.',
  },
  NATC4102: {
    title: 'the ruleset is not whole',
    explanation:
      'The text can be read, but it names a chain, a set or a map that is not in it, has something twice, or leads in a circle. The kernel would refuse it.',
    remedy: 'Compile the ruleset again.',
  },
  NATC4201: {
    title: 'short lists of clients',
    explanation:
      'With iptables, session affinity is kept in a list for each endpoint, by the kernel module xt_recent. A list holds 100 clients unless the module was loaded with another size; the client seen longest ago makes room for a new one, and may then be sent to another endpoint although its time is not up.',
    remedy:
      'Load the module with a larger ip_list_tot (in /etc/modprobe.d), or use the nftables backend, which remembers 65,535 clients.',
  },
  NATC4202: {
    title: 'many destinations for iptables',
    explanation:
      'iptables has no maps: each new connection is compared with one destination after the other until one fits, and connections to something else with all of them. nftables finds a destination in the same time however many there are.',
    remedy: 'Use the nftables backend where the kernel and nft are able.',
  },
  NATC3063: {
    title: 'iptables rules that natc wrote',
    explanation:
      'A file that is to be compared or explained holds what `natc compile -o iptables` wrote. natc reads back the rulesets of nftables that it writes, and the iptables rules of kube-proxy, but not its own iptables rules from a file.',
    remedy:
      'Give the manifests that they were made from: `natc diff OLD NEW --backend iptables`, where OLD may be a revision of Git (`main:deploy/`). The texts of two such files are compared with diff(1).',
  },
} as const satisfies Record<string, CodeEntry>;
