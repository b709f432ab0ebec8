/**
 * The command lines that README and docs show at a prompt, run one after another as somebody would who follows a
 * page, in a network namespace with a cluster in reach. What the tutorial, docs/deploy and docs/ci do is tested beside.
 */
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { startRelay } from '../support/api-relay.ts';
import { type KernelAgent, startAgent } from '../support/kernel-agent.ts';
import { describeWithKernel } from '../support/kernel-available.ts';
import { natcProgram } from '../support/natc.ts';
import { type StandIn, startStandIn } from '../support/stand-in-api.ts';

/** What no test can do, or another one does. */
const elsewhere: readonly (readonly [line: RegExp, why: string])[] = [
  [
    /^(?:npm|npx|git|apt-get|systemctl|docker|podman|vi|cd|source) /,
    'is about the machine, not about natc',
  ],
  [/^(?:cat|crontab) /, 'shows what stands below it'],
  [/^natc check https:/, 'is shown to fail, with what natc says'],
];

const pages = [
  'README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.startsWith('reference/'))
    .map((name) => `docs/${name}`),
].sort();

/** The lines behind prompts, and those of a crontab, without what only waits for time or a page. */
function linesOf(page: string): readonly string[] {
  const blocks = readFileSync(page, 'utf8').matchAll(/```console\n([\s\S]*?)```/g);
  return [...blocks]
    .flatMap(([, block = '']) => block.replace(/\\\n>? */g, ' ').split('\n'))
    .flatMap((line) => /^(?:[$#] |(?:[*\d,/-]+ ){5})(.*)$/.exec(line)?.[1] ?? [])
    .map((line) => line.replace(/ +# .*$/, ''));
}

const shown = pages.flatMap((page) => linesOf(page).map((line) => ({ page, line })));
const isRun = ({ line }: { readonly line: string }) => !elsewhere.some(([what]) => what.test(line));

test('lines are found, and each reason to leave one out is needed', () => {
  expect(shown.filter(isRun).length).toBeGreaterThan(12);
});

/** natc says with 1 that something differs, or is wrong with what it was given; the rest has to go well. */
const statusesOf = (line: string): readonly number[] =>
  /\bnatc (?:diff|check|assert)\b/.test(line)
    ? [0, 1]
    : /--follow\b/.test(line)
      ? [0, 124, 143]
      : [0];

const port = 6443;

describeWithKernel('the lines of README and docs, run', () => {
  const work = mkdtempSync('/var/tmp/natc-lines-');
  const stage = join(work, 'stage');
  let api: StandIn;
  let node: KernelAgent;
  let endRelay: () => void;

  beforeAll(async () => {
    const objects = readdirSync('fixtures/example/manifests', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.yaml'))
      .flatMap((name) =>
        parseAllDocuments(readFileSync(join('fixtures/example/manifests', name), 'utf8')),
      )
      .map((document) => document.toJS())
      .filter((object): object is object => object !== null && object.kind !== 'Endpoints');
    for (const folder of ['bin', 'home/.kube', 'run', 'stage'])
      mkdirSync(join(work, folder), { recursive: true });
    setStage(stage);
    const program = (name: string, text: string) => {
      writeFileSync(join(work, 'bin', name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(work, 'bin', name), 0o755);
    };
    program('natc', `exec ${process.execPath} ${natcProgram} "$@"`);
    program('hostname', 'echo node-a');
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    writeFileSync(join(work, 'list.json'), JSON.stringify(list));
    const config = readFileSync('fixtures/example/kube-proxy.yaml', 'utf8');
    const map = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kube-proxy', namespace: 'kube-system' },
      data: { 'config.conf': config },
    };
    writeFileSync(join(work, 'map.json'), JSON.stringify(map));
    program(
      'kubectl',
      `case "$*" in *configmap*) cat ${work}/map.json;; kustomize*) cat ${resolve('fixtures/example/manifests/nodes.yaml')};; get*) cat ${work}/list.json;; *) echo "kubectl $*: not foreseen" >&2; exit 1;; esac`,
    );
    writeFileSync(join(work, 'home/.kube/config'), kubeconfig);
    api = await startStandIn({ socket: join(work, 'api') });
    api.serve(objects);
    node = await startAgent();
    endRelay = await startRelay(node, join(work, 'api'), port);
  });
  afterAll(async () => {
    endRelay();
    await node.dispose();
    await api.close();
    rmSync(work, { recursive: true });
  });

  test.each(shown.filter(isRun))('$page: $line', async ({ page, line }) => {
    // Each page begins on a fresh machine.
    if (shown.find((each) => isRun(each) && each.page === page)?.line === line) setStage(stage);
    const command = line.replaceAll('/etc/natc/', `${stage}/etc/natc/`);
    const limited = /--follow\b/.test(line) ? ['timeout', '-s', 'TERM', '5'] : [];
    const path = `PATH=${join(work, 'bin')}:/usr/sbin:/usr/bin:/sbin:/bin`;
    const { status, stdout, stderr } = await node.run([
      ...[
        'unshare',
        '-m',
        'sh',
        '-c',
        `mount --bind ${work}/run /run && cd ${stage} && exec "$@"`,
        'sh',
      ],
      ...['env', '-i', path, `HOME=${work}/home`, ...limited, '/bin/bash', '-c', command],
    ]);
    const said = `${stdout.slice(0, 500)}\n${stderr.slice(0, 2000)}`;
    expect(statusesOf(line), said).toContain(status);
    expect(stderr).not.toMatch(/internal error|See 'natc .*--help'|error\[/);
  });
});

const kubeconfig = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}` } }],
  users: [{ name: 'u', user: {} }],
  contexts: [{ name: 'production', context: { cluster: 'c', user: 'u' } }],
  'current-context': 'production',
});

/** The files that the pages name: one repository with manifests, and what lies beside. */
function setStage(stage: string): void {
  rmSync(stage, { recursive: true, force: true });
  const example = resolve('fixtures/example/manifests');
  for (const folder of ['manifests', 'main/manifests'])
    cpSync(example, join(stage, folder), { recursive: true });
  for (const folder of ['k8s/shop', 'overlays/prod', 'etc/natc', 'before', 'after'])
    mkdirSync(join(stage, folder), { recursive: true });
  symlinkSync(resolve('fixtures'), join(stage, 'fixtures'));
  const service = (name: string, last: number) =>
    `apiVersion: v1\nkind: Service\nmetadata: { name: ${name}, namespace: more }\nspec: { clusterIP: 172.30.9.${last}, ports: [{ port: 80 }] }\n`;
  writeFileSync(join(stage, 'extra.yaml'), service('extra', 1));
  writeFileSync(join(stage, 'k8s/shop/web.yaml'), service('web', 2));
  writeFileSync(
    join(stage, 'natc.yaml'),
    'apiVersion: natc.dev/v1alpha1\nkind: NatcConfiguration\nfilename: [manifests]\nnodeName: node-a\nclusterCIDR: 10.180.0.0/16\n',
  );
  writeFileSync(
    join(stage, 'etc/natc/natc.yaml'),
    'apiVersion: natc.dev/v1alpha1\nkind: NatcConfiguration\nfromCluster: true\nnodeName: node-a\n',
  );
  cpSync('fixtures/example/kube-proxy.yaml', join(stage, 'kube-proxy.yaml'));
  const [, rules = ''] =
    /```yaml\n([\s\S]*?)```/.exec(readFileSync('docs/assert.md', 'utf8')) ?? [];
  writeFileSync(join(stage, 'rules.yaml'), rules);
}
