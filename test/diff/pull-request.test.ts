/** A pull request of 30 edits to a cluster of 200 Services, one of which is dangerous: it is what a reviewer sees first. */
import { describe, expect, test } from 'vitest';
import { plainPalette } from '../../src/diagnostics/palette.ts';
import { formatTrafficGithub } from '../../src/diff/format-github.ts';
import { formatTrafficHtml } from '../../src/diff/format-html.ts';
import { formatTrafficMarkdown } from '../../src/diff/format-markdown.ts';
import { formatTrafficText } from '../../src/diff/format-text.ts';
import { locate } from '../../src/read/locate.ts';
import { diffObjects, service, slice } from '../support/diff-sides.ts';

interface Web {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly ingress?: readonly string[];
  readonly endpoints?: readonly string[];
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly isGone?: boolean;
}

const spread = (i: number): readonly string[] =>
  [1, 2, 3, 4].map((k) => `10.244.${i % 200}.${10 * k}`);

/** Service `shop/web-7` and its endpoints. */
function web(i: number, { spec = {}, ingress, endpoints, metadata = {}, isGone }: Web): object[] {
  if (isGone === true) return [];
  const name = `web-${i}`;
  return [
    {
      ...service(name, `10.96.1.${i + 1}`, { ...spec }),
      metadata: { name, namespace: 'shop', ...metadata },
      ...(ingress && { status: { loadBalancer: { ingress: ingress.map((ip) => ({ ip })) } } }),
    },
    slice(name, endpoints ?? spread(i)),
  ];
}

const cluster = (edits: ReadonlyMap<number, Web>): object[] =>
  Array.from({ length: 200 }, (_, i) => web(i, edits.get(i) ?? {})).flat();

const lb = { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false };
const vip = ['198.51.100.10'];
const target = 117;

/** What Service 117 is before and after, the code, and the line that is to be blamed. */
const variants: readonly (readonly [string, Web, Web, string, RegExp])[] = [
  ['deleted', {}, { isGone: true }, 'NATC6003', /name: web-117|clusterIP: 10\.96\.1\.118/],
  ['no endpoint', {}, { endpoints: [] }, 'NATC6003', /10\.244\.117\.10/],
  [
    'policy Local',
    { spec: { ...lb, externalTrafficPolicy: 'Cluster' }, ingress: vip },
    { spec: { ...lb, externalTrafficPolicy: 'Local', healthCheckNodePort: 31000 }, ingress: vip },
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
    'an external IP',
    {},
    { spec: { externalIPs: ['198.51.100.20'] } },
    'NATC6005',
    /198\.51\.100\.20|externalIPs/,
  ],
  [
    'source ranges dropped',
    { spec: { ...lb, loadBalancerSourceRanges: ['203.0.113.0/24'] }, ingress: vip },
    { spec: { ...lb }, ingress: vip },
    'NATC6006',
    /loadBalancerSourceRanges|203\.0\.113\.0\/24/,
  ],
  [
    'a wider source',
    { spec: { ...lb, loadBalancerSourceRanges: ['203.0.113.0/24'] }, ingress: vip },
    { spec: { ...lb, loadBalancerSourceRanges: ['203.0.113.0/24', '192.0.2.0/24'] }, ingress: vip },
    'NATC6007',
    /192\.0\.2\.0\/24/,
  ],
  ['one of four endpoints', {}, { endpoints: ['10.244.117.10'] }, 'NATC6008', /10\.244\.117\.20/],
  ["another Service's endpoints", {}, { endpoints: spread(3) }, 'NATC6009', /10\.244\.3\.10/],
  [
    'no affinity',
    { spec: { sessionAffinity: 'ClientIP' } },
    { spec: { sessionAffinity: 'None' } },
    'NATC6012',
    /sessionAffinity: None/,
  ],
  [
    "the node's kubelet",
    {},
    { endpoints: [...spread(117), '192.168.0.11'] },
    'NATC6014',
    /192\.168\.0\.11/,
  ],
  [
    "another Service's address",
    { spec: { ports: [{ name: 'http', port: 81 }] } },
    { spec: { ports: [{ name: 'http', port: 81 }], externalIPs: ['10.96.1.4'] } },
    'NATC6017',
    /10\.96\.1\.4|externalIPs/,
  ],
];

/** 29 edits that nobody has to look at: endpoints come and go, labels, a new port of a cluster IP. */
function harmless(i: number): Web {
  switch (i % 4) {
    case 0:
      return { endpoints: [...spread(i), `10.244.${i}.99`] };
    case 1:
      return { endpoints: spread(i).slice(1) };
    case 2:
      return { metadata: { labels: { team: 'shop' } } };
    default:
      return { endpoints: [...spread(i).slice(1), `10.244.${i}.98`] };
  }
}

describe.each(variants)('%s', (_, before, after, code, line) => {
  const edits = new Map(
    Array.from({ length: 29 }, (_, i) => [i * 4 + (i % 4), harmless(i * 4 + (i % 4))]),
  );
  const old = cluster(new Map([[target, before]]));
  const next = cluster(new Map([...edits, [target, after]]));
  const diff = diffObjects(old, next);

  test.each([
    ['text', formatTrafficText(diff, { palette: plainPalette, locate })],
    ['markdown', formatTrafficMarkdown(diff, locate)],
    ['github', formatTrafficGithub(diff, locate)],
  ])('stands in the first five lines of %s, with its line', (_format, text) => {
    const head = text.split('\n').slice(0, 5).join('\n');
    expect(head).toContain(code);
    expect(head).toContain(`shop/web-${target}`);
    const [, file = '', number = ''] =
      // An annotation stands where the new side has something, and says where it was.
      /in (old\.yaml):(\d+) of the old side/.exec(
        head.split('\n').find((each) => each.includes(code) && each.startsWith('::')) ?? '',
      ) ??
      /((?:old|new)\.yaml)(?::|,line=)(\d+)/.exec(
        head.slice(Math.max(0, head.indexOf(code) - 200)),
      ) ??
      [];
    const { origin } =
      diff.changes.find(({ risks }) => risks.some((each) => each.code === code)) ?? {};
    const source = origin?.object.source;
    expect(source?.name).toBe(file);
    expect(source?.text.split('\n')[Number(number) - 1]).toMatch(line);
  });

  test('is one of the first two risks in html, with its line', () => {
    const html = formatTrafficHtml(diff, { before: 'old', after: 'new', facts: [], locate });
    const [, list = ''] = /<section id="risks"(.*?)<\/section>/s.exec(html) ?? [];
    const first =
      list
        .split('<li')
        .slice(1, 3)
        .find((item) => item.includes(code)) ?? '';
    expect(first).toContain(`>shop/web-${target}</a>`);
    const [, file, number] = /<code>((?:old|new)\.yaml):(\d+)<\/code>/.exec(first) ?? [];
    const { origin } =
      diff.changes.find(({ risks }) => risks.some((each) => each.code === code)) ?? {};
    expect(origin?.object.source.name).toBe(file);
    expect(origin?.object.source.text.split('\n')[Number(number) - 1]).toMatch(line);
  });
});
