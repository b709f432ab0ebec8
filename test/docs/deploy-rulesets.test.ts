/** The two ways in docs/deploy to distribute what `natc compile --all-nodes` has compiled. */
import { spawn } from 'node:child_process';
import { once as event } from 'node:events';
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
import { kubeconfigFor, type StandIn, startStandIn } from '../support/stand-in-api.ts';

const read = (name: string): string => readFileSync(`docs/deploy/${name}`, 'utf8');

const nodeObject = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  status: { addresses: [{ type: 'InternalIP', address: '192.168.0.2' }] },
});

const clusterOf = (endpoint: string, ...nodes: readonly string[]): readonly object[] => [
  serviceObject('web', { clusterIP: '10.96.0.10', ports: [{ name: 'http', port: 80 }] }),
  sliceObject('web', 'IPv4', [{ addresses: [endpoint], nodeName: 'node-a' }]),
  ...['node-a', 'node-b', ...nodes].map(nodeObject),
];

let work: string;
let api: StandIn;
beforeEach(async () => {
  work = mkdtempSync(join(tmpdir(), 'natc-deploy-'));
  api = await startStandIn();
  writeFileSync(join(work, 'kubeconfig'), kubeconfigFor(api.url));
});
afterEach(async () => {
  await api.close();
  rmSync(work, { recursive: true });
});

/** Not spawnSync: the API server is in this process. */
async function run(command: string, args: readonly string[]) {
  const child = spawn(command, args, {
    cwd: work,
    timeout: 30_000,
    env: {
      PATH: `${join(work, 'bin')}:${process.env['PATH']}`,
      NODE_NAME: 'node-b',
      KUBECONFIG: join(work, 'kubeconfig'),
    },
  });
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  child.stdout.resume();
  const [status] = await event(child, 'close');
  return { status, stderr };
}

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
  async function once(kind: string, name: string, ownFolder: string, says = /^$/): Promise<void> {
    const [script] = find(kind, name).spec.template.spec.containers[0].args;
    mkdirSync(join(work, ownFolder), { recursive: true });
    const { stderr } = await run('sh', [
      '-c',
      script.replace('cd /work', `cd ${join(work, ownFolder)}`),
    ]);
    expect(stderr.replace(/^(gzip|cat|gunzip): .*/gm, '').trim()).toMatch(says);
  }

  test('what one pod compiles, the pod on the node loads, and only when it has changed', async () => {
    for (const folder of ['bin', 'published', 'loaded']) mkdirSync(join(work, folder));
    const published = join(work, 'published');
    program('natc', `exec ${process.execPath} ${resolve(natcProgram)} "$@"`);
    program('sleep', 'kill $PPID');
    program('nft', `cp "$2" "${work}/loaded/$(ls ${work}/loaded | wc -l)"`);
    program(
      'kubectl',
      `case "$*" in
'create configmap '*) echo "$3"; base64 "\${4#--from-file=}" ;;
'label --local -f '*' natc-ruleset=true '*) cat "$4" ;;
'apply '*) eval "file=\\$$#"; read -r name < "$file"; sed 1d "$file" > "${published}/$name"
  echo "$name" >> ${work}/applied ;;
'get configmap '*) cat "${published}/$3" ;;
'get configmaps '*' natc-ruleset=true '*) for file in ${published}/*; do echo "configmap/\${file##*/}"; done ;;
'delete configmap '*) rm "${published}/$3" ;;
*) exit 64 ;;
esac`,
    );
    const loads = () => readdirSync(join(work, 'loaded')).length;
    const applied = () =>
      existsSync(join(work, 'applied'))
        ? readFileSync(join(work, 'applied'), 'utf8').trim().split('\n')
        : [];
    const compileAndLoad = async () => {
      await once('Deployment', 'natc-compile', 'compile');
      await once('DaemonSet', 'natc-load', 'load');
    };

    await once('DaemonSet', 'natc-load', 'load');
    expect(loads(), 'nothing is published yet').toBe(0);

    api.serve(clusterOf('10.1.0.6'));
    await compileAndLoad();
    expect(applied()).toEqual(['natc-node-a', 'natc-node-b']);
    const ruleset = readFileSync(join(work, 'loaded', '0'), 'utf8');
    expect(ruleset).toBe(readFileSync(join(work, 'compile', 'rulesets', 'node-b.nft'), 'utf8'));
    expect(ruleset).toContain('10.1.0.6');

    await compileAndLoad();
    expect([applied().length, loads()], 'nothing has changed').toEqual([2, 1]);

    api.serve(clusterOf('10.1.0.7', 'node-c'));
    await compileAndLoad();
    expect([applied().length, loads()]).toEqual([5, 2]);
    expect(readFileSync(join(work, 'loaded', '1'), 'utf8')).toContain('10.1.0.7');

    api.fail({ list: 'nodes', page: 1, how: { kind: 'half-json' } });
    api.serve(clusterOf('10.1.0.8'));
    await once('Deployment', 'natc-compile', 'compile', /^<cluster>: error\[NATC5074\]/);
    expect(readdirSync(published)).toHaveLength(3);
    api.fail();
    api.serve(clusterOf('10.1.0.7'));
    await compileAndLoad();
    expect(readdirSync(published), 'node-c has left').toEqual(['natc-node-a', 'natc-node-b']);
    expect(loads(), 'the same for node-b').toBe(2);
    api.serve(clusterOf('10.1.0.7', 'node-c'));
    await compileAndLoad();
    expect(readdirSync(published), 'and is back').toHaveLength(3);

    writeFileSync(join(published, 'natc-node-b'), 'H4sIAAAAAAACAw==');
    await once('DaemonSet', 'natc-load', 'load');
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

test.each(['ansible.yml', 'README.md'])(
  'the compile command in %s writes the rulesets',
  async (name) => {
    const command = /natc (compile --from-cluster .*--all-nodes.*)/.exec(read(name))?.[1] ?? '';
    api.serve(clusterOf('10.1.0.6'));
    const args = [resolve(natcProgram), ...command.split(' ')];
    const { status, stderr } = await run(process.execPath, args);
    expect(status, stderr).toBe(0);
    expect(readdirSync(join(work, 'rulesets'))).toEqual(['node-a.nft', 'node-b.nft']);
  },
);
