/** The two ways in docs/deploy to distribute what `natc compile --all-nodes` has compiled. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { serviceObject, sliceObject } from '../support/kernel-cluster.ts';
import { manifestProblems } from '../support/manifest-schema.ts';
import { natcProgram } from '../support/natc.ts';

const read = (name: string): string => readFileSync(`docs/deploy/${name}`, 'utf8');

const nodeObject = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  status: { addresses: [{ type: 'InternalIP', address: '192.168.0.2' }] },
});

const clusterOf = (endpoint: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      serviceObject('web', { clusterIP: '10.96.0.10', ports: [{ name: 'http', port: 80 }] }),
      sliceObject('web', 'IPv4', [{ addresses: [endpoint], nodeName: 'node-a' }]),
      nodeObject('node-a'),
      nodeObject('node-b'),
    ],
  });

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'natc-deploy-'));
});
afterEach(() => rmSync(work, { recursive: true }));

const program = (name: string, text: string): void => {
  writeFileSync(join(work, 'bin', name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(work, 'bin', name), 0o755);
};

describe('rulesets.yaml', () => {
  const documents = parseAllDocuments(read('rulesets.yaml')).map((document) => document.toJS());
  const find = (kind: string, name: string) =>
    documents.find((document) => document.kind === kind && document.metadata.name === name);

  test('has only fields that the API knows, and those it requires', () => {
    expect(documents).toHaveLength(11);
    expect(documents.flatMap(manifestProblems)).toEqual([]);
  });

  test('names agree: roles, accounts, labels, volumes, namespace', () => {
    for (const { kind, metadata, roleRef, subjects } of documents) {
      const isClusterWide = /^(Namespace|Cluster)/.test(kind);
      expect(metadata.namespace, metadata.name).toBe(isClusterWide ? undefined : 'natc');
      if (roleRef === undefined) continue;
      expect(find(roleRef.kind, roleRef.name)).toBeDefined();
      expect(find('ServiceAccount', subjects[0].name).metadata).toMatchObject({
        namespace: subjects[0].namespace,
      });
    }
    for (const [kind, name] of [
      ['Deployment', 'natc-compile'],
      ['DaemonSet', 'natc-load'],
    ] as const) {
      const { selector, template } = find(kind, name).spec;
      expect(template.metadata.labels).toMatchObject(selector.matchLabels);
      expect(find('ServiceAccount', template.spec.serviceAccountName)).toBeDefined();
      const volumes = template.spec.volumes.map((volume: { name: string }) => volume.name);
      for (const mount of template.spec.containers[0].volumeMounts)
        expect(volumes).toContain(mount.name);
    }
  });

  test('the pods on the nodes may only read ConfigMaps of their namespace', () => {
    const bound = documents.filter(
      ({ roleRef, subjects }) => roleRef !== undefined && subjects[0].name === 'natc-load',
    );
    expect(bound.map(({ kind }) => kind)).toEqual(['RoleBinding']);
    expect(find('Role', 'natc-load').rules).toEqual([
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] },
    ]);
  });

  /** Runs a container's script until it sleeps, with a kubectl that keeps ConfigMaps in a folder. */
  function once(kind: string, name: string, ownFolder: string): void {
    const [script] = find(kind, name).spec.template.spec.containers[0].args;
    mkdirSync(join(work, ownFolder), { recursive: true });
    const { stderr } = spawnSync(
      'sh',
      ['-c', script.replace('cd /work', `cd ${join(work, ownFolder)}`)],
      {
        encoding: 'utf8',
        timeout: 30_000,
        env: { PATH: `${join(work, 'bin')}:${process.env['PATH']}`, NODE_NAME: 'node-b' },
      },
    );
    expect(stderr.replace(/^(gzip|cat): .*/gm, '').trim()).toBe('');
  }

  test('what one pod compiles, the pod on the node loads, and only when it has changed', () => {
    for (const folder of ['bin', 'published', 'loaded']) mkdirSync(join(work, folder));
    const published = join(work, 'published');
    const cluster = join(work, 'cluster.json');
    program('natc', `exec ${process.execPath} ${resolve(natcProgram)} "$@"`);
    program('sleep', 'kill $PPID');
    program('nft', `cp "$2" "${work}/loaded/$(ls ${work}/loaded | wc -l)"`);
    program(
      'kubectl',
      `case "$*" in
'get services,'*) cat ${cluster} ;;
'create configmap '*) echo "$3"; base64 "\${4#--from-file=}" ;;
'apply '*) read -r name; cat > "${published}/$name"; echo "$name" >> ${work}/applied ;;
'get configmap '*) cat "${published}/$3" ;;
esac`,
    );
    const loads = () => readdirSync(join(work, 'loaded')).length;
    const applied = () =>
      existsSync(join(work, 'applied'))
        ? readFileSync(join(work, 'applied'), 'utf8').trim().split('\n')
        : [];
    const compileAndLoad = () => {
      once('Deployment', 'natc-compile', 'compile');
      once('DaemonSet', 'natc-load', 'load');
    };

    once('DaemonSet', 'natc-load', 'load');
    expect(loads(), 'nothing is published yet').toBe(0);

    writeFileSync(cluster, clusterOf('10.1.0.6'));
    compileAndLoad();
    expect(applied()).toEqual(['natc-node-a', 'natc-node-b']);
    const ruleset = readFileSync(join(work, 'loaded', '0'), 'utf8');
    expect(ruleset).toBe(readFileSync(join(work, 'compile', 'rulesets', 'node-b.nft'), 'utf8'));
    expect(ruleset).toContain('10.1.0.6');

    compileAndLoad();
    expect([applied().length, loads()], 'nothing has changed').toEqual([2, 1]);

    writeFileSync(cluster, clusterOf('10.1.0.7'));
    compileAndLoad();
    expect([applied().length, loads()]).toEqual([4, 2]);
    expect(readFileSync(join(work, 'loaded', '1'), 'utf8')).toContain('10.1.0.7');

    writeFileSync(join(published, 'natc-node-b'), 'H4sIAAAAAAACAw==');
    once('DaemonSet', 'natc-load', 'load');
    expect(loads(), 'a ConfigMap that is cut off').toBe(2);
  });
});

interface Task {
  readonly notify?: string;
  readonly 'ansible.builtin.copy'?: {
    readonly src: string;
    readonly dest: string;
    readonly validate?: string;
  };
}

describe('ansible.yml', () => {
  const [play] = parse(read('ansible.yml'));
  const tasks: readonly Task[] = play.tasks;
  const copies = tasks.flatMap((task) => task['ansible.builtin.copy'] ?? []);

  test('has nft check the ruleset before it is put where the unit reads it', () => {
    const [ruleset] = copies;
    expect(ruleset?.validate).toBe('nft -c -f %s');
    expect(read('natc-rules.service')).toContain(`ExecReload=/usr/sbin/nft -f ${ruleset?.dest}`);
  });

  test('what tasks notify is there, and so are the files they copy', () => {
    const handlers = play.handlers.map(({ name }: { name: string }) => name);
    for (const { notify } of tasks) if (notify !== undefined) expect(handlers).toContain(notify);
    const sources = copies.map(({ src }) => src).filter((src) => !src.includes('{{'));
    expect(sources.filter((src) => !existsSync(`docs/deploy/${src}`))).toEqual([]);
  });
});

test.each(['ansible.yml', 'README.md'])('the compile command in %s writes the rulesets', (name) => {
  const command = /natc (compile -f .*--all-nodes.*)/.exec(read(name))?.[1] ?? '';
  writeFileSync(join(work, 'cluster.json'), clusterOf('10.1.0.6'));
  const { status, stderr } = spawnSync(
    process.execPath,
    [resolve(natcProgram), ...command.split(' ')],
    { cwd: work, encoding: 'utf8' },
  );
  expect(status, stderr).toBe(0);
  expect(readdirSync(join(work, 'rulesets'))).toEqual(['node-a.nft', 'node-b.nft']);
});
