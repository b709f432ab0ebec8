import type { CodeEntry } from './entry.ts';

/** NATC5xxx about what else is on a node. Codes are never reused. */
export const nodeCodes = {
  NATC5087: {
    title: 'a chain of another program drops what natc sends to pods',
    explanation:
      'After natc has translated the destination, the packet is forwarded to the pod, and every base chain at the forward hook is asked: accept in one of them, or in the tables of natc, does not bind the others. This one drops what its rules do not accept, and none of its rules accepts all connections whose destination was translated. Docker sets iptables -P FORWARD DROP when it starts, ufw has it by default, firewalld rejects between zones. Rules on single networks, such as those of a CNI plugin, may accept the pods all the same; natc does not judge them.',
    remedy:
      'Accept translated connections near the top of the chain. Docker: iptables -I DOCKER-USER -m conntrack --ctstate DNAT -j ACCEPT (Docker leaves that chain alone), or start it with "ip-forward-no-drop": true. ufw: the same line for ufw-before-forward in /etc/ufw/before.rules, or DEFAULT_FORWARD_POLICY="ACCEPT" in /etc/default/ufw. firewalld: firewall-cmd --permanent --zone=trusted --add-source=POD-NETWORK, and no StrictForwardPorts=yes. nftables: ct status dnat accept.',
  },
} as const satisfies Record<string, CodeEntry>;
