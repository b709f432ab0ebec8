/**
 * The same cluster as kube-proxy's nftables mode writes it when it synchronises everything on a node:
 * the same chains, rules, sets, maps, names and comments, as the same commands in the same order.
 * It is what natc is measured against. What it says comes from kube-proxy's documented and tested output;
 * it covers what `clusters.mjs` makes: one TCP port a Service, traffic policy Cluster.
 */
import { createHash } from 'node:crypto';

/** What the node of the benchmark is told: `--cluster-cidr`, and the address that takes node ports. */
const podCIDR = '10.0.0.0/8';
const mark = '0x4000';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A name begins with 40 bits of its SHA-256 in base32. */
function hashed(name) {
  const digest = createHash('sha256').update(name).digest();
  const bits = [...digest.subarray(0, 5)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const letters = bits.match(/.{5}/g).map((five) => alphabet[Number.parseInt(five, 2)]);
  return `${letters.join('')}-${name}`;
}

function endpointsOf(items) {
  const byService = new Map();
  for (const { kind, metadata, endpoints } of items) {
    if (kind !== 'EndpointSlice') continue;
    const key = `${metadata.namespace}/${metadata.labels['kubernetes.io/service-name']}`;
    const known = byService.get(key) ?? [];
    byService.set(key, known);
    for (const { addresses } of endpoints) known.push(addresses[0]);
  }
  return byService;
}

const add = (what) => `add ${what}`;
const element = (collection, content) => add(`element ip kube-proxy ${collection} { ${content} }`);
const rule = (chain, content) => add(`rule ip kube-proxy ${chain} ${content}`);
const chain = (name, type = '') => [
  add(`chain ip kube-proxy ${name}${type}`),
  `flush chain ip kube-proxy ${name}`,
];

const baseChains = [
  ['filter-prerouting-pre-dnat', 'filter', 'prerouting', -110],
  ['filter-output-pre-dnat', 'filter', 'output', -110],
  ['filter-input', 'filter', 'input', 0],
  ['filter-forward', 'filter', 'forward', 0],
  ['filter-output', 'filter', 'output', 0],
  ['nat-prerouting', 'nat', 'prerouting', -100],
  ['nat-output', 'nat', 'output', -100],
  ['nat-postrouting', 'nat', 'postrouting', 100],
];

/** Which base chain leads where, and when. */
const jumps = [
  ['filter-input', 'ct state new ', 'nodeport-endpoints-check'],
  ['filter-input', 'ct state new ', 'service-endpoints-check'],
  ['filter-forward', 'ct state new ', 'service-endpoints-check'],
  ['filter-output', 'ct state new ', 'service-endpoints-check'],
  ['filter-prerouting-pre-dnat', 'ct state new ', 'firewall-check'],
  ['filter-output-pre-dnat', 'ct state new ', 'firewall-check'],
  ['nat-output', '', 'services'],
  ['nat-prerouting', '', 'services'],
  ['nat-postrouting', '', 'masquerading'],
  ['filter-forward', 'ct state new ', 'cluster-ips-check'],
  ['filter-output', 'ct state new ', 'cluster-ips-check'],
];

const byAddress = 'ipv4_addr . inet_proto . inet_service : verdict';
const byPort = 'inet_proto . inet_service : verdict';
const collections = [
  ['set', 'cluster-ips', 'ipv4_addr', 'Active ClusterIPs'],
  ['set', 'nodeport-ips', 'ipv4_addr', 'IPs that accept NodePort traffic'],
  [
    'map',
    'no-endpoint-services',
    byAddress,
    'vmap to drop or reject packets to services with no endpoints',
  ],
  [
    'map',
    'no-endpoint-nodeports',
    byPort,
    'vmap to drop or reject packets to service nodeports with no endpoints',
  ],
  ['map', 'firewall-ips', byAddress, 'destinations that are subject to LoadBalancerSourceRanges'],
  ['map', 'service-ips', byAddress, 'ClusterIP, ExternalIP and LoadBalancer IP traffic'],
  ['map', 'service-nodeports', byPort, 'NodePort traffic'],
];
const hairpinConnections = [
  'set',
  'hairpin-connections',
  'ipv4_addr . ipv4_addr . inet_proto . inet_service',
  'service hairpin connections',
];

/** Whatever the Services are. */
function fixedPart(layout, nodeIP) {
  const hasEndpointChains = layout === 'endpoint chains';
  const lookUp = (name) => `ip daddr . meta l4proto . th dport vmap @${name}`;
  const lookUpNodePort = (name) => `ip daddr @nodeport-ips meta l4proto . th dport vmap @${name}`;
  const named = hasEndpointChains ? collections : [hairpinConnections, ...collections];
  const regular = [...new Set(jumps.map(([, , to]) => to)), 'reject-chain'];
  return [
    add('table ip kube-proxy { comment "rules for kube-proxy" ; }'),
    ...baseChains.flatMap(([name, type, hook, priority]) =>
      chain(name, ` { type ${type} hook ${hook} priority ${priority} ; }`),
    ),
    ...regular.flatMap((name) => chain(name)),
    ...(hasEndpointChains ? chain('mark-for-masquerade') : []),
    ...named.flatMap(([kind, name, type, comment]) => [
      add(`${kind} ip kube-proxy ${name} { type ${type} ; comment "${comment}" ; }`),
      `flush ${kind} ip kube-proxy ${name}`,
    ]),
    ...jumps.map(([from, condition, to]) => rule(from, `${condition}jump ${to}`)),
    ...(hasEndpointChains
      ? [
          rule('mark-for-masquerade', `mark set mark or ${mark}`),
          rule('masquerading', `mark and ${mark} == 0 return`),
          rule('masquerading', `mark set mark xor ${mark}`),
          rule('masquerading', 'masquerade fully-random'),
        ]
      : [
          rule(
            'masquerading',
            `mark and ${mark} != 0 mark set mark xor ${mark} masquerade fully-random`,
          ),
          rule(
            'masquerading',
            'ct status dnat ip saddr . ip daddr . meta l4proto . th dport @hairpin-connections ' +
              'masquerade fully-random',
          ),
          rule('services', `ip daddr @cluster-ips ip saddr != ${podCIDR} mark set mark or ${mark}`),
        ]),
    rule(
      'cluster-ips-check',
      'ip daddr @cluster-ips reject comment "Reject traffic to invalid ports of ClusterIPs"',
    ),
    element('nodeport-ips', nodeIP),
    rule('reject-chain', 'reject'),
    rule('service-endpoints-check', lookUp('no-endpoint-services')),
    rule('nodeport-endpoints-check', lookUpNodePort('no-endpoint-nodeports')),
    rule('firewall-check', lookUp('firewall-ips')),
    rule('services', lookUp('service-ips')),
    rule('services', lookUpNodePort('service-nodeports')),
  ];
}

/**
 * @param items of a cluster
 * @param {'endpoint chains' | 'endpoint maps'} layout
 *   endpoint chains: releases up to about 1.35. A chain per ServicePort and a chain per endpoint, chosen
 *   by a verdict map over a random number; who masquerades stands in each of them.
 *   endpoint maps: what follows them. A chain per ServicePort, in it one dnat to a map of endpoints;
 *   one rule and one set say what is masqueraded. Chains per endpoint only with session affinity.
 * @param nodeIP the address that takes node ports
 * @param nodeName whose endpoints are local, by `nodeName`
 */
export function kubeProxyShape(items, layout, nodeIP = '10.64.0.0', nodeName = 'node-0') {
  const endpoints = endpointsOf(items);
  const services = items
    .filter(({ kind }) => kind === 'Service')
    .flatMap((service) => {
      const { namespace, name } = service.metadata;
      return servicePart(service, endpoints.get(`${namespace}/${name}`) ?? [], layout);
    });
  const hairpin = layout === 'endpoint maps' ? localEndpoints(items, nodeName) : [];
  return [
    ...fixedPart(layout, nodeIP),
    ...services,
    ...hairpin.map((ip) => element('hairpin-connections', `${ip} . ${ip} . tcp . 8080`)),
    '',
  ].join('\n');
}

const localEndpoints = (items, node) =>
  items
    .filter(({ kind }) => kind === 'EndpointSlice')
    .flatMap(({ endpoints }) => endpoints)
    .filter(({ nodeName }) => nodeName === node)
    .map(({ addresses }) => addresses[0]);

function servicePart({ metadata, spec }, addresses, layout) {
  const [port] = spec.ports;
  const { clusterIP, externalIPs = [] } = spec;
  const text = `${metadata.namespace}/${metadata.name}/tcp/${port.name}`;
  const base = hashed(text);
  const service = `service-${base}`;
  const external = `external-${base}`;
  const sticky = spec.sessionAffinity === 'ClientIP';
  const hasEndpointChains = layout === 'endpoint chains';
  const printed = `${metadata.namespace}/${metadata.name}:${port.name}`;
  const isExternal = externalIPs.length > 0 || port.nodePort !== undefined;
  if (addresses.length === 0) {
    const refuse = `comment "${printed}" : goto reject-chain`;
    return [
      element('cluster-ips', clusterIP),
      ...[clusterIP, ...externalIPs].map((ip) =>
        element('no-endpoint-services', `${ip} . tcp . ${port.port} ${refuse}`),
      ),
      ...(port.nodePort === undefined
        ? []
        : [element('no-endpoint-nodeports', `tcp . ${port.nodePort} ${refuse}`)]),
    ];
  }
  const targets =
    hasEndpointChains || sticky
      ? addresses.map((ip) => ({ ip, base: hashed(`${text}__${ip}/8080`) }))
      : [];
  return [
    ...targets.flatMap((target) => chain(`endpoint-${target.base}`)),
    ...chain(service),
    ...(isExternal ? chain(external) : []),
    element('cluster-ips', clusterIP),
    element('service-ips', `${clusterIP} . tcp . ${port.port} : goto ${service}`),
    ...externalIPs.map((ip) =>
      element('service-ips', `${ip} . tcp . ${port.port} : goto ${external}`),
    ),
    ...(port.nodePort === undefined
      ? []
      : [element('service-nodeports', `tcp . ${port.nodePort} : goto ${external}`)]),
    ...(hasEndpointChains
      ? [rule(service, `ip daddr ${clusterIP} ip saddr != ${podCIDR} jump mark-for-masquerade`)]
      : []),
    ...(isExternal
      ? [
          rule(
            external,
            hasEndpointChains ? 'jump mark-for-masquerade' : `mark set mark or ${mark}`,
          ),
          rule(external, `goto ${service}`),
        ]
      : []),
    ...(sticky ? affinity(service, targets, spec) : []),
    choice(service, addresses, targets),
    ...targets.flatMap(({ ip, base: own }) => [
      ...(hasEndpointChains
        ? [rule(`endpoint-${own}`, `ip saddr ${ip} jump mark-for-masquerade`)]
        : []),
      ...(sticky ? [rule(`endpoint-${own}`, `update @affinity-${own} { ip saddr }`)] : []),
      rule(`endpoint-${own}`, `meta l4proto tcp dnat to ${ip}:8080`),
    ]),
  ];
}

/** The set of each endpoint's clients, and the rules that ask it. */
const affinity = (service, targets, { sessionAffinityConfig: { clientIP } }) => [
  ...targets.map(({ base }) =>
    add(
      `set ip kube-proxy affinity-${base} ` +
        `{ type ipv4_addr ; flags dynamic,timeout ; timeout ${clientIP.timeoutSeconds}s ; }`,
    ),
  ),
  ...targets.map(({ base }) => rule(service, `ip saddr @affinity-${base} goto endpoint-${base}`)),
];

/** One endpoint at random: by its chain where there is one. */
function choice(service, addresses, targets) {
  const random = `numgen random mod ${addresses.length}`;
  if (targets.length > 0) {
    const verdicts = targets.map(({ base }, index) => `${index} : goto endpoint-${base}`);
    return rule(service, `${random} vmap { ${verdicts.join(' , ')} }`);
  }
  const places = addresses.map((ip, index) => `${index} : ${ip} . 8080`);
  return rule(
    service,
    `meta l4proto tcp dnat ip addr . port to ${random} map { ${places.join(' , ')} }`,
  );
}
