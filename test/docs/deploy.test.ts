import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { natcProgram } from '../support/natc.ts';

const read = (name: string): string => readFileSync(`docs/deploy/${name}`, 'utf8');

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

/** Without systemd the units cannot be checked; in CI that is a failure. */
const isCi = !['', '0', 'false'].includes(process.env['CI'] ?? '');
const unitsTitle = hasSystemd
  ? 'systemd accepts the units'
  : 'systemd accepts the units (no systemd-analyze here)';

describe('docs/deploy', () => {
  test.runIf(hasSystemd || isCi)(unitsTitle, () => {
    const units = ['docs/deploy/natc.service', 'docs/deploy/natc.timer'];
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', ...units], {
      encoding: 'utf8',
    });
    expect(stderr.split('\n').filter((line) => line.includes('natc'))).toEqual([]);
    expect(status).toBe(0);
  });

  test('the cron line has five times, a user and one command', () => {
    const line = read('natc.cron')
      .split('\n')
      .find((candidate) => candidate.startsWith('*'));
    expect(line).toMatch(/^(\* ){5}root kubectl get \S+ -A -o json \| natc apply /);
    // A % would end the command.
    expect(line).not.toContain('%');
  });

  test('every natc command line is one that natc takes', () => {
    const commands = ['natc.service', 'natc.cron', 'daemonset.yaml'].map((name) =>
      applyCommand(read(name)),
    );
    const directory = mkdtempSync(join(tmpdir(), 'natc-deploy-'));
    try {
      for (const flags of commands) {
        // An input that cannot be read: the flags are taken, and nothing is applied.
        const args = [...flags.filter((flag) => flag !== ''), '--state-dir', directory];
        const { stderr, status } = spawnSync(process.execPath, [natcProgram, ...args], {
          input: '{ "kind": "List", "items": [',
          encoding: 'utf8',
        });
        expect(stderr, args.join(' ')).toMatch(/<stdin>:1:\d+: error\[NATC1/);
        expect(status).toBe(2);
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('the files it names are there', () => {
    const names = [...read('README.md').matchAll(/\]\(([^)]+)\)/g)].map(([, name = '']) => name);
    expect(names.filter((name) => !existsSync(`docs/deploy/${name}`))).toEqual([]);
    expect(names).toHaveLength(5);
  });
});

/** `apply -f - …` of the file's one natc command, with shell variables filled in. */
function applyCommand(text: string): readonly string[] {
  const command = /natc (apply (?:.*\\\n)*.*)/.exec(text.replace(/^\s*#.*$/gm, ''))?.[1] ?? '';
  return command
    .replace(/\\\n/g, ' ')
    .replace(/\$NATC_FLAGS'?/, '')
    .replace(/"[^"]*"/g, 'node-a')
    .trim()
    .split(/\s+/);
}

describe('daemonset.yaml', () => {
  const documents = parseAllDocuments(read('daemonset.yaml')).map((document) => document.toJS());
  const byKind = (kind: string) => documents.find((document) => document.kind === kind);

  test('has only fields that the API knows, and those it requires', () => {
    expect(documents.map(({ kind }) => kind)).toEqual(Object.keys(schemas));
    for (const document of documents)
      expect(problems(document, schemas[document.kind], document.kind)).toEqual([]);
  });

  test('names agree: role, account, labels, volumes', () => {
    const { spec } = byKind('DaemonSet');
    const pod = spec.template.spec;
    expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
    expect(pod.serviceAccountName).toBe(byKind('ServiceAccount').metadata.name);
    expect(byKind('ClusterRoleBinding').roleRef.name).toBe(byKind('ClusterRole').metadata.name);
    expect(byKind('ClusterRoleBinding').subjects[0]).toMatchObject(
      byKind('ServiceAccount').metadata,
    );
    const volumes = pod.volumes.map(({ name }: { name: string }) => name);
    for (const { name } of pod.containers[0].volumeMounts) expect(volumes).toContain(name);
  });

  test('the role allows what the command lists, and no more', () => {
    const rules: { resources: string[]; verbs: string[] }[] = byKind('ClusterRole').rules;
    const listed = /kubectl get (\S+)/.exec(read('daemonset.yaml'))?.[1]?.split(',') ?? [];
    expect(rules.flatMap(({ resources }) => resources).sort()).toEqual(listed.sort());
    for (const { verbs } of rules) expect(verbs).toEqual(['get', 'list']);
  });
});

/** The part of the API's schema that the manifest uses. A `!` marks a required field. */
type Schema =
  | 'string'
  | 'boolean'
  | 'number'
  | readonly [Schema]
  | { readonly [field: string]: Schema };

const labels: Schema = { '*': 'string' };
const metadata: Schema = { 'name!': 'string', namespace: 'string', labels };

const schemas: Readonly<Record<string, Schema>> = {
  ServiceAccount: { 'apiVersion!': 'string', 'kind!': 'string', 'metadata!': metadata },
  ClusterRole: {
    'apiVersion!': 'string',
    'kind!': 'string',
    'metadata!': metadata,
    rules: [{ apiGroups: ['string'], resources: ['string'], 'verbs!': ['string'] }],
  },
  ClusterRoleBinding: {
    'apiVersion!': 'string',
    'kind!': 'string',
    'metadata!': metadata,
    'roleRef!': { 'apiGroup!': 'string', 'kind!': 'string', 'name!': 'string' },
    subjects: [{ 'kind!': 'string', 'name!': 'string', namespace: 'string', apiGroup: 'string' }],
  },
  DaemonSet: {
    'apiVersion!': 'string',
    'kind!': 'string',
    'metadata!': metadata,
    'spec!': {
      'selector!': { matchLabels: labels },
      updateStrategy: { type: 'string' },
      'template!': {
        'metadata!': { labels },
        'spec!': {
          serviceAccountName: 'string',
          hostNetwork: 'boolean',
          priorityClassName: 'string',
          nodeSelector: labels,
          tolerations: [{ key: 'string', operator: 'string', effect: 'string' }],
          terminationGracePeriodSeconds: 'number',
          'containers!': [
            {
              'name!': 'string',
              'image!': 'string',
              command: ['string'],
              args: ['string'],
              env: [
                {
                  'name!': 'string',
                  value: 'string',
                  valueFrom: { fieldRef: { 'fieldPath!': 'string' } },
                },
              ],
              securityContext: { privileged: 'boolean' },
              resources: { requests: labels, limits: labels },
              volumeMounts: [{ 'name!': 'string', 'mountPath!': 'string', readOnly: 'boolean' }],
            },
          ],
          volumes: [{ 'name!': 'string', hostPath: { 'path!': 'string', type: 'string' } }],
        },
      },
    },
  },
};

function problems(value: unknown, schema: Schema | undefined, path: string): readonly string[] {
  if (schema === undefined) return [`${path}: unknown field`];
  if (typeof schema === 'string')
    return typeof value === schema ? [] : [`${path}: not a ${schema}`];
  if (isList(schema))
    return Array.isArray(value)
      ? value.flatMap((item, index) => problems(item, schema[0], `${path}[${index}]`))
      : [`${path}: not a list`];
  if (typeof value !== 'object' || value === null) return [`${path}: not a mapping`];
  const missing = Object.keys(schema)
    .filter((field) => field.endsWith('!') && !(field.slice(0, -1) in value))
    .map((field) => `${path}.${field.slice(0, -1)}: required`);
  const found = Object.entries(value).flatMap(([field, inner]) =>
    problems(inner, schema[field] ?? schema[`${field}!`] ?? schema['*'], `${path}.${field}`),
  );
  return [...missing, ...found];
}

const isList = (schema: Schema): schema is readonly [Schema] => Array.isArray(schema);
