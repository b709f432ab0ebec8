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
  NATC5088: {
    title: 'which sysctls natc set is not known',
    explanation:
      'natc notes in its state directory which sysctls it switched on. It removed its rules, but the directory says nothing: it is another one, was emptied (/run is, after a restart), or its file is damaged. So natc has switched nothing off; the message has what the sysctls are now.',
    remedy:
      'If nothing else on this machine needs them (containers, a VPN, routing), switch them off with the commands that the message names, or restart the machine. If the rules were made with another --state-dir, run natc cleanup with that one.',
  },
  NATC5089: {
    title: 'route_localnet is on without its guard',
    explanation:
      'natc had switched net.ipv4.conf.all.route_localnet on for node ports on 127.0.0.0/8, and its rules drop what other machines send there. That rule is not in force: somebody removed it or put the table to sleep, or the sysctl could not be set back when the node ports went. Other machines of the same network may reach what listens on 127.0.0.1 only.',
    remedy:
      'Run natc apply --verify where node ports on 127.0.0.1 are served; otherwise switch it off: sysctl -w net.ipv4.conf.all.route_localnet=0',
  },
} as const satisfies Record<string, CodeEntry>;
