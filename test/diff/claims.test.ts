/** What a Service claims of another is the first thing that natc diff tells, whatever the format. */
import { describe, expect, test } from 'vitest';
import { type CompileOutput, compile } from '../../src/compile.ts';
import { plainPalette } from '../../src/diagnostics/palette.ts';
import type { TrafficDiff } from '../../src/diff/change.ts';
import { withContests } from '../../src/diff/claims.ts';
import { formatTrafficGithub } from '../../src/diff/format-github.ts';
import { formatTrafficHtml } from '../../src/diff/format-html.ts';
import { formatTrafficJson } from '../../src/diff/format-json.ts';
import { formatTrafficMarkdown } from '../../src/diff/format-markdown.ts';
import { formatTrafficText } from '../../src/diff/format-text.ts';
import { diffTraffic } from '../../src/diff/traffic.ts';
import { explain } from '../../src/explain/explain.ts';
import { defaultOptions } from '../../src/options.ts';
import { objectOf } from '../support/objects.ts';

const object = (
  namespace: string,
  name: string,
  createdAt: string,
  spec: object,
  vip?: string,
) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace, name, creationTimestamp: createdAt },
  spec: { ports: [{ port: 443 }], ...spec },
  ...(vip === undefined ? {} : { status: { loadBalancer: { ingress: [{ ip: vip }] } } }),
});

const slice = (namespace: string, service: string, address: string) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { namespace, name: service, labels: { 'kubernetes.io/service-name': service } },
  addressType: 'IPv4',
  endpoints: [{ addresses: [address] }],
  ports: [{ port: 6443 }],
});

const [early, late] = ['2026-01-01T00:00:00Z', '2026-06-01T00:00:00Z'];

const kubernetes = [
  object('default', 'kubernetes', early, { clusterIP: '172.30.0.1' }),
  slice('default', 'kubernetes', '192.168.0.100'),
];
const web = [
  object('shop', 'web', early, { clusterIP: '172.30.0.2', externalIPs: ['198.51.100.1'] }),
  slice('shop', 'web', '10.180.0.1'),
];
const evil = (spec: object, vip?: string) => [
  object('a', 'evil', late, { clusterIP: '172.30.0.66', ...spec }, vip),
  slice('a', 'evil', '10.180.0.66'),
];

function compiled(objects: readonly object[]): CompileOutput {
  const { output, diagnostics } = compile(
    objects.map((each) => objectOf(each)),
    { ...defaultOptions, validate: 'warn' },
  );
  if (output === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return output;
}

function diffOf(before: readonly object[], after: readonly object[]) {
  const [old, next] = [compiled(before), compiled(after)];
  const diff = withContests(
    diffTraffic(old.ruleset, next.ruleset, new Set()),
    old.plan,
    next.plan,
    undefined,
  );
  return { diff, old, next };
}

const locate = () => undefined;

const formats = (diff: TrafficDiff) => ({
  text: formatTrafficText(diff, { palette: plainPalette, locate }),
  markdown: formatTrafficMarkdown(diff, locate),
  github: formatTrafficGithub(diff, locate),
  json: formatTrafficJson(diff, locate),
  html: formatTrafficHtml(diff, { before: 'old', after: 'new', facts: [], locate }),
});

describe('an external IP that is the cluster IP of default/kubernetes', () => {
  const { diff, next } = diffOf(kubernetes, [
    ...kubernetes,
    ...evil({ externalIPs: ['172.30.0.1'] }),
  ]);
  const lost =
    'a/evil claims 172.30.0.1:443/TCP of default/kubernetes and does not get it: a cluster IP goes before an external IP';

  test('is a claim that is lost', () => {
    expect(diff.claims).toMatchObject([
      { kind: 'CLAIM_LOST', service: 'a/evil', victim: 'default/kubernetes', text: lost },
    ]);
  });

  test('is told before all else', () => {
    const said = formats(diff);
    expect(said.text.split('\n')[0]).toBe(`RISK medium NATC6002: ${lost}`);
    expect(said.text.trim().split('\n').at(-1)).toMatch(/^1 risk \(1 medium\); /);
    expect(said.markdown.split('\n')[2]).toBe('> [!WARNING]');
    expect(said.markdown.split('\n')[3]).toContain('of default/kubernetes and does not get it');
    expect(said.github.split('\n')[0]).toMatch(/^::warning .*default\/kubernetes/);
    expect(JSON.parse(said.json)).toMatchObject({
      counts: { risks: 1 },
      claims: [{ kind: 'CLAIM_LOST', victim: 'default/kubernetes' }],
    });
    expect(said.html).toMatch(
      /<ol><li class="medium">.*?NATC6002<\/span> <a href="#a\/evil">a\/evil<\/a> claims 172\.30\.0\.1:443/,
    );
  });

  test('is no news when it was there before', () => {
    const both = [...kubernetes, ...evil({ externalIPs: ['172.30.0.1'] })];
    expect(diffOf(both, both).diff.claims).toEqual([]);
  });

  test('natc explain names both', () => {
    const { reasons } = explain(
      {
        ruleset: next.ruleset,
        compiled: next,
        host: { addresses: new Set(), routeLocalnet: false, isComplete: false },
      },
      {
        source: '10.180.0.5',
        sourcePort: undefined,
        destination: '172.30.0.1',
        destinationPort: 443,
        protocol: 'tcp',
        inInterface: undefined,
      },
    );
    expect(reasons.at(-1)).toMatchObject({
      text: 'Service a/evil claims 172.30.0.1:443/TCP as an external IP too; default/kubernetes has it: a cluster IP goes before an external IP',
      origin: { path: ['spec', 'externalIPs', 0] },
    });
  });
});

test('a claim alone is told although no packet differs', () => {
  const before = [...web, ...evil({})];
  const { diff } = diffOf(before, [...web, ...evil({ externalIPs: ['198.51.100.1'] })]);
  expect(diff.changes).toEqual([]);
  const said = formats(diff);
  expect(said.text).toMatch(/^RISK medium NATC6002: a\/evil claims 198\.51\.100\.1/);
  for (const text of Object.values(said)) expect(text).toContain('shop/web');
});

describe('a destination taken over', () => {
  const { diff, old, next } = diffOf(web, [...web, ...evil({}, '198.51.100.1')]);

  test('is worse than a claim that is lost, and names the victim', () => {
    expect(diff.claims).toMatchObject([
      {
        kind: 'DESTINATION_TAKEN_OVER',
        service: 'a/evil',
        victim: 'shop/web',
        text: 'a/evil takes over 198.51.100.1:443/TCP from shop/web: a load-balancer IP goes before an external IP',
      },
    ]);
    expect(formats(diff).github.split('\n')[0]).toMatch(/^::error .*shop\/web/);
  });

  test('is seen without plans too', () => {
    const { claims } = diffTraffic(old.ruleset, next.ruleset, new Set());
    expect(claims).toMatchObject([
      { kind: 'DESTINATION_TAKEN_OVER', service: 'a/evil', victim: 'shop/web' },
    ]);
  });

  test('is none where the other Service is gone', () => {
    const [first, second] = [compiled(web), compiled(evil({ externalIPs: ['198.51.100.1'] }))];
    expect(diffTraffic(first.ruleset, second.ruleset, new Set()).claims).toEqual([]);
  });
});
