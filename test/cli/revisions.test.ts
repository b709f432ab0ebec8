/** Sides and inputs that are revisions of Git. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { natc } from '../support/natc.ts';

let work: string;
let repository: string;

const environment = () => ({ PATH: process.env['PATH'], HOME: work });
const author = ['-c', 'user.email=a@example.com', '-c', 'user.name=A'];
const git = (args: readonly string[], input = ''): string => {
  const options = { cwd: repository, encoding: 'utf8', env: environment(), input } as const;
  const { status, stdout, stderr } = spawnSync('git', args, options);
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
};
const write = (name: string, text: string | Uint8Array): void => {
  mkdirSync(dirname(join(repository, name)), { recursive: true });
  writeFileSync(join(repository, name), text);
};
const commit = (): void => {
  git(['add', '-A']);
  git([...author, 'commit', '-qm', 'Change']);
};
const run = (args: readonly string[], cwd = repository) => natc(args, { cwd, env: environment() });

const service = (name: string, port: number): string => `apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: shop}
spec:
  clusterIP: 10.96.0.${port}
  ports: [{port: ${port}}]
`;

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'natc-revisions-'));
  repository = join(work, 'repository');
  mkdirSync(repository);
  git(['init', '-q', '-b', 'main', '.']);
  write('deploy/web.yaml', service('web', 80));
  write('deploy/api.yaml.gz', gzipSync(service('api', 81)));
  write('deploy/.hidden/c.yaml', service('hidden', 82));
  write('deploy/values.yaml', 'a: 1\n');
  write('deploy/draft/d.yaml', service('draft', 83));
  commit();
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

describe('a revision and a path', () => {
  test('is read as the directory would be, compressed files and exclusions too', () => {
    expect(run(['diff', 'main:deploy/', 'deploy'])).toMatchObject({ exitCode: 0, stdout: '' });
    const { stdout } = run(['list', 'main:deploy', '--exclude', 'draft', '-o', 'name']);
    expect(stdout.trim().split('\n').sort()).toEqual(['shop/api', 'shop/web']);
    const below = join(repository, 'deploy');
    expect(run(['list', 'HEAD:./web.yaml', '-o', 'name'], below).stdout).toBe('shop/web\n');
    expect(run(['list', 'HEAD:', '-o', 'name']).stdout).toContain('shop/draft');
    expect(run(['list', 'HEAD^{/Cha:nge}:deploy', '-o', 'name']).stderr).toContain('NATC1071');
  });

  test('is a side of a diff that names its places, for all nodes too', () => {
    write('deploy/web.yaml', service('web', 90));
    const { exitCode, stdout } = run(['diff', 'main:deploy', 'deploy']);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(' deploy/web.yaml:');
    expect(run(['diff', 'deploy', 'main:deploy']).stdout).toContain('main:deploy/web.yaml:');
    commit();
    expect(run(['diff', 'HEAD~1:deploy', 'HEAD:deploy']).stdout).toBe(
      stdout.replaceAll('main:', 'HEAD~1:').replaceAll(/^( +)deploy\//gm, '$1HEAD:deploy/'),
    );
    write('nodes.yaml', 'apiVersion: v1\nkind: Node\nmetadata: {name: node-a}\n');
    const all = ['diff', 'HEAD~1:deploy', 'deploy', '--all-nodes', '--nodes', 'nodes.yaml'];
    expect(run(all).exitCode).toBe(1);
  });

  test('is a golden ruleset, and a base', () => {
    run(['compile', '-f', 'deploy', '--out-file', 'golden.nft']);
    commit();
    expect(run(['diff', 'HEAD:golden.nft', 'deploy'])).toMatchObject({ exitCode: 0, stdout: '' });
    const base = ['diff', '--base', 'HEAD:deploy', 'HEAD:deploy/web.yaml'];
    expect(run(base)).toMatchObject({ exitCode: 0, stdout: '' });
  });

  test('leaves a file of that name alone', () => {
    write('main:web.yaml', service('other', 84));
    expect(run(['list', 'main:web.yaml', '-o', 'name']).stdout).toBe('shop/other\n');
  });

  test('templates of charts, links and nothing at all are told as in a directory', () => {
    write('chart/Chart.yaml', 'name: a\nversion: 1.0.0\n');
    write('chart/templates/a.yaml', 'apiVersion: v1\nkind: Service\nmetadata: {name: {{ x }}}\n');
    write('empty/README.md', '');
    symlinkSync('web.yaml', join(repository, 'deploy/link.yaml'));
    commit();
    const { stderr } = run(['list', 'HEAD:', '-o', 'name']);
    for (const code of ['NATC1066', 'NATC1074']) expect(stderr).toContain(code);
    expect(run(['list', 'HEAD:empty']).stderr).toContain('NATC1002');
  });
});

describe('what git does not know', () => {
  test.each([
    [['list', 'nowhere:deploy'], 'NATC1071', 'knows no revision "nowhere"'],
    [['list', 'main:nowhere'], 'NATC1072', 'has no "nowhere"'],
    [['diff', 'main:deploy/*.yaml', 'deploy'], 'NATC1072', 'patterns are for files'],
  ])('natc %j', (args, code, text) => {
    const { exitCode, stderr } = run(args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(code);
    expect(stderr).toContain(text);
  });

  test('no repository, and one of somebody else', () => {
    const outside = join(work, 'outside');
    mkdirSync(outside);
    expect(run(['list', 'main:deploy'], outside).stderr).toContain('NATC1073');
    if (process.getuid?.() !== 0) return;
    spawnSync('chown', ['-R', '1234', repository]);
    const { stderr } = run(['list', 'main:deploy']);
    expect(stderr).toContain('NATC1073');
    expect(stderr).toContain('dubious ownership');
    // The user may say whom to trust.
    writeFileSync(join(work, '.gitconfig'), '[safe]\n\tdirectory = *\n');
    expect(run(['list', 'main:deploy']).exitCode).toBe(0);
  });

  test('a shallow clone says so', () => {
    write('deploy/web.yaml', service('web', 90));
    commit();
    const shallow = join(work, 'shallow');
    git(['clone', '-q', '--depth', '1', `file://${repository}`, shallow]);
    expect(run(['list', 'HEAD~1:deploy'], shallow).stderr).toContain('fetch-depth: 0');
  });
});

describe('no program and no option of somebody else', () => {
  test('a revision is no option', () => {
    const path = join(work, 'written');
    for (const name of [`--output=${path}:deploy`, '--help:deploy', '-x:y'])
      expect(run(['list', '-f', name]).exitCode).toBe(2);
    expect(existsSync(path)).toBe(false);
  });

  test('what the configuration of a repository names is not run', () => {
    const trap = join(work, 'trap.sh');
    const sprung = join(work, 'sprung');
    writeFileSync(trap, `#!/bin/sh\ntouch '${sprung}'\n`);
    chmodSync(trap, 0o755);
    // A commit of which a file is missing, as in a partial clone.
    const missing = `${'0'.repeat(39)}1`;
    const tree = git(['mktree', '--missing'], `100644 blob ${missing}\tweb.yaml\n`);
    const partial = git([...author, 'commit-tree', '-m', 'Part', tree]);
    write('.gitattributes', '*.yaml filter=x diff=x\n');
    commit();
    const settings = [
      ...['core.fsmonitor', 'core.pager', 'core.sshCommand', 'core.editor', 'pager.ls-tree'],
      ...['filter.x.smudge', 'filter.x.process', 'diff.external', 'core.askPass', 'gpg.program'],
      ...['diff.x.textconv', 'credential.helper', 'remote.origin.uploadpack'],
    ];
    for (const setting of settings) git(['config', setting, trap]);
    for (const [setting, value] of [
      ['alias.ls-tree', `!${trap}`],
      ['alias.cat-file', `!${trap}`],
      ['remote.origin.url', `ext::${trap}`],
      ['remote.origin.promisor', 'true'],
      ['remote.origin.partialclonefilter', 'blob:none'],
      ['protocol.ext.allow', 'always'],
      ['core.repositoryformatversion', '1'],
      ['extensions.partialClone', 'origin'],
    ] as const)
      git(['config', setting, value]);
    expect(run(['diff', 'main:deploy', 'deploy']).exitCode).toBe(0);
    expect(run(['list', `${partial}:`])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('NATC1073'),
    });
    expect(existsSync(sprung)).toBe(false);
    // That a git which nobody guards falls into the trap.
    spawnSync('git', ['cat-file', '-t', missing], { cwd: repository, env: environment() });
    expect(existsSync(sprung)).toBe(true);
  });

  test('a bare repository among the files is none', () => {
    const bare = join(repository, 'bare');
    git(['clone', '-q', '--bare', repository, bare]);
    expect(run(['list', 'main:deploy'], bare).stderr).toContain('NATC1073');
  });

  test('natc apply takes none', () => {
    expect(run(['apply', '-f', 'main:deploy', '--dry-run']).stderr).toContain('NATC1001');
  });
});
