import type { CodeEntry } from './entry.ts';

/** NATC5xxx: see docs/reference. Codes are never reused. */
export const hostCodes = {
  NATC5001: {
    title: 'nft cannot be started',
    explanation:
      'The nft program, which takes the ruleset to the kernel and has it checked, was not found or may not be run. Nothing was changed.',
    remedy: 'Install nftables 1.0.1 or newer; Debian, Ubuntu and Fedora call the package nftables.',
  },
  NATC5002: {
    title: 'not permitted to change the ruleset',
    explanation:
      'Loading rules needs the capability CAP_NET_ADMIN in the network namespace, and through iptables-legacy CAP_NET_RAW too. Where Linux tells which one is missing, the message does. Nothing was changed.',
    remedy:
      'Run natc as root, or give it the capability, with CapabilityBoundingSet= and AmbientCapabilities= of a systemd unit, or in capabilities.add of a container.',
  },
  NATC5003: {
    title: 'the kernel refused the ruleset',
    explanation:
      'nft or the kernel found something in the ruleset that it does not accept. The transaction is atomic: nothing was changed. Often the kernel lacks a module, such as nft_fib_ipv4 or nft_masq; otherwise it is a bug of natc.',
    remedy:
      'Read what nft says; when it is about an object of yours, the message names it. Update the kernel or nftables if they are older than 5.13 and 1.0.1.',
  },
  NATC5004: {
    title: 'nft crashed',
    explanation:
      'nft was ended by a signal. Whatever transaction it had not yet handed to the kernel is lost; the kernel takes transactions whole or not at all.',
    remedy:
      "Run natc again. If it happens each time, another program's tables made with a newer nft may crash this one: use the newest nft on the machine.",
  },
  NATC5005: {
    title: 'no throw-away network namespace',
    explanation:
      'The kernel checks a ruleset in a network namespace of its own, so that nothing on the host can change. This machine does not let natc make one: containers and hardened kernels often forbid it. natc looks in /proc whether it is one, and believes no unshare that ends with 0 and made none.',
    remedy:
      'Run as root, allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone or kernel.apparmor_restrict_unprivileged_userns), install unshare (package util-linux), or leave the kernel out with --no-kernel.',
  },
  NATC5006: {
    title: 'a sysctl that the rules rely on is off',
    explanation:
      'Rules alone do not forward packets: the kernel has to be a router (ip_forward, IPv6 forwarding), and for node ports on 127.0.0.0/8 it has to let such packets leave the loopback (route_localnet, which the ruleset guards).',
    remedy: 'natc apply sets it; on a machine that is not the node, leave it out with --no-sysctl.',
  },
  NATC5007: {
    title: 'a sysctl could not be set',
    explanation: 'The ruleset was applied, but a sysctl that it relies on could not be set.',
    remedy:
      'Set it by other means, e.g. in /etc/sysctl.d, and leave it out with --no-sysctl. In a container /proc/sys is often read-only.',
  },
  NATC5008: {
    title: 'cannot write the output file',
    explanation:
      'The file named by --out-file, or a file in --out-dir, could not be written, or one of a node that left could not be removed (--prune). What was there is untouched.',
    remedy: 'Check that the directory exists, can be written, and has room.',
  },
  NATC5009: {
    title: 'route_localnet is still on',
    explanation:
      'The tables are gone, and with them the guard that keeps packets for 127.0.0.0/8 from other machines away. natc does not know whether it was natc that set net.ipv4.conf.all.route_localnet.',
    remedy:
      'Unless something else needs it, switch it off: sysctl -w net.ipv4.conf.all.route_localnet=0',
  },
  NATC5021: {
    title: 'the state directory cannot be written',
    explanation:
      'natc keeps what it gave the kernel in the state directory, so that the next apply knows it without listing 200,000 elements. The ruleset was applied all the same; the next apply has to list the kernel, and rollback has no revision to go back to.',
    remedy: 'Free some room there, or name another directory with --state-dir.',
  },
  NATC5022: {
    title: 'clients could not be moved on',
    explanation:
      'A Service with session affinity lost an endpoint. The new rules are in force, but the clients that the kernel remembers for the lost endpoint could not be forgotten: they get no answer until their entry expires.',
    remedy: 'Run natc apply --verify, which looks at all client maps again.',
  },
  NATC5023: {
    title: 'stale UDP connections were not removed',
    explanation:
      'UDP has no end of connection: a client that keeps sending goes on being led to an endpoint that is gone, until its conntrack entry is deleted. The conntrack program, which does that, is missing or failed. The new rules are in force for everybody else.',
    remedy: 'Install conntrack (Debian and Ubuntu: conntrack; Fedora: conntrack-tools).',
  },
  NATC5020: {
    title: 'no lock',
    explanation:
      'Two natc processes must not change the ruleset at once. natc holds a lock on a file in the state directory through flock(1), which the kernel releases however natc ends. The lock could not be taken for another reason than that somebody holds it. Nothing was changed.',
    remedy:
      'Run natc as root, install util-linux, or name a directory that natc can write with --state-dir.',
  },
  NATC5024: {
    title: 'the input has no Service',
    explanation:
      'No Service of the input can be served. That is what a kubectl without permissions prints, and no cluster is without Services. Nothing was changed.',
    remedy: 'If the node shall serve nothing, use --allow-mass-removal, or natc cleanup.',
  },
  NATC5025: {
    title: 'too many Services would be removed',
    explanation:
      'The input lacks more of the Services that the kernel serves than --max-removals allows. Nothing was changed.',
    remedy: 'If they shall go, use --allow-mass-removal, or a larger --max-removals.',
  },
  NATC5026: {
    title: "natc's tables had been changed",
    explanation:
      'Somebody else changed the tables ip natc or ip6 natc after natc wrote them. natc put them right.',
    remedy: 'Find out who does it: other programs must leave these two tables alone.',
  },
  NATC5031: {
    title: 'no natc table in the kernel',
    explanation:
      'What was asked about the running kernel cannot be answered, because this network namespace holds no table of natc.',
    remedy:
      'Load the rules with natc apply, or ask in the right namespace: ip netns exec NAME natc ...',
  },
  NATC5032: {
    title: 'the kernel listing cannot be read',
    explanation:
      'nft could not list the table: it crashed, or failed half-way. Older versions of nft crash on tables that a newer one made.',
    remedy: 'Use the newest nft on the machine, or ask about a ruleset file: --ruleset.',
  },
  NATC5027: {
    title: 'a second service proxy is active',
    explanation:
      'The rules of a kube-proxy are on this host. It serves other addresses than natc does, so both can work; often it is what a stopped kube-proxy left behind. natc leaves its rules alone.',
    remedy: 'If it was stopped, remove its rules: kube-proxy --cleanup.',
  },
  NATC5028: {
    title: 'another service proxy serves the same addresses',
    explanation:
      'A kube-proxy has rules for addresses of the same Services. Which of the two decides a connection depends on the order of their hooks, and their endpoints differ as soon as one of them stops. natc apply refuses, and warns with --force.',
    remedy:
      'Stop the other proxy and remove its rules (kube-proxy --cleanup), or give the two different Services with --service-proxy-name.',
  },
  NATC5029: {
    title: 'a change waits to be confirmed',
    explanation:
      'The last apply was given --confirm-timeout, and nobody has confirmed it yet. Another change now would keep it from being undone. Nothing was changed.',
    remedy: 'Keep the change with natc confirm, undo it with natc rollback, or wait.',
  },
  NATC5030: {
    title: 'no revision to go back to',
    explanation:
      'natc rollback leads to the revision before the one in the kernel. There is none: this is the first one, the state directory was emptied (it is gone after a restart), or the tables were not made by natc apply. Nothing was changed.',
    remedy: 'Apply the manifests of before, or remove all rules with natc cleanup.',
  },
  NATC5036: {
    title: 'nothing could be kept for the next compilation',
    explanation:
      'With --state-dir natc compile keeps what it compiled, so that the next one compiles only what has changed. The directory cannot be written. The ruleset was written all the same.',
    remedy: 'Name a directory that exists or whose parent does, and that can be written.',
  },
  NATC5034: {
    title: 'rolling back cannot be prepared',
    explanation:
      'With --confirm-timeout natc notes first what to go back to. It could not: the state directory cannot be written, or what the kernel holds cannot be read. Nothing was changed.',
    remedy: 'Repair that, or apply without --confirm-timeout.',
  },
  NATC5035: {
    title: 'the revision to go back to is gone',
    explanation:
      'The file of the earlier revision in the state directory is missing or damaged. Nothing was changed.',
    remedy: 'Apply the manifests of before, or remove all rules with natc cleanup.',
  },
  NATC5033: {
    title: 'changes by others cannot be told',
    explanation:
      "natc status compares natc's tables with what natc apply noted in the state directory. Either cannot be read: the tables were not made by natc apply, the state directory was emptied, or nft fails on the tables.",
    remedy:
      'Run natc apply --verify: it reads the tables, or replaces them where they cannot be read, and notes what they hold.',
  },
  NATC5050: {
    title: 'iptables cannot be started',
    explanation:
      'A program of the iptables family, which --backend iptables works through, was not found or may not be run. Nothing was changed.',
    remedy:
      'Install iptables (1.6.2 or newer), or let natc work through nftables: --backend nftables.',
  },
  NATC5051: {
    title: 'the xtables lock is held',
    explanation:
      'iptables-legacy lets one program at a time change the rules, and another one did not finish. Nothing was changed.',
    remedy: 'Run natc again. If it happens each time, look which program holds /run/xtables.lock.',
  },
  NATC5052: {
    title: 'the kernel refused the iptables rules',
    explanation:
      'iptables-restore or the kernel found something that it does not accept. Tables are committed one by one: those that were done before have been taken back, unless a second message says that this failed. Often the kernel lacks a module, such as xt_statistic, xt_recent, xt_comment or xt_addrtype; or iptables is older than 1.6.2 and does not know MASQUERADE --random-fully.',
    remedy: 'Load or install the module that the message is about, or update iptables.',
  },
  NATC5053: {
    title: 'rules in both variants of iptables',
    explanation:
      'iptables comes as two programs, one that translates into nftables and one that speaks to the old xtables of the kernel. natc found rules of its own in the one that `iptables` does not stand for: the alternative was probably switched. The kernel obeys both, and the old ones are not kept up to date.',
    remedy: 'Run natc cleanup, which looks into both, and natc apply again.',
  },
  NATC5054: {
    title: 'rules of the other backend removed',
    explanation:
      'Before this apply, natc worked through the other backend. Two sets of rules would compete, so the old one was removed after the new one was in place.',
    remedy: 'Nothing: this is for your information.',
  },
  NATC5060: {
    title: 'the input is not whole',
    explanation:
      'A kind of object that the last input had is missing, or Services lack what the controllers of a cluster always leave: a Service with a selector has an EndpointSlice, if only an empty one, and a slice goes with its Service. kubectl prints a whole, valid List of the rest when one of several lists fails, and says so only by its exit status, which a pipe hides. What is missing stays as it was, everything else is applied. A list without any EndpointSlice, or without the Node, is not believed however often it comes; any other one is when three in a row agree.',
    remedy:
      'Let natc list for itself (--from-cluster), or write the list to a file and apply it only when kubectl ended well: kubectl get … > list.json && natc apply -f list.json. natc apply --allow-mass-removal applies the input as it is.',
  },
  NATC5061: {
    title: 'many Services at once without endpoints',
    explanation:
      'More than --max-removals percent of the Services that had endpoints are gone or have none any more. They keep what they had, everything else is applied, and exit status 4 tells that something waits; natc status shows what. Not counted are a namespace that is emptied while others are served, and Services whose endpoints were all on one node. An input that says the same is believed when it comes the third time in a row.',
    remedy:
      'Look whether the cluster really lost them. If so, wait, or use natc apply --allow-mass-removal; otherwise see what made the list.',
  },
  NATC5062: {
    title: 'no Node of this name',
    explanation:
      'The input has Node objects, and none is called what --node-name says. Then no endpoint would count as being on this node: policies Local would drop everything, and topology hints would not apply. Nothing was changed.',
    remedy:
      "Give the name that the Node object has (kubectl get nodes); it is the kubelet's --hostname-override or the machine's host name, which may be with or without the domain.",
  },
  NATC5063: {
    title: 'nothing to put back',
    explanation:
      'The input is in doubt (NATC5060, NATC5061), and what it seems to have lost cannot be taken from the state directory, or does not go together with the rest of the input. Nothing was changed.',
    remedy:
      'Apply a whole list, which then is what the next one is compared with; or apply this one as it is with --allow-mass-removal.',
  },
  NATC5085: {
    title: 'a sysctl could not be set back',
    explanation:
      'natc had switched this setting on for node ports or forwarding, and went back to where it was not needed. The setting could not be written, so it is still on.',
    remedy: 'Switch it off by hand, unless another program needs it.',
  },
  NATC5090: {
    title: 'iptables-restore did nothing',
    explanation:
      'Each table that natc changes carries a stamp, in its chain NATC-REVISION. After the commit natc reads the stamps back; although iptables-restore ended well, they are not there. Then it did not do what it said, or another program replaced the tables at once. Where the tables hold what they held before, the exit status is 3; else it is 6, and the next apply leads all tables to what is wanted.',
    remedy:
      'Look for a program that rewrites the tables (a firewall service, a second service proxy), and whether `iptables-restore` is the real one. Then run natc apply --verify.',
  },
  NATC5091: {
    title: 'tables in nftables may still be there',
    explanation:
      'natc worked through nftables on this host before. It was told to work through iptables and did, but nft cannot be run, so whether the tables of before are still there is not known. The kernel obeys both.',
    remedy:
      'Make nft work again, then run natc cleanup --backend nftables, or natc apply, which removes them.',
  },
  NATC5092: {
    title: 'rules in iptables beside the tables in nftables',
    explanation:
      'natc serves through nftables, but chains of natc are in iptables as well, from an apply through the other backend. The kernel obeys both: what iptables decides first wins, and those rules are not kept up to date. Every apply through nftables removes them; this says that they are there, or that they could not be removed because the iptables program that made them is missing.',
    remedy:
      'Run natc apply, or natc cleanup --backend iptables. If iptables was removed from the machine, install it again for that, or reboot.',
  },
  NATC5100: {
    title: 'the state directory is not ours alone',
    explanation:
      'What natc keeps in its state directory decides what it does as root. Somebody else than root and whom natc runs as could change the directory, or where its path leads: it, a directory above it or a link on the way belongs to another user, or group or others may write there. Nothing was read from it, nothing was changed.',
    remedy:
      'Look with ls -ld at the path that the message names; chown it to root and take the permission away with chmod go-w, or name another directory with --state-dir. natc makes the directory itself, for its owner alone, where its parent exists.',
  },
  NATC5101: {
    title: 'a program was stopped',
    explanation:
      'What natc runs has a limited time, longer for large input, and may print a limited amount. This one took longer or printed more, so that natc stopped it, with all that it had started. A transaction that nft had not handed to the kernel by then is lost; the kernel takes transactions whole or not at all, and natc looks afterwards which of the two it was.',
    remedy:
      'Run the same program by hand and look what it waits for. Where the machine is only slow, give it more time with --command-timeout.',
  },
  NATC5102: {
    title: 'nft did not do what it said',
    explanation:
      "After a change natc reads back its stamps, which are changed in the same transaction. nft ended with 0, but the stamps are those from before, or somebody else's each time.",
    remedy:
      'Look which nft natc finds first (command -v nft): a wrapper may swallow its input. Look for another program that changes the tables ip natc and ip6 natc.',
  },
  NATC5103: {
    title: 'nft or iptables-restore failed, but the change is in force',
    explanation:
      "nft, or iptables-restore, ended with a failure or was ended by a signal, but the kernel's stamps are those of the new revision: it has the whole change.",
    remedy:
      'Nothing has to be repaired. If it happens each time, look for a wrapper around the program.',
  },
  NATC5104: {
    title: 'not known whether the change is in force',
    explanation:
      'After the change the stamps could not be read: nft crashes, hangs or fails on listing a set, or iptables-save on listing the tables. The kernel holds the old rules or the new ones: with nftables as a whole, with iptables table by table.',
    remedy: 'Repair the program, then run natc status and natc apply again.',
  },
  NATC5105: {
    title: 'nft does not list',
    explanation:
      'nft ended with 0 when natc asked for its stamps, but printed no set: what natc runs as nft does not do what nft does. Nothing was changed.',
    remedy: 'Look which nft natc finds first (command -v nft); a wrapper may swallow its output.',
  },
  NATC5120: {
    title: 'iptables-save does not list',
    explanation:
      'iptables-save ended with 0, but its listing is cut off, or lacks a stamp of natc that iptables sees in the same table: what natc runs as iptables-save does not do what iptables-save does. Nothing was changed.',
    remedy:
      'Look which iptables-save natc finds first (command -v iptables-save): a wrapper may swallow its output, or it may be of another variant than iptables.',
  },
  NATC5126: {
    title: 'the check showed nothing',
    explanation:
      'natc check has the kernel load the ruleset in a throw-away network namespace, with a set or chain of its own at the end, and lists that. nft or iptables-restore ended with 0, but it is not listed: what natc runs does not do what it should, so nothing is known of the ruleset.',
    remedy: 'Look which program natc finds first (command -v nft, command -v iptables-restore).',
  },
  NATC5125: {
    title: 'not known which revision the kernel holds',
    explanation:
      "Going back begins with the revision that the kernel holds, which the sets named revision in natc's tables tell. nft could not list one of them, and not because it is absent: it crashed, or is not the nft that the kernel needs. Nothing was changed, and a change that was not confirmed still waits to be undone.",
    remedy:
      'Find out why nft fails (command -v nft; nft list set ip natc revision), and run natc again.',
  },
} as const satisfies Record<string, CodeEntry>;
