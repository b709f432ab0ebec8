import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { manifestProblems } from '../support/manifest-schema.ts';
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
    const units = ['natc.service', 'natc.timer', 'natc-rules.service'].map(
      (name) => `docs/deploy/${name}`,
    );
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
    expect(names).toHaveLength(8);
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
    expect(documents.map(({ kind }) => kind)).toEqual([
      'ServiceAccount',
      'ClusterRole',
      'ClusterRoleBinding',
      'DaemonSet',
    ]);
    expect(documents.flatMap(manifestProblems)).toEqual([]);
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
