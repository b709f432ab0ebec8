/**
 * Every rule of the service proxy's behaviour, what natc does about it and which tests hold it to that.
 * docs/compatibility.md is made from this list, and rules.test.ts finds each test it names.
 */

/** `path of a test file: part of a test's title`, or a behaviour case: `case: its name`. */
type TestRef = string;

export interface RuleEntry {
  readonly rules: readonly string[];
  readonly says: string;
  /** `same` as kube-proxy; `own`: a decision of natc's; `outside`: not done, with the reason. */
  readonly natc: 'same' | 'own' | 'outside';
  /** What natc does where that is not obvious from `says`. */
  readonly remark?: string;
  /** Where kube-proxy's two modes differ, what each does. */
  readonly nftablesMode?: string;
  readonly iptablesMode?: string;
  readonly tests: readonly TestRef[];
}

const plan = (file: string, title: string): TestRef => `test/plan/${file}.test.ts: ${title}`;
const model = (file: string, title: string): TestRef => `test/model/${file}.test.ts: ${title}`;
const check = (file: string, title: string): TestRef =>
  `test/model/checks/${file}.test.ts: ${title}`;
const kernel = (file: string, title: string): TestRef => `test/kernel/${file}.test.ts: ${title}`;
const nftables = (file: string, title: string): TestRef =>
  `test/nftables/layout/${file}.test.ts: ${title}`;
const behaviour = (name: string): TestRef => `case: ${name}`;

const same = (rules: string, says: string, ...tests: readonly TestRef[]): RuleEntry => ({
  rules: rules.split(' '),
  says,
  natc: 'same',
  tests,
});

const numbered = (letter: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);

export const sections: readonly { readonly title: string; readonly rules: readonly RuleEntry[] }[] =
  [
    {
      title: 'Defaults and validation',
      rules: [
        same(
          'D1',
          'API defaults of a Service',
          model('service', '(D1, D2)'),
          model('service', '(D1)'),
        ),
        same('D2', '`clusterIP` alone stands for `clusterIPs`', model('service', '(D1, D2)')),
        same('D3', 'an ingress address without `ipMode` is a VIP', model('service', '(D3)')),
        same(
          'D4 D5',
          'defaults of slice ports; conditions stay open',
          model('endpoint-slice', '(D4, D5)'),
        ),
        same('D6', 'protocol of an Endpoints port', model('endpoints', '(D6)')),
        same(
          'D7',
          'families of the cluster IPs that `ipFamilies` does not name',
          model('service', '(D7)'),
          plan('services', 'D7 S5'),
        ),
        {
          rules:
            'V1 V2 V3 V4 V5 V6 V7 V8 V9 V10 V11 V12 V13 V14 V15 V16 V17 V18 V19 V20 V21 V22'.split(
              ' ',
            ),
          says: "the API server's validation of Services, EndpointSlices and Endpoints",
          natc: 'own',
          remark:
            "kube-proxy sees validated objects only. natc reads manifests, so it validates (ND8): an error, or with `--validate warn` a warning and kube-proxy's reading of what is left.",
          tests: [
            check('ports-required', '(V2)'),
            check('port-names', '(V3)'),
            check('node-port-collisions', '(V6)'),
            check('duplicate-ports', '(V6)'),
            check('node-port-type', '(V7)'),
            check('load-balancer-only', '(V10)'),
            check('external-traffic-policy', '(V11, V12)'),
            check('session-affinity-config', '(V13)'),
            check('health-check-node-port', '(V14)'),
            check('port-names', '(V19)'),
            check('port-names', '(V22)'),
            model('endpoint-slice', '(V21)'),
            'test/diagnostics/error-fixtures.test.ts: every code has a fixture',
          ],
        },
      ],
    },
    {
      title: 'Which Services are compiled',
      rules: [
        same(
          'S1',
          'no cluster IP, or headless: skipped whole',
          plan('services', 'S1 '),
          kernel('service-types', 'Services of other types'),
        ),
        same('S2', 'ExternalName: skipped', plan('services', 'S2 ')),
        same(
          'S3',
          'a Service labelled for another proxy: invisible; on slices the label means nothing (since 1.36)',
          plan('services', 'S3 the label'),
          kernel('load-balancer-status', '--service-proxy-name'),
        ),
        same(
          'S4',
          'a slice labelled headless: invisible; on Services the label means nothing (since 1.36)',
          plan('services', 'S4 '),
        ),
        same('S5', 'the cluster IP of each family', plan('services', 'S5 ipFamilies')),
        same(
          'S6',
          'families are independent',
          plan('services', 'S6 '),
          kernel('service-types', '(S6)'),
        ),
        same('S7', 'identity of a service port', plan('services', 'S7 ')),
        same('S8', 'a Service without ports gives nothing', plan('services', 'S8 ')),
        same('S9', 'the namespace is part of the identity', plan('services', 'S9 ')),
      ],
    },
    {
      title: 'What each Service field does',
      rules: [
        same(
          'F1 F3 F4',
          'cluster IP, node port and external IP tuples',
          plan('verdicts', 'F1 F3 F4 F5'),
        ),
        same(
          'F2',
          '`targetPort` is never read; ports match by name and protocol',
          plan('endpoints', 'F2 '),
          kernel('service-types', 'a named target port'),
        ),
        same(
          'F5 L1 L2 L3 L4 L5',
          'load-balancer ingress: VIP, Proxy, hostnames, `loadBalancerIP`',
          plan('verdicts', 'F5 L1-L4'),
          kernel('load-balancer-status', '(L5)'),
        ),
        same(
          'F6 R1 R2 R3 R4 R5 R6',
          'source ranges: trimmed, per family, VIPs only, fail open',
          plan('source-ranges', 'R1 R2'),
          plan('source-ranges', 'R3 R4'),
          plan('source-ranges', 'R6 '),
          kernel('source-ranges', '(R5)'),
        ),
        same(
          'F7',
          'external policy Local counts only where externally accessible',
          plan('verdicts', 'F7 '),
        ),
        same(
          'F8',
          'internal policy Local counts for the cluster IP',
          kernel('traffic-policies', '(P1, P4)'),
        ),
        same('F9', 'session affinity ClientIP', kernel('session-affinity', 'session affinity')),
        same(
          'F10 F12 F14',
          '`publishNotReadyAddresses`, distribution, annotations and `selector` are not read',
          plan('checks', 'F12 '),
          behaviour('topology-annotation-not-consulted'),
          behaviour('conditions-defaults'),
        ),
        same('F11', '`healthCheckNodePort`: see H1 to H5', plan('health-check', 'H1 ')),
        same(
          'F13',
          '`allocateLoadBalancerNodePorts: false` means no node port',
          behaviour('lb-without-node-ports'),
        ),
        same(
          'F15',
          'addresses are normalised',
          plan('verdicts', 'F15 '),
          behaviour('sloppy-ip-spelling'),
        ),
        same(
          'F16 F17 F18',
          'which endpoint lists a port needs',
          plan('choose-endpoints', 'F17 F18 T5'),
        ),
      ],
    },
    {
      title: 'Endpoints intake',
      rules: [
        same('E1', 'a slice belongs to the Service of its label', plan('endpoints', 'E1 ')),
        same('E2', 'the address type must be the family', plan('endpoints', 'E2 ')),
        same(
          'E3',
          'Endpoints objects are mirrored as the controller does',
          plan('mirror', 'E3 subsets'),
          plan('mirror', 'E3 a Service with a selector'),
          kernel('service-types', 'hand-written Endpoints'),
        ),
        same('E4', 'slice ports', plan('endpoints', 'E4 ')),
        same('E5', 'only the first address of an endpoint', plan('endpoints', 'E5 ')),
        same('E6', 'conditions', plan('endpoints', 'E6 ')),
        same('E7', 'identity of an endpoint', plan('endpoints', 'E7 ')),
        same('E8', 'local means equal `nodeName`', plan('endpoints', 'E8 ')),
        {
          ...same(
            'E9',
            'merging of slices',
            plan('endpoints', 'E9 of two'),
            plan('endpoints', 'E9 a terminating'),
          ),
          remark: 'kube-proxy merges in no defined order, natc in the order of slice names.',
        },
        same('E10', 'order of endpoints', plan('endpoints', 'E10 ')),
        same(
          'E11',
          'hints for zones and nodes',
          plan('choose-endpoints', 'T2 hints for this node'),
        ),
        same('E12', 'endpoints without a Service are ignored', plan('checks', 'E12 ')),
        same('E13', 'an endpoint that is a cluster IP is not supported', plan('checks', 'E13 ')),
      ],
    },
    {
      title: 'Choosing endpoints',
      rules: [
        same('T1', 'no endpoints', plan('choose-endpoints', 'T1 ')),
        same(
          'T2',
          'the cluster list: ready, topology, else serving and terminating',
          plan('choose-endpoints', 'T2 hints for this zone'),
          plan('choose-endpoints', 'T2 without ready'),
        ),
        same(
          'T3',
          'the local list',
          plan('choose-endpoints', 'T3 the local list'),
          kernel('endpoint-choice', '(T3)'),
        ),
        same('T4 T5', 'what is reachable', plan('choose-endpoints', 'F17 F18 T5')),
        same('T6', 'what is never used', plan('choose-endpoints', 'T6 ')),
        {
          ...same(
            'T7',
            'a changed zone means recomputing',
            plan('choose-endpoints', 'T2 the zone comes from the Node'),
          ),
          remark: 'natc computes everything at every run.',
        },
      ],
    },
    {
      title: 'Verdicts',
      rules: [
        same(
          'P1',
          'cluster IP: DNAT, reject or drop',
          kernel('traffic-policies', '(P1, P4)'),
          kernel('traffic-policies', '(P1)'),
        ),
        same(
          'P2',
          'external addresses under the Cluster policy',
          plan('verdicts', 'P1 P2 policy Cluster'),
        ),
        same(
          'P3',
          'external addresses under the Local policy, by who the client is',
          kernel('traffic-policies', '(P3)'),
          kernel('traffic-policies', '(P3.3)'),
        ),
        same('P4', 'the two policies are independent', plan('verdicts', 'P1 P4')),
        same('P5', 'the choice is uniform and random', kernel('distribution', '(P5)')),
        {
          rules: ['P6'],
          says: 'the same destination twice',
          natc: 'own',
          remark:
            'Within a Service external handling wins. Between Services it is an error that names both (ND5); with `--validate warn` a cluster IP goes before a load-balancer IP and that before an external IP, then the older Service has it, and its name decides only between Services of the same age (ND11).',
          nftablesMode: 'external wins; between Services undefined',
          iptablesMode: 'cluster IP wins; between Services undefined',
          tests: [
            plan('verdicts', 'P6 '),
            plan('claims', 'P6 ND5'),
            plan('claims', 'ND11 a cluster IP goes before'),
          ],
        },
        same(
          'P7',
          'reject is ICMP port unreachable; running connections live on',
          kernel('reload', '(P7)'),
        ),
        {
          rules: ['P8', 'K1', 'K2', 'K3', 'K4'],
          says: 'unused ports of a cluster IP, unallocated addresses of the Service CIDRs',
          natc: 'own',
          remark:
            'As nftables mode; K2 where `--service-cidr` is given, and Services of other proxies are taken out of it (ND4).',
          nftablesMode: 'reject; drop',
          iptablesMode: 'untouched',
          tests: [
            kernel('no-endpoints', '(K1)'),
            kernel('no-endpoints', '(K2)'),
            kernel('no-endpoints', '(K1-K3)'),
            plan('services', 'ND4 '),
          ],
        },
        same(
          'P9',
          'unused ports of external addresses are left alone',
          kernel('load-balancer-status', '(P9)'),
        ),
        {
          rules: ['P10'],
          says: 'the source range firewall',
          natc: 'own',
          remark: 'As nftables mode, in both backends (ND6).',
          nftablesMode: 'before DNAT, also without endpoints',
          iptablesMode: 'only with endpoints',
          tests: [
            kernel('source-ranges', 'over TCP and UDP (P10)'),
            kernel('source-ranges', 'without endpoints'),
          ],
        },
        {
          rules: ['P11', 'P12'],
          says: 'a service address goes before a node port',
          natc: 'own',
          remark:
            'But an address of this node and a port that are the node port of an older Service are left to that one, with a warning (ND11).',
          nftablesMode: 'the address goes first',
          iptablesMode: 'the address goes first',
          tests: [
            kernel('load-balancer-status', '(P12)'),
            plan('claims', 'ND11 P12 a node port is not taken over'),
          ],
        },
        same('P13', 'Services may share a VIP on different ports', plan('claims', 'P13 ')),
      ],
    },
    {
      title: 'Source NAT',
      rules: [
        same('M1', '`masqueradeAll`', kernel('source-nat', '(M1)')),
        same(
          'M2',
          'cluster IP, source is no local pod',
          kernel('source-nat', 'processes on the node'),
          nftables('program', 'M2, M11'),
        ),
        same('M3', 'cluster IP without a detector', kernel('source-nat', '(M3)')),
        same(
          'M4',
          'external addresses under the Cluster policy',
          kernel('source-nat', 'off-cluster clients'),
        ),
        same('M5', 'external addresses under the Local policy', kernel('source-nat', '(M5)')),
        {
          rules: ['M6'],
          says: 'hairpin',
          natc: 'own',
          remark: 'Endpoints of this node and of unknown node; without `--node-name` all (ND3).',
          nftablesMode: 'local endpoints',
          iptablesMode: 'all endpoints',
          tests: [
            kernel('source-nat', '(M2, M4, M6)'),
            kernel('source-nat', 'hairpins (ND3)'),
            plan('endpoints', 'M6 ND3'),
          ],
        },
        same('M7', 'the mark looks at the address only', nftables('program', 'M1: masquerade-all')),
        same('M8', 'no other packet is touched', kernel('source-nat', '(M8)')),
        same('M9', 'the internal policy does not matter', behaviour('masquerade-matrix-base')),
        same('M10', 'the first CIDR of each family', plan('local-detector', 'M10 ClusterCIDR')),
        same(
          'M11',
          'interface modes and local processes',
          nftables('program', 'M2, M11'),
          behaviour('detect-local-bridge-interface'),
        ),
        same('M12', 'NodeCIDR', plan('local-detector', 'M12 ')),
      ],
    },
    {
      title: 'Where node ports listen',
      rules: [
        {
          rules: ['N1'],
          says: '`nodePortAddresses` unset',
          natc: 'own',
          remark: 'All local addresses, loopback included (ND1).',
          nftablesMode: '`primary`',
          iptablesMode: 'all',
          tests: [plan('node-ports', 'ND1 an empty list'), model('kube-proxy-config', '(N1, ND1)')],
        },
        same('N2 N3', "`primary` and the node's addresses", plan('node-ports', 'N2 N3')),
        {
          ...same('N4', 'entries of one family only open the other', plan('node-ports', 'N4 ND7')),
          remark: 'natc warns, and says which entry closes it (ND7).',
        },
        same('N5', 'a zero-length prefix means all', plan('node-ports', 'N5 ')),
        {
          ...same(
            'N6',
            'addresses that lie in one of the CIDRs',
            plan('node-ports', 'N6 '),
            behaviour('nodeport-no-matching-address'),
          ),
          remark:
            'natc asks the kernel at each connection (`fib`), so a new address counts at once; kube-proxy lists the addresses once an hour.',
        },
        {
          rules: ['N7', 'N8', 'N9', 'N10'],
          says: 'node ports on the loopback',
          natc: 'own',
          remark:
            'IPv4 is served by both backends wherever the list covers 127.0.0.0/8 (ND2). The guard goes by interface and stands before DNAT, so it drops martians too.',
          nftablesMode: 'not served (alpha user-space helper)',
          iptablesMode: 'IPv4 served',
          tests: [
            kernel('node-port-addresses', '(N10)'),
            kernel('node-port-addresses', 'never get in'),
            kernel('node-port-addresses', '::1 is never served'),
            nftables('program', 'N7: '),
          ],
        },
        {
          rules: ['N11'],
          says: 'node ports without endpoints, other addresses of the node',
          natc: 'own',
          remark: 'As nftables mode (ND6).',
          nftablesMode: 'untouched',
          iptablesMode: 'refused or dropped on any local address',
          tests: [behaviour('external-policy-local-no-local-endpoint')],
        },
        same('N12', 'never at addresses of others', kernel('node-port-addresses', '(N12)')),
      ],
    },
    {
      title: 'Session affinity',
      rules: [
        same(
          'A1',
          'one pin per client and ServicePort, whatever the address',
          nftables('frontends', 'A1: '),
        ),
        {
          rules: ['A2', 'A8', 'A9'],
          says: 'a set of clients per endpoint',
          natc: 'own',
          remark:
            'One map from client to endpoint per ServicePort: one look-up whatever the number of endpoints, and a client has one pin (docs/layout.md).',
          tests: [nftables('frontends', 'A1: '), kernel('session-affinity', 'session affinity')],
        },
        same(
          'A3',
          'the timer restarts with every new connection',
          kernel('session-affinity', '(A3)'),
        ),
        same('A4', 'a pin counts only within the list in use', nftables('frontends', 'A4: ')),
        {
          ...same(
            'A5',
            'pins of an endpoint that is gone are forgotten',
            'test/host/change/survival.test.ts: (A5)',
          ),
          remark: '`natc apply` deletes them right after the change; pins of other endpoints stay.',
        },
        same('A6', 'candidates and marks stay as they are', plan('verdicts', 'A6 ')),
        same(
          'A7',
          'the source before masquerading counts',
          kernel('session-affinity', 'keeps pods and processes'),
        ),
        same(
          'A10',
          'a full table serves without pinning',
          nftables('frontends', 'session affinity'),
        ),
        {
          ...same(
            'A11',
            'a changed timeout begins anew',
            'test/nftables/delta.test.ts: after each delta',
          ),
          remark: 'The map is made anew; upstream changes it in place where the kernel can.',
        },
        {
          rules: ['A13'],
          says: 'a change of a Service keeps the pins to endpoints that stay',
          natc: 'own',
          remark:
            'The same, and with nftables another name of the port keeps them too (ND12). Where another map of clients is to be asked, `natc apply` carries the pins over, with the time that is left to them.',
          nftablesMode: 'another name forgets them',
          iptablesMode: 'another name forgets them',
          tests: [
            'test/host/change/kept-affinity.test.ts: (A13)',
            'test/nftables/affinity-sources.test.ts: (A13)',
          ],
        },
        {
          rules: ['A12'],
          says: 'iptables: match `recent`',
          natc: 'same',
          remark: 'For the iptables backend: docs/iptables.md.',
          tests: [
            'test/iptables/layout/build.test.ts: (A2, A4)',
            'test/kernel-iptables/pick.test.ts: (A1)',
          ],
        },
      ],
    },
    {
      title: 'UDP connections',
      rules: [
        {
          rules: 'C1 C2 C3 C4 C6 C8 C9'.split(' '),
          says: 'stale UDP entries are deleted; those to endpoints that serve stay',
          natc: 'own',
          remark:
            'After any change, also of a Service alone (ND9), and SCTP too. By address and port of the endpoint.',
          tests: [
            plan('endpoints', 'C3 C6 '),
            ...['(C1, C4)', '(C3)', '(C8)', '(C9)'].map(
              (title) => `test/host/change/udp-connections.test.ts: ${title}`,
            ),
            'test/host/change/stale-flows.test.ts: its endpoint has another port',
          ],
        },
        {
          rules: ['C5'],
          says: 'Services that lost all endpoints, or are gone',
          natc: 'own',
          remark: 'Entries to every destination go, node ports included (ND9).',
          nftablesMode: 'all but node ports; nothing where the Service is gone',
          iptablesMode: 'likewise',
          tests: [
            'test/host/change/stale-flows.test.ts: scaled to zero',
            'test/host/change/stale-flows.test.ts: deleted',
          ],
        },
        {
          rules: ['C7'],
          says: 'entries of others with the number of a node port',
          natc: 'own',
          remark: 'Left alone: only addresses of this node count (ND9).',
          nftablesMode: 'deleted',
          iptablesMode: 'deleted',
          tests: ['test/host/change/udp-connections.test.ts: of others through the node'],
        },
      ],
    },
    {
      title: 'Requirements, configuration, health checks',
      rules: [
        {
          rules: ['Q1', 'Q2', 'Q3'],
          says: 'versions and sysctls',
          natc: 'own',
          remark:
            'natc leaves nf_conntrack_* alone: they size the node, and a compiler has no business there. It checks and sets ip_forward, IPv6 forwarding and, where loopback node ports are served, route_localnet.',
          tests: ['test/cli/apply.test.ts: apply sets the sysctls'],
        },
        {
          ...same(
            'Q4',
            'KubeProxyConfiguration',
            model('kube-proxy-config', '(Q4)'),
            model('kube-proxy-config', 'unknown fields'),
          ),
          remark:
            'Flags win over the file. Fields that natc cannot honour are named with the reason.',
        },
        same(
          'Q5',
          'zone and pod CIDRs come from the Node object',
          plan('choose-endpoints', 'T2 the zone comes from the Node'),
          plan('local-detector', 'M12 '),
        ),
        {
          ...same(
            'H1 H2 H3 H4',
            'health-check node ports',
            plan('health-check', 'H2 H4'),
            'test/serve/health-checks.test.ts: H1 on all addresses',
            'test/host/serve/serving.test.ts: H2 H5 the answers that a real kube-proxy gave',
            'test/host/serve/follow.test.ts: health checks follow endpoints',
          ),
          remark:
            'With `--follow`; rules alone answer nothing there, which a note says (NATC5153). A port that is taken is told (NATC5151) and tried again every 30 seconds.',
        },
        {
          rules: ['H5'],
          says: '/healthz and /livez',
          natc: 'own',
          remark:
            'With `--follow`: the statuses, headers and bodies of kube-proxy. A change is overdue after a minute, as with the default sync period of kube-proxy, and the first sync counts too.',
          tests: [
            'test/serve/proxy-health.test.ts: H5 a change that waits longer',
            'test/serve/proxy-health.test.ts: H5 the node',
            'test/host/serve/serving.test.ts: H2 H5 the answers that a real kube-proxy gave',
          ],
        },
        {
          rules: ['H6'],
          says: 'metrics',
          natc: 'own',
          remark:
            'With `--follow` and `--metrics-bind-address`. The names of kube-proxy where they mean the same, others begin with `natc_` (docs/follow.md).',
          tests: [
            'test/host/serve/serving.test.ts: H6 its metrics have the same type, labels and buckets',
            'test/serve/record.test.ts: H6 ports that drop for want of local endpoints',
          ],
        },
      ],
    },
    {
      title: "kube-proxy's own layout and life",
      rules: [
        {
          rules: numbered('G', 11),
          says: 'sets, maps and chains of the nftables mode',
          natc: 'own',
          remark:
            'natc lays the same behaviour out as a constant program over maps (docs/layout.md); packets cannot tell.',
          tests: [
            nftables('program', 'chains do not grow with the number of Services'),
            'test/properties/kernel-equals-oracle.test.ts: treats packets as the oracle says',
          ],
        },
        {
          rules: numbered('Y', 13),
          says: 'synchronisation',
          natc: 'own',
          remark:
            'A run, not a daemon: whoever starts `natc apply` decides when. It sends what differs in one transaction for both families, or with iptables the chains that differ (docs/apply.md, docs/iptables.md).',
          nftablesMode: 'a transaction per family, rate limited, full sync every hour',
          iptablesMode: 'iptables-restore per family, canary chains',
          tests: [
            'test/host/change/state.test.ts: lists the kernel when the state file tells lies',
            'test/host/change/faults.test.ts: a full disk',
            'test/kernel-iptables/delta.test.ts: (Y12)',
            kernel('reload', 'leaves the tables of others alone'),
          ],
        },
        {
          rules: numbered('I', 15),
          says: 'chains of the iptables mode',
          natc: 'own',
          remark:
            "Chains of its own, named `NATC-`; no accept rules and no INVALID drop, which are kube-proxy's dealings with firewalls (docs/iptables.md, also for what iptables cannot do as nftables does).",
          tests: [
            'test/iptables/layout/build.test.ts: (I5, I8, ND3)',
            'test/kernel-iptables/restore.test.ts: loaded again it neither doubles a jump',
            'test/kernel-iptables/cases.test.ts: packets of the behaviour cases',
          ],
        },
        {
          rules: numbered('X', 13),
          says: 'advice on nft: atomic replacement, names, clashes, marks',
          natc: 'own',
          remark: 'Followed; docs/layout.md gives the reasons.',
          tests: [
            kernel('reload', 'twice gives what once gives'),
            nftables('program', 'X12: '),
            'test/nftables/delta.test.ts: after each delta',
          ],
        },
      ],
    },
  ];
