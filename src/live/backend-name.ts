export type Backend = 'nftables' | 'iptables';
