/**
 * The same cluster in the shape of kube-proxy's nftables mode: a chain per ServicePort and one per
 * endpoint, chosen by a verdict map over a random number. It is what natc is measured against, reduced
 * to cluster IPs, and so cheaper than the original.
 *
 * @param items of a cluster with one port per Service
 */
export function kubeProxyShape(items) {
  const endpoints = new Map();
  for (const { kind, metadata, endpoints: own } of items) {
    if (kind !== 'EndpointSlice') continue;
    const key = `${metadata.namespace}/${metadata.labels['kubernetes.io/service-name']}`;
    const known = endpoints.get(key) ?? [];
    endpoints.set(key, known);
    for (const { addresses } of own) known.push(addresses[0]);
  }
  const chains = [];
  const elements = [];
  for (const { kind, metadata, spec } of items) {
    if (kind !== 'Service') continue;
    const key = `${metadata.namespace}/${metadata.name}`;
    const name = `service-${key}/tcp/http`;
    const targets = endpoints.get(key) ?? [];
    if (targets.length === 0) continue;
    elements.push(`\t\t\t${spec.clusterIP} . tcp . 80 : goto ${name},`);
    for (const [index, target] of targets.entries()) {
      chains.push(
        `\tchain endpoint-${index}-${key}/tcp/http__${target}/8080 {`,
        `\t\tip saddr ${target} jump mark-for-masquerade`,
        `\t\tmeta l4proto tcp dnat to ${target}:8080`,
        '\t}',
      );
    }
    const choices = targets.map(
      (target, index) => `${index} : goto endpoint-${index}-${key}/tcp/http__${target}/8080`,
    );
    chains.push(
      `\tchain ${name} {`,
      `\t\tip daddr ${spec.clusterIP} tcp dport 80 ip saddr != 10.0.0.0/8 jump mark-for-masquerade`,
      `\t\tnumgen random mod ${targets.length} vmap { ${choices.join(', ')} }`,
      '\t}',
    );
  }
  return [
    'table ip kube-proxy {',
    '\tchain mark-for-masquerade {',
    '\t\tmeta mark set meta mark or 0x4000',
    '\t}',
    ...chains,
    '\tmap service-ips {',
    '\t\ttype ipv4_addr . inet_proto . inet_service : verdict',
    '\t\telements = {',
    ...elements,
    '\t\t}',
    '\t}',
    '\tchain services {',
    '\t\tip daddr . meta l4proto . th dport vmap @service-ips',
    '\t}',
    '\tchain nat-prerouting {',
    '\t\ttype nat hook prerouting priority dstnat; policy accept;',
    '\t\tjump services',
    '\t}',
    '\tchain nat-output {',
    '\t\ttype nat hook output priority -100; policy accept;',
    '\t\tjump services',
    '\t}',
    '\tchain nat-postrouting {',
    '\t\ttype nat hook postrouting priority srcnat; policy accept;',
    '\t\tmeta mark & 0x4000 != 0 masquerade fully-random',
    '\t}',
    '}',
    '',
  ].join('\n');
}

/** As many elements as a natc ruleset has, in one bare map: what nft and the kernel take at least. */
export function bareElements(count) {
  const elements = Array.from(
    { length: count },
    (_, i) =>
      `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255} . 80 . ${i >> 24} : 10.0.0.1 . 80,`,
  );
  return `table ip bare {
map m {
typeof ip daddr . tcp dport . numgen random mod 65536 : ip daddr . tcp dport
elements = {
${elements.join('\n')}
}
}
}
`;
}

/**
 * The lookups that kube-proxy's nftables mode makes of every new forwarded connection besides those of
 * `kubeProxyShape`, as a table of its own: firewalls, Services without endpoints, cluster IPs without
 * such a port.
 */
export function kubeProxyFilters(items) {
  const clusterIPs = items.flatMap(({ kind, spec }) =>
    kind === 'Service' ? [spec.clusterIP] : [],
  );
  const map = (name) => [
    `\tmap ${name} {`,
    '\t\ttype ipv4_addr . inet_proto . inet_service : verdict',
    '\t}',
  ];
  return [
    'table ip kube-proxy-filters {',
    ...map('firewall-ips'),
    ...map('no-endpoint-services'),
    '\tset cluster-ips {',
    '\t\ttype ipv4_addr',
    `\t\telements = { ${clusterIPs.join(', ')} }`,
    '\t}',
    '\tchain firewall-check {',
    '\t\tip daddr . meta l4proto . th dport vmap @firewall-ips',
    '\t}',
    '\tchain service-endpoints-check {',
    '\t\tip daddr . meta l4proto . th dport vmap @no-endpoint-services',
    '\t}',
    '\tchain cluster-ips-check {',
    '\t\tip daddr @cluster-ips reject',
    '\t}',
    '\tchain filter-prerouting {',
    '\t\ttype filter hook prerouting priority -110; policy accept;',
    '\t\tct state new jump firewall-check',
    '\t}',
    '\tchain filter-forward {',
    '\t\ttype filter hook forward priority -110; policy accept;',
    '\t\tct state new jump service-endpoints-check',
    '\t\tct state new jump cluster-ips-check',
    '\t}',
    '}',
    '',
  ].join('\n');
}
