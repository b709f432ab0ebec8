import type { CodeEntry } from './entry.ts';

/** NATC5xxx about what else is on a node. Codes are never reused. */
export const nodeCodes = {
  NATC5086: {
    title: 'a table is asleep',
    explanation:
      'Somebody gave a table that holds rules of natc the flag dormant (nft add table ip natc { flags dormant; }). It keeps all its rules, and the kernel obeys none of them. natc apply wakes it and says so. Kernels before 6.6 without the fix that came with it cannot be asked cheaply whether a table sleeps: there natc apply --verify and natc status find it.',
    remedy:
      'Find out who does it: other programs must leave these tables alone. To take natc off a node, use natc cleanup.',
  },
  NATC5087: {
    title: 'a chain of another program drops what natc sends to pods',
    explanation:
      'After natc has translated the destination, the packet is forwarded to the pod, and every base chain at the forward hook is asked: accept in one of them, or in the tables of natc, does not bind the others. This one drops what its rules do not accept, and none of its rules accepts all connections whose destination was translated. Docker sets iptables -P FORWARD DROP when it starts, ufw has it by default, firewalld rejects between zones. Rules on single networks, such as those of a CNI plugin, may accept the pods all the same; natc does not judge them.',
    remedy:
      'Accept translated connections near the top of the chain. Docker: iptables -I DOCKER-USER -m conntrack --ctstate DNAT -j ACCEPT (Docker leaves that chain alone), or start it with "ip-forward-no-drop": true. ufw: the same line for ufw-before-forward in /etc/ufw/before.rules, or DEFAULT_FORWARD_POLICY="ACCEPT" in /etc/default/ufw. firewalld: firewall-cmd --permanent --zone=trusted --add-source=POD-NETWORK, and no StrictForwardPorts=yes. nftables: ct status dnat accept.',
  },
} as const satisfies Record<string, CodeEntry>;
