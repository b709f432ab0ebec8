/** The recipes of docs/ci, the action and the pre-commit hooks, run step by step on a repository of raw manifests. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { natcProgram } from '../support/natc.ts';

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const workflow = parse(readFileSync('docs/ci/github-actions.yaml', 'utf8')) as {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: {
    readonly traffic: {
      readonly env: Readonly<Record<string, string>>;
      readonly steps: readonly Step[];
    };
  };
};
const action = parse(readFileSync('action.yml', 'utf8')) as {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
};
const hooks = parse(readFileSync('.pre-commit-hooks.yaml', 'utf8')) as readonly {
  readonly id: string;
  readonly entry: string;
  readonly args: readonly string[];
  readonly pass_filenames: boolean;
}[];
const gitlab = parse(readFileSync('docs/ci/gitlab-ci.yaml', 'utf8')) as {
  readonly services: {
    readonly script: readonly string[];
    readonly variables: Readonly<Record<string, string>>;
    readonly artifacts: { readonly paths: readonly string[] };
  };
};

let work: string;
let repository: string;

const expressions: Readonly<Record<string, string>> = {
  'github.token': 'token',
  // Its npm only notes what it was asked.
  'github.action_path': '.',
  'github.event.pull_request.number': '7',
  ...Object.fromEntries(
    Object.entries(action.inputs).map(([name, input]) => [`inputs.${name}`, input.default]),
  ),
};
const evaluated = (env: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      value.replaceAll(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => {
        const known = expressions[expression];
        if (known === undefined) throw new Error(expression);
        return known;
      }),
    ]),
  );

/** Runs a script as a runner does, in a clone of the repository. */
function shell(script: string, env: Readonly<Record<string, string>> = {}) {
  const args = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script];
  const { status, stdout, stderr } = spawnSync('bash', args, {
    cwd: repository,
    encoding: 'utf8',
    env: {
      PATH: `${join(work, 'bin')}:${process.env['PATH']}`,
      HOME: work,
      GITHUB_ACTIONS: 'true',
      GITHUB_BASE_REF: 'main',
      GITHUB_REPOSITORY: 'shop/deploy',
      GITHUB_STEP_SUMMARY: join(work, 'summary.md'),
      RUNNER_TEMP: work,
      ...env,
    },
  });
  return { status, stdout, stderr };
}

const mustRun = (script: string): string => {
  const { status, stdout, stderr } = shell(script, { GITHUB_ACTIONS: '' });
  if (status !== 0) throw new Error(`${script}: ${stdout}${stderr}`);
  return stdout;
};

/** Runs all steps, as those do that ask whether the job was cancelled. @returns those that failed, and all output */
function runSteps(steps: readonly Step[], env: Readonly<Record<string, string>> = {}) {
  const runs = steps
    .filter(({ run }) => run !== undefined)
    .map(({ name, run = '', env: own }) => ({
      name,
      ...shell(run, { ...env, ...evaluated(own) }),
    }));
  return {
    failed: runs.filter(({ status }) => status !== 0).map(({ name }) => name),
    output: runs.map(({ stdout, stderr }) => `${stdout}${stderr}`).join(''),
  };
}

const command = (name: string, script: string): void =>
  writeFileSync(join(work, 'bin', name), script, { mode: 0o755 });

/** Keeps comments in a file, as GitHub would. */
const standInForGh = `#!${process.execPath}
const fs = require('node:fs');
const file = ${JSON.stringify('COMMENTS')};
const comments = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : [
  { id: 1, user: { type: 'User' }, body: '<!-- natc --> said a person' },
];
const [api, ...args] = process.argv.slice(2);
if (api !== 'api' || !process.env.GH_TOKEN) process.exit(1);
const after = (flag) => args[args.indexOf(flag) + 1];
if (args[0] === 'repos/shop/deploy/issues/7/comments') {
  const [jq] = [after('--jq')];
  if (jq !== '.[] | select(.user.type == "Bot" and (.body | startswith("<!-- natc -->"))) | .id') process.exit(1);
  for (const { id, user, body } of comments)
    if (user.type === 'Bot' && body.startsWith('<!-- natc -->')) console.log(id);
} else {
  const field = after('-F');
  const body = fs.readFileSync(field.slice('body=@'.length), 'utf8');
  const method = after('--method');
  const path = args[args.indexOf('--method') + 2];
  if (method === 'POST' && path === 'repos/shop/deploy/issues/7/comments')
    comments.push({ id: comments.length + 1, user: { type: 'Bot' }, body });
  else if (method === 'PATCH') {
    const own = comments.find(({ id }) => path === 'repos/shop/deploy/issues/comments/' + id);
    own.body = body;
    own.edits = (own.edits ?? 0) + 1;
  } else process.exit(1);
}
fs.writeFileSync(file, JSON.stringify(comments));
`;

interface Comment {
  readonly id: number;
  readonly body: string;
  readonly edits?: number;
}
const comments = (): readonly Comment[] =>
  JSON.parse(readFileSync(join(work, 'comments.json'), 'utf8'));

const webPort = `apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  type: NodePort
  selector:
    app: web
  ports:
    - port: 80
      targetPort: 8080
`;
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 3
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
`;
const write = (name: string, text: string): void => {
  mkdirSync(join(repository, 'manifests'), { recursive: true });
  writeFileSync(join(repository, name), text);
};

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'natc-recipe-'));
  repository = join(work, 'repository');
  mkdirSync(join(work, 'bin'));
  mkdirSync(repository);
  command('natc', `#!/bin/sh\nexec '${process.execPath}' '${natcProgram}' "$@"\n`);
  // What is installed is the natc of this tree.
  command(
    'npm',
    `#!/bin/sh\ncase "$*" in 'install --global natc@latest' | 'install --global .' | 'ci --ignore-scripts --no-audit --no-fund' | 'run build') ;; *) exit 1 ;; esac\n`,
  );
  command('gh', standInForGh.replace('COMMENTS', join(work, 'comments.json')));
  mustRun('git init -q -b main . && git config user.email a@example.com && git config user.name A');
  write('README.md', 'Deployments of the shop\n');
  mustRun('git add . && git commit -qm Begin && git update-ref refs/remotes/origin/main main');
  mustRun('git checkout -q -b branch');
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const merge = (): string =>
  mustRun('git add . && git commit -qm Merged && git update-ref refs/remotes/origin/main HEAD');
const commit = (): string => mustRun('git add . && git commit -qm Change');

describe.each([
  ['the workflow', workflow.jobs.traffic.steps, workflow.jobs.traffic.env],
  ['the action', action.runs.steps, {}],
] as const)('%s on GitHub', (_, steps, env) => {
  const run = () => runSteps(steps, env);

  test('works on the first pull request of a new repository', () => {
    write('manifests/web.yaml', webPort);
    write('manifests/deployment.yaml', deployment);
    commit();
    expect(run()).toMatchObject({
      failed: [],
      output: expect.stringContaining('reachable from outside'),
    });
    const sarif = JSON.parse(readFileSync(join(work, 'natc.sarif'), 'utf8'));
    expect(sarif.version).toBe('2.1.0');
    expect(readFileSync(join(work, 'traffic.html'), 'utf8')).toContain('<!doctype html>');
    expect(readFileSync(join(work, 'summary.md'), 'utf8')).toContain('**shop/web** (new)');
    expect(comments().at(-1)?.body).toMatch(/^<!-- natc -->\n.*shop\/web/s);
  });

  test('has one comment, which it updates', () => {
    write('manifests/web.yaml', webPort);
    write('manifests/deployment.yaml', deployment);
    merge();
    write('manifests/deployment.yaml', deployment.replace('replicas: 3', 'replicas: 1'));
    commit();
    expect(run().failed).toEqual([]);
    expect(comments().at(-1)?.body).toContain('3 endpoints become 1');
    write('manifests/deployment.yaml', deployment.replace('app: web', 'app: wbe'));
    commit();
    const { failed, output } = run();
    expect(failed).toEqual(['Check the manifests']);
    expect(output).toMatch(/::(?:error|warning) file=manifests\/web\.yaml,line=\d+,/);
    const [person, own, ...more] = comments();
    expect(person?.body).toContain('said a person');
    expect(own).toMatchObject({
      edits: 1,
      body: expect.stringContaining('matches nothing any more'),
    });
    expect(more).toEqual([]);
    const [{ results }] = JSON.parse(readFileSync(join(work, 'natc.sarif'), 'utf8')).runs;
    expect(JSON.stringify(results)).toContain('manifests/web.yaml');
  });

  test('says nothing where nothing changes', () => {
    write('manifests/web.yaml', webPort);
    write('manifests/deployment.yaml', deployment);
    merge();
    write('manifests/deployment.yaml', `# Of the shop\n${deployment}`);
    commit();
    expect(run().failed).toEqual([]);
    expect(comments().at(-1)?.body).toContain('No packet is treated differently.');
  });

  test('fails where the golden file or the lock file was forgotten', () => {
    write('manifests/web.yaml', webPort);
    write('manifests/deployment.yaml', deployment);
    mkdirSync(join(repository, 'golden'));
    const compile = 'natc compile manifests --allocate -q --lock --out-file golden/node-a.nft';
    mustRun(compile);
    merge();
    expect(run().failed).toEqual([]);
    write('manifests/api.yaml', webPort.replace('name: web', 'name: api'));
    commit();
    const { failed, output } = run();
    expect(failed).toEqual(['Check the manifests', 'See that the golden file is up to date']);
    expect(output).toContain('natc.lock.yaml has no IPv4 cluster IP of Service shop/api');
    expect(output).toContain('--- golden/node-a.nft');
    mustRun(compile);
    commit();
    expect(run().failed).toEqual([]);
  });

  test('cannot answer where manifests are wrong, and says so', () => {
    write('manifests/web.yaml', webPort.replace('port: 80', 'port: 0'));
    commit();
    const { failed, output } = run();
    expect(failed).toContain('Check the manifests');
    expect(output).toContain('::error file=manifests/web.yaml');
    expect(JSON.parse(readFileSync(join(work, 'natc.sarif'), 'utf8')).runs[0].results).not.toEqual(
      [],
    );
  });
});

test('the action runs the scripts of the workflow', () => {
  const scripts = new Map(
    workflow.jobs.traffic.steps.map(({ name, run }) => [name, run?.trim()] as const),
  );
  const [install, ...steps] = action.runs.steps;
  for (const { name, run } of steps) expect(run?.trim(), name).toBe(scripts.get(name));
  expect(install?.run?.split('\n').map((line) => line.trim())).toContain(
    scripts.get('Install natc'),
  );
  const named = action.runs.steps.map(({ name }) => name);
  expect(
    workflow.jobs.traffic.steps.filter(
      ({ name, run }) => run !== undefined && !named.includes(name),
    ),
  ).toEqual([]);
  expect(workflow.permissions).toEqual({
    ...{ contents: 'read', 'pull-requests': 'write', 'security-events': 'write', actions: 'read' },
  });
});

describe('the job on GitLab', () => {
  const { script, variables, artifacts } = gitlab.services;
  const run = () => {
    const sha = mustRun('git merge-base origin/main HEAD').trim();
    return shell(script.join('\n'), {
      ...{ GITHUB_ACTIONS: '', CI_MERGE_REQUEST_DIFF_BASE_SHA: sha },
      ...Object.fromEntries(
        Object.entries(variables).map(([name, value]) => [name, String(value)]),
      ),
    });
  };

  test('works on the first merge request, and on the next', () => {
    write('manifests/web.yaml', webPort);
    write('manifests/deployment.yaml', deployment);
    mustRun('chmod -R a+w .');
    commit();
    expect(run()).toMatchObject({ status: 0, stdout: expect.stringContaining('shop/web (new)') });
    mustRun('natc list manifests --lock -q');
    merge();
    write('manifests/deployment.yaml', deployment.replace('replicas: 3', 'replicas: 2'));
    commit();
    const { status, stdout, stderr } = run();
    expect(stdout).toContain('3 endpoints become 2');
    // The third pod is in the lock file in vain.
    expect({ status, stderr }).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('NATC2157'),
    });
    mustRun('natc list manifests --lock -q');
    expect(run().status).toBe(0);
    for (const path of artifacts.paths) expect(existsSync(join(repository, path))).toBe(true);
  });
});

describe.each(hooks)('the pre-commit hook $id', ({ id, entry, args, pass_filenames }) => {
  test('passes for what is right, and stops what is wrong', () => {
    cpSync('fixtures/example/manifests', join(repository, 'manifests'), { recursive: true });
    expect(pass_filenames).toBe(false);
    // pre-commit runs what is in its clone.
    expect(statSync(entry.split(' ')[0] ?? '').mode & 0o111).toBe(0o111);
    const run = () => shell([resolve(entry), ...args].join(' '), { GITHUB_ACTIONS: '' });
    if (id === 'natc-lock') {
      write('manifests/api.yaml', webPort.replaceAll('web', 'api'));
      write('manifests/deployment.yaml', deployment.replaceAll('web', 'api'));
      expect(run()).toMatchObject({ status: 1, stderr: expect.stringContaining('NATC2155') });
      mustRun('natc list . --lock -q');
    }
    expect(run()).toMatchObject({ status: 0 });
    write('manifests/wrong.yaml', webPort.replace('port: 80', 'port: 0'));
    expect(run()).toMatchObject({ status: 1, stderr: expect.stringContaining('wrong.yaml') });
  });
});
