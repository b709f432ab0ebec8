import type { CodeEntry } from './entry.ts';

/** NATC43xx: rules that kube-proxy wrote. Codes are never reused. */
export const kubeProxyCodes = {
  NATC4301: {
    title: 'nothing of kube-proxy',
    explanation:
      'The listing has neither a table kube-proxy, which the nftables mode writes, nor a chain KUBE-SERVICES, which the iptables mode writes. Rules of others are not read.',
    remedy:
      'List the rules on a node that runs kube-proxy, in the network namespace of the host: nft list ruleset, or iptables-save and ip6tables-save.',
  },
  NATC4302: {
    title: 'a rule of kube-proxy that is not understood',
    explanation:
      'A rule, set or map in the listing is none that natc knows: another program added it, or this version of kube-proxy is not known. natc does not guess what it does. Packets that meet it have no answer; all others are answered as ever.',
    remedy: 'Look at the line. If kube-proxy wrote it, report it with its version.',
  },
  NATC4303: {
    title: 'a listing that cannot be read',
    explanation:
      "The text looks like a listing of kube-proxy's rules, and where a table or a chain begins or ends cannot be told: it was cut off, or changed by hand. Of the JSON that nft -j prints, it is no JSON, or not that of a listing.",
    remedy: 'List the rules again, whole, and keep the text as it is.',
  },
  NATC4304: {
    title: 'rules of iptables, shown by nft',
    explanation:
      'nft shows the rules that iptables-nft made, but not all that their matches and targets say. kube-proxy in its iptables mode is read from iptables-save.',
    remedy: 'Run iptables-save and ip6tables-save, and give what they print.',
  },
  NATC4305: {
    title: 'no answer: a rule is not understood',
    explanation:
      'The packet meets a rule of the listing that natc does not understand, so what becomes of it is not known. The message has the line.',
    remedy: 'See what that line does. Other packets may well have an answer.',
  },
  NATC4306: {
    title: 'not all of the listing is looked at',
    explanation:
      "The listing has tables or chains of others beside kube-proxy's. They are not walked: whatever they drop, translate or mark is not in the answer. Those with a policy that drops are named as such.",
    remedy: 'Keep them in mind, above all a chain that drops what it does not accept.',
  },
  NATC4307: {
    title: 'kube-proxy has no rules in this kernel',
    explanation:
      'Neither a table kube-proxy nor a chain KUBE-SERVICES of either variant of iptables is in the kernel, in the network namespace that natc runs in.',
    remedy: 'Ask on a node that runs kube-proxy, in the network namespace of the host.',
  },
  NATC4308: {
    title: "kube-proxy's rules cannot be listed",
    explanation:
      'A program that lists rules failed. What it said follows; what it would have listed is not known.',
    remedy: 'Run the program by hand, or give a listing as a file.',
  },
  NATC4309: {
    title: 'a family that is not compared',
    explanation:
      "One side has Services of this IP family, and the listing of kube-proxy's rules has none of its rules: a list of one family says nothing of the other, so nothing is concluded.",
    remedy:
      'List both families into one file: iptables-save and ip6tables-save, or nft list ruleset. Where kube-proxy serves one family only, --families says so to natc.',
  },
} as const satisfies Record<string, CodeEntry>;
