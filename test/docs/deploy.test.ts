import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { listKinds } from '../../src/host/cluster/list-text.ts';
import { manifestProblems } from '../support/manifest-schema.ts';
import { natcProgram } from '../support/natc.ts';

const read = (name: string): string => readFileSync(`docs/deploy/${name}`, 'utf8');

const services = [
  'natc.service',
  'natc-verify.service',
  'natc-follow.service',
  'natc-rules.service',
];

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

/** Without systemd the units cannot be checked; in CI that is a failure. */
const isCi = !['', '0', 'false'].includes(process.env['CI'] ?? '');
const unitsTitle = hasSystemd
  ? 'systemd accepts the units'
  : 'systemd accepts the units (no systemd-analyze here)';

describe('docs/deploy', () => {
  test.runIf(hasSystemd || isCi)(unitsTitle, () => {
    const units = [...services, 'natc.timer', 'natc-verify.timer'].map(
      (name) => `docs/deploy/${name}`,
    );
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', ...units], {
      encoding: 'utf8',
    });
    expect(stderr.split('\n').filter((line) => line.includes('natc'))).toEqual([]);
    expect(status).toBe(0);
  });

  test.runIf(hasSystemd || isCi).each(services)('%s leaves little open', (name) => {
    const unit = `docs/deploy/${name}`;
    // systemd-notify is a child of natc's, and may tell how the service is.
    const most = read(name).includes('NotifyAccess=all') ? '2.1' : '2.0';
    const threshold = `--threshold=${most.replace('.', '')}`;
    const args = ['security', '--offline=true', threshold, '--no-pager', unit];
    const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
    expect(status, stdout + stderr).toBe(0);
    const [, level] = /Overall exposure level for \S+: (\d\.\d)/.exec(stdout) ?? [];
    expect(Number(level)).toBeLessThanOrEqual(Number(most));
  });

  test('the two units of natc apply differ in --verify alone', () => {
    const settings = (name: string) => /\[Service\][\s\S]*/.exec(read(name))?.[0];
    expect(settings('natc-verify.service')?.replace(' --verify', '')).toBe(
      settings('natc.service'),
    );
  });

  test('the cron lines have five times, a user and one command', () => {
    const lines = read('natc.cron')
      .split('\n')
      .filter((line) => /^[*\d]/.test(line));
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(line).toMatch(/^(?:\d+|\*)( \*){4} root natc apply --from-cluster /);
      // A % would end the command.
      expect(line).not.toContain('%');
    }
  });

  test('no line hides how kubectl ended', () => {
    const names = readdirSync('docs/deploy').filter((name) => name !== 'README.md');
    // Neither a pipe after it, nor one at the end of its line.
    const pipe = /\bkubectl\b[^\n&]*\|(?!\|)/;
    expect(names.filter((name) => pipe.test(read(name)))).toEqual([]);
    const code = [...read('README.md').matchAll(/```sh\n([^`]*)```/g)].map(([, text = '']) => text);
    expect(code).toHaveLength(2);
    expect(code.filter((text) => pipe.test(text))).toEqual([]);
  });

  test('every natc command line is one that natc takes', () => {
    const files = ['natc.service', 'natc-verify.service', 'natc.cron', 'daemonset.yaml'];
    const commands = files.map((name) => applyCommand(read(name)));
    const directory = mkdtempSync(join(tmpdir(), 'natc-deploy-'));
    try {
      for (const flags of commands) {
        // A kubeconfig that is not there: the flags are taken, and nothing is applied.
        const args = [...flags.filter((flag) => flag !== ''), '--state-dir', directory];
        const { stderr, status } = spawnSync(process.execPath, [natcProgram, ...args], {
          env: { PATH: process.env['PATH'], KUBECONFIG: join(directory, 'none') },
          encoding: 'utf8',
        });
        expect(stderr, args.join(' ')).toMatch(/<cluster>: error\[NATC5075/);
        expect(status).toBe(3);
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('every line that stays is one that natc takes', () => {
    const [container] = parseAllDocuments(read('daemonset-follow.yaml'))
      .map((document) => document.toJS())
      .find(({ kind }) => kind === 'DaemonSet').spec.template.spec.containers;
    for (const flags of [applyCommand(read('natc-follow.service')), container.args as string[]]) {
      expect(flags).toContain('--follow');
      const directory = mkdtempSync(join(tmpdir(), 'natc-deploy-'));
      const own = ['--state-dir', directory, '--healthz-bind-address', ''];
      const args = [...flags.filter((flag) => flag !== ''), ...own];
      const { stderr, status } = spawnSync(process.execPath, [natcProgram, ...args], {
        env: { PATH: process.env['PATH'], KUBECONFIG: join(directory, 'none') },
        encoding: 'utf8',
      });
      rmSync(directory, { recursive: true });
      expect(stderr, args.join(' ')).toContain('NATC5075');
      expect(status).toBe(3);
    }
  });

  test('the two DaemonSets differ in how natc runs', () => {
    const [looping, following] = ['daemonset.yaml', 'daemonset-follow.yaml'].map((name) =>
      parseAllDocuments(read(name)).map((document) => document.toJS()),
    );
    expect(following?.slice(0, 3)).toEqual(looping?.slice(0, 3));
    expect(following?.flatMap(manifestProblems)).toEqual([]);
    const podOf = (documents: typeof looping) => documents?.at(-1).spec.template.spec;
    const { command, args, livenessProbe, readinessProbe, ...rest } =
      podOf(following).containers[0];
    expect([livenessProbe.httpGet.path, readinessProbe.httpGet.path]).toEqual([
      '/livez',
      '/healthz',
    ]);
    const { command: _, args: __, readinessProbe: ___, ...others } = podOf(looping).containers[0];
    expect(rest).toEqual(others);
    expect([command, ...args].join(' ')).toContain('natc apply --from-cluster --follow');
    expect({ ...podOf(following), containers: [] }).toEqual({ ...podOf(looping), containers: [] });
  });

  test('the files it names are there', () => {
    const names = [...read('README.md').matchAll(/\]\(([^)]+)\)/g)].map(([, name = '']) => name);
    expect(names.filter((name) => !existsSync(`docs/deploy/${name}`))).toEqual([]);
    expect(names).toHaveLength(17);
  });
});

/** `apply -f - …` of the file's one natc command, with shell variables filled in. */
function applyCommand(text: string): readonly string[] {
  const command = /natc (apply (?:.*\\\n)*.*)/.exec(text.replace(/^\s*#.*$/gm, ''))?.[1] ?? '';
  return command
    .replace(/\\\n/g, ' ')
    .replace(/\$(?:NATC_FLAGS|verify)/, '')
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
    const listed = listKinds.map(({ resource }) => resource.replace(/\..*/, ''));
    expect(rules.flatMap(({ resources }) => resources).sort()).toEqual([...listed].sort());
    for (const { verbs } of rules) expect(verbs).toEqual(['get', 'list', 'watch']);
  });

  test('the container has two capabilities, and nothing else that is special', () => {
    const [{ securityContext }] = byKind('DaemonSet').spec.template.spec.containers;
    expect(securityContext).toEqual({
      capabilities: { drop: ['ALL'], add: ['NET_ADMIN', 'NET_RAW'] },
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
  });
});
