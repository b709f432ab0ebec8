/** A pull request of 30 edits to a cluster of 200 Services, one of which is dangerous: it is what a reviewer sees first. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainPalette } from '../../src/diagnostics/palette.ts';
import type { TrafficDiff } from '../../src/diff/change.ts';
import { formatTrafficGithub } from '../../src/diff/format-github.ts';
import { formatTrafficHtml } from '../../src/diff/format-html.ts';
import { formatTrafficMarkdown } from '../../src/diff/format-markdown.ts';
import { formatTrafficText } from '../../src/diff/format-text.ts';
import { collectRisks } from '../../src/diff/risks/collect.ts';
import type { CompileOptions } from '../../src/options.ts';
import { locate } from '../../src/read/locate.ts';
import { diffObjects, diffOptions, service, slice } from '../support/diff-sides.ts';
import { forAll } from '../support/worlds-property.ts';

interface Web {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly ingress?: readonly string[];
  readonly endpoints?: readonly (string | Readonly<Record<string, unknown>>)[];
  readonly endpointPort?: number;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly isGone?: boolean;
}

const spread = (i: number): readonly string[] =>
  [1, 2, 3, 4].map((k) => `10.244.${i % 200}.${10 * k}`);

/** Service `shop/web-7` and its endpoints. */
function web(
  i: number,
  { spec = {}, ingress, endpoints, endpointPort = 8080, metadata = {}, isGone }: Web,
): object[] {
  if (isGone === true) return [];
  const name = `web-${i}`;
  const creationTimestamp = '2026-01-01T00:00:00Z';
  return [
    {
      ...service(name, `10.96.1.${i + 1}`, { ...spec }),
      metadata: { name, namespace: 'shop', creationTimestamp, ...metadata },
      ...(ingress && { status: { loadBalancer: { ingress: ingress.map((ip) => ({ ip })) } } }),
    },
    slice(name, endpoints ?? spread(i), { ports: [{ name: 'http', port: endpointPort }] }),
  ];
}

const dns = [
  service('kube-dns', '10.96.0.10', { ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] }),
  slice('kube-dns', ['10.244.250.53']),
].map((object) => ({
  ...object,
  metadata: { ...(object['metadata'] as object), namespace: 'kube-system' },
}));

const cluster = (edits: ReadonlyMap<number, Web>): object[] => [
  ...dns,
  ...Array.from({ length: 200 }, (_, i) => web(i, edits.get(i) ?? {})).flat(),
];

const lb = { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false };
const vip = ['198.51.100.10'];
const ranges = (...loadBalancerSourceRanges: string[]): Web => ({
  spec: { ...lb, loadBalancerSourceRanges },
  ingress: vip,
});
const local = { externalTrafficPolicy: 'Local', healthCheckNodePort: 31000 };
/** 198.51.100.9 is an external IP of it before and after. */
const owner = 3;
const young = { metadata: { creationTimestamp: '2026-06-01T00:00:00Z' } };

/** What Service `t` is before and after, the code, and the line that is to be blamed. */
const variants = (t: number): readonly (readonly [string, Web, Web, string, RegExp])[] => [
  [
    'deleted',
    {},
    { isGone: true },
    'NATC6003',
    new RegExp(`name: web-${t}|10\\.96\\.1\\.${t + 1}`),
  ],
  ['no endpoint', {}, { endpoints: [] }, 'NATC6003', new RegExp(`10\\.244\\.${t}\\.10`)],
  [
    'policy Local',
    { spec: { ...lb, externalTrafficPolicy: 'Cluster' }, ingress: vip },
    { spec: { ...lb, ...local }, ingress: vip },
    'NATC6003',
    /externalTrafficPolicy: Local/,
  ],
  [
    'another port',
    {},
    { spec: { ports: [{ name: 'http', port: 8080 }] } },
    'NATC6003',
    /port: 8080/,
  ],
  [
    'another protocol',
    {},
    { spec: { ports: [{ name: 'http', port: 80, protocol: 'UDP' }] } },
    'NATC6003',
    /protocol: UDP/,
  ],
  [
    'fewer sources',
    ranges('203.0.113.0/24', '192.0.2.0/24'),
    ranges('203.0.113.0/24'),
    'NATC6004',
    /192\.0\.2\.0\/24/,
  ],
  [
    'an external IP',
    {},
    { spec: { externalIPs: ['198.51.100.20'] } },
    'NATC6005',
    /198\.51\.100\.20|externalIPs/,
  ],
  [
    'a node port',
    {},
    { spec: { type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30080 }] } },
    'NATC6005',
    /nodePort: 30080|type: NodePort/,
  ],
  [
    'source ranges dropped',
    ranges('203.0.113.0/24'),
    { spec: { ...lb }, ingress: vip },
    'NATC6006',
    /loadBalancerSourceRanges|203\.0\.113\.0\/24/,
  ],
  [
    'a wider source',
    ranges('203.0.113.0/24'),
    ranges('203.0.113.0/24', '192.0.2.0/24'),
    'NATC6007',
    /192\.0\.2\.0\/24/,
  ],
  [
    'one of four endpoints',
    {},
    { endpoints: [`10.244.${t}.10`] },
    'NATC6008',
    new RegExp(`10\\.244\\.${t}\\.20`),
  ],
  ["another Service's endpoints", {}, { endpoints: spread(owner) }, 'NATC6009', /10\.244\.3\.10/],
  [
    'other endpoints',
    {},
    { endpoints: ['10.244.201.1', '10.244.201.2'] },
    'NATC6010',
    /10\.244\.201\.1/,
  ],
  ['another port of all endpoints', {}, { endpointPort: 9090 }, 'NATC6021', /port: 9090/],
  [
    "the client's address lost",
    {
      spec: { ...lb, ...local },
      ingress: vip,
      endpoints: [{ addresses: [`10.244.${t}.10`], nodeName: 'node-a' }],
    },
    {
      spec: { ...lb, externalTrafficPolicy: 'Cluster' },
      ingress: vip,
      endpoints: [{ addresses: [`10.244.${t}.10`], nodeName: 'node-a' }],
    },
    'NATC6011',
    /externalTrafficPolicy: Cluster/,
  ],
  [
    'no affinity',
    { spec: { sessionAffinity: 'ClientIP' } },
    { spec: { sessionAffinity: 'None' } },
    'NATC6012',
    /sessionAffinity: None/,
  ],
  ['no pod', {}, { endpoints: [...spread(t), '192.0.2.50'] }, 'NATC6013', /192\.0\.2\.50/],
  [
    "the node's kubelet",
    {},
    { endpoints: [...spread(t), '192.168.0.11'] },
    'NATC6014',
    /192\.168\.0\.11/,
  ],
  [
    'a metadata service',
    {},
    { endpoints: [...spread(t), '100.100.100.200'] },
    'NATC6015',
    /100\.100\.100\.200/,
  ],
  [
    "the node's address",
    {},
    { spec: { externalIPs: ['192.168.0.11'] } },
    'NATC6016',
    /192\.168\.0\.11|externalIPs/,
  ],
  [
    "another Service's address",
    { spec: { ports: [{ name: 'http', port: 81 }] } },
    { spec: { ports: [{ name: 'http', port: 81 }], externalIPs: ['10.96.1.4'] } },
    'NATC6017',
    /10\.96\.1\.4|externalIPs/,
  ],
  [
    'the address of the DNS',
    {},
    { spec: { externalIPs: ['10.96.0.10'] } },
    'NATC6018',
    /10\.96\.0\.10|externalIPs/,
  ],
  [
    'the address of a Service as an endpoint',
    {},
    { endpoints: [...spread(t), '10.96.1.4'] },
    'NATC6019',
    /10\.96\.1\.4/,
  ],
  [
    'a destination taken over',
    young,
    { ...young, spec: { ...lb }, ingress: ['198.51.100.9'] },
    'NATC6001',
    /198\.51\.100\.9|type: LoadBalancer/,
  ],
  [
    'a destination claimed',
    young,
    { ...young, spec: { externalIPs: ['198.51.100.9'] } },
    'NATC6002',
    /198\.51\.100\.9|externalIPs/,
  ],
];

/** What nobody has to look at: endpoints come and go, labels, a new port of a cluster IP, session affinity. */
function harmless(i: number, kind: number): Web {
  switch (kind % 7) {
    case 0:
      return { endpoints: [...spread(i), `10.244.${i % 200}.99`] };
    case 1:
      return { endpoints: spread(i).slice(1) };
    case 2:
      return { metadata: { labels: { team: 'shop' } } };
    case 3:
      return {
        spec: {
          ports: [
            { name: 'http', port: 80 },
            { name: 'more', port: 81 },
          ],
        },
      };
    case 4:
      return { spec: { sessionAffinity: 'ClientIP' } };
    case 5:
      return { metadata: { annotations: { 'example.com/owner': 'shop' } } };
    default:
      return { endpoints: [...spread(i).slice(1), `10.244.${i % 200}.98`] };
  }
}

type Variant = ReturnType<typeof variants>[number];

function diffOf(
  target: number,
  [, before, after, code]: Variant,
  edits: ReadonlyMap<number, Web>,
): TrafficDiff {
  const owned = { spec: { externalIPs: ['198.51.100.9'] } };
  // A claim on what another Service has is an error otherwise.
  const options: CompileOptions = { ...diffOptions, validate: 'warn' };
  const isClaim = code === 'NATC6001' || code === 'NATC6002' || code === 'NATC6018';
  const none = new Map<number, Web>(isClaim ? [[owner, owned]] : []);
  const all = new Map([...edits, ...none]);
  return diffObjects(
    cluster(new Map([...none, [target, before]])),
    cluster(new Map([...all, [target, after]])),
    [options, options],
  );
}

const plainEdits = new Map(
  Array.from({ length: 29 }, (_, i) => [i * 5 + 1, harmless(i * 5 + 1, i)] as const),
);

const found = (text: string, code: string, format: string, diff: TrafficDiff, line: RegExp) => {
  const head = text.split('\n').slice(0, 5);
  const at = head.findIndex((each) => each.includes(code));
  if (at === -1) return `${format}: ${code} is not in\n${head.join('\n')}`;
  const told = head.slice(at).join('\n');
  const [, file = '', number = ''] =
    // An annotation stands where the new side has something, and says where it was.
    (format === 'github' ? /in (old\.yaml):(\d+) of the old side/.exec(head[at] ?? '') : null) ??
    /((?:old|new)\.yaml)(?::|,line=)(\d+)/.exec(told) ??
    [];
  const objects = [
    ...diff.changes.flatMap(({ origin, risks }) =>
      risks.some((each) => each.code === code) ? (origin?.object ?? []) : [],
    ),
    ...diff.claims.flatMap(({ origin }) => origin?.object ?? []),
  ];
  const source = objects.find((each) => each.source.name === file)?.source;
  const blamed = source?.text.split('\n')[Number(number) - 1];
  return blamed !== undefined && line.test(blamed)
    ? undefined
    : `${format}: ${code} blames ${file}:${number} "${blamed}"\n${head.join('\n')}`;
};

const formats = (diff: TrafficDiff) =>
  [
    ['text', formatTrafficText(diff, { palette: plainPalette, locate })],
    ['markdown', formatTrafficMarkdown(diff, locate)],
    ['github', formatTrafficGithub(diff, locate)],
  ] as const;

const target = 117;

test('the other 29 edits change something, and nothing of it is a risk', () => {
  const [, before] = variants(target)[0]!;
  const diff = diffOf(target, ['none', before, before, '', /./], plainEdits);
  expect(collectRisks(diff)).toEqual([]);
  expect(new Set(diff.changes.map(({ service }) => service)).size).toBeGreaterThan(15);
  expect(plainEdits.size).toBe(29);
});

describe.each(variants(target))('%s', (...variant) => {
  const [, , , code, line] = variant;
  const diff = diffOf(target, variant, plainEdits);

  test('stands in the first five lines of text, markdown and github, with its line', () => {
    for (const [format, text] of formats(diff)) {
      expect(found(text, code, format, diff, line)).toBeUndefined();
      expect(text.split('\n').slice(0, 5).join('\n')).toContain(`shop/web-${target}`);
    }
  });

  test('is one of the first two risks in html, with its line', () => {
    const html = formatTrafficHtml(diff, { before: 'old', after: 'new', facts: [], locate });
    const [, list = ''] = /<section id="risks"(.*?)<\/section>/s.exec(html) ?? [];
    const first =
      list
        .split('<li')
        .slice(1, 3)
        .find((item) => item.includes(code)) ?? '';
    expect(first).toContain(`shop/web-${target}`);
    const [, file, number] = /<code>((?:old|new)\.yaml):(\d+)<\/code>/.exec(first) ?? [];
    const { origin } =
      diff.changes.find(({ risks }) => risks.some((each) => each.code === code)) ??
      diff.claims.find((each) => each.origin !== undefined) ??
      {};
    expect(origin?.object.source.name).toBe(file);
    expect(origin?.object.source.text.split('\n')[Number(number) - 1]).toMatch(line);
  });
});

/** Another Service, other edits, in another order. */
const drawn = fc.record({
  target: fc.integer({ min: 4, max: 199 }),
  variant: fc.nat({ max: variants(0).length - 1 }),
  edits: fc.uniqueArray(fc.tuple(fc.integer({ min: 4, max: 199 }), fc.nat({ max: 6 })), {
    minLength: 29,
    maxLength: 29,
    selector: ([i]) => i,
  }),
});

test('so does any of them, whatever else is edited', () => {
  forAll(drawn, 4, ({ target: i, variant: which, edits }) => {
    const variant = variants(i)[which]!;
    const diff = diffOf(i, variant, new Map(edits.map(([at, kind]) => [at, harmless(at, kind)])));
    for (const [format, text] of formats(diff)) {
      const wrong = found(text, variant[3], format, diff, variant[4]);
      if (wrong !== undefined) return `${variant[0]} of web-${i}: ${wrong}`;
    }
    return undefined;
  });
});
