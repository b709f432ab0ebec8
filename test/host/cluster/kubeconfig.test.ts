import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ClusterSettings, Connection } from '../../../src/host/cluster/connection.ts';
import { connect } from '../../../src/host/cluster/kubeconfig.ts';
import { listCluster } from '../../../src/host/cluster/list-cluster.ts';
import { kubeconfigFor, type StandIn, startStandIn } from '../../support/stand-in-api.ts';
import { makeAuthority } from '../../support/test-certificates.ts';

const folder = mkdtempSync(join(tmpdir(), 'natc-kubeconfig-'));
const authority = makeAuthority();
const stranger = makeAuthority('another-ca');
const base64 = (text: string) => Buffer.from(text).toString('base64');
const ca = { 'certificate-authority-data': base64(authority.cert) };

let api: StandIn;
let secure: StandIn;
beforeAll(async () => {
  api = await startStandIn();
  secure = await startStandIn({
    tls: { ...authority.issue('127.0.0.1'), ca: authority.cert, requestCert: true },
  });
});
afterAll(async () => {
  await api.close();
  await secure.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  api.fail();
  secure.fail();
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const settings = (more: Partial<ClusterSettings>): ClusterSettings => ({
  kubeconfig: undefined,
  context: undefined,
  requestTimeout: 30,
  environment: { PATH: process.env['PATH'] },
  ...more,
});

const listBy = (text: string, more: Partial<ClusterSettings> = {}) =>
  listCluster(settings({ kubeconfig: file('config', text), ...more }), 1e6, async () => {});

async function messageOf(text: string, more: Partial<ClusterSettings> = {}): Promise<string> {
  const { inputs, diagnostics } = await listBy(text, more);
  expect(inputs).toEqual([]);
  expect(diagnostics).toHaveLength(1);
  const [{ code, message } = { code: '', message: '' }] = diagnostics;
  expect(message).not.toContain('\n');
  return `${code} ${message.replaceAll(folder, 'FOLDER')}`;
}

const connected = (connection: Awaited<ReturnType<typeof connect>>): Connection => {
  if ('code' in connection) throw new Error(connection.message);
  connection.agent.destroy();
  return connection;
};

describe('credentials', () => {
  test.each([
    ['token', { token: 'a' }, 'Bearer a'],
    ['token file', { tokenFile: 'the-token' }, 'Bearer from-a-file'],
    ['a token file before a token', { token: 'a', tokenFile: 'the-token' }, 'Bearer from-a-file'],
    ['name and password', { username: 'u', password: 'p' }, `Basic ${base64('u:p')}`],
    ['none', {}, undefined],
  ])('%s', async (_, user, authorization) => {
    file('the-token', 'from-a-file\n');
    const { diagnostics } = await listBy(kubeconfigFor(api.url, { user }));
    expect(diagnostics).toEqual([]);
    expect(api.headers().authorization).toBe(authorization);
  });

  test('a client certificate, in the file or beside it', async () => {
    const { cert, key } = authority.issue('natc');
    file('natc.crt', cert);
    file('natc.key', key);
    for (const user of [
      { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) },
      { 'client-certificate': 'natc.crt', 'client-key': 'natc.key' },
    ]) {
      const { diagnostics } = await listBy(kubeconfigFor(secure.url, { cluster: ca, user }));
      expect(diagnostics).toEqual([]);
    }
    const none = await messageOf(kubeconfigFor(secure.url, { cluster: ca }));
    expect(none).toMatch(/^NATC507[02] /);
  });

  test('a context without a user still checks the certificate', async () => {
    const open = await startStandIn({ tls: authority.issue('127.0.0.1') });
    try {
      const text = (cluster: object) =>
        kubeconfigFor(open.url, { cluster }).replace(/,"user":"u"/, '');
      expect((await listBy(text(ca))).diagnostics).toEqual([]);
      expect(await messageOf(text({}))).toMatch(/^NATC5073 /);
    } finally {
      await open.close();
    }
  });
});

describe('a credential plugin', () => {
  function plugin(script: string): string {
    const path = file('bin/plugin', `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  }
  const withExec = (exec: object, server = api.url, cluster = {}) =>
    kubeconfigFor(server, { cluster, user: { exec } });
  const apiVersion = 'client.authentication.k8s.io/v1';
  const credential = (status: object) =>
    JSON.stringify({ kind: 'ExecCredential', apiVersion, status });

  test('gives a token; it is told its protocol, arguments and variables', async () => {
    plugin(
      `case "$KUBERNETES_EXEC_INFO" in *'"apiVersion":"${apiVersion}"'*) ;; *) exit 9 ;; esac\n` +
        `echo '${credential({ token: 'T' })}' | sed "s/T/$1-$REGION/"`,
    );
    const exec = {
      apiVersion,
      command: './bin/plugin',
      args: ['get'],
      env: [{ name: 'REGION', value: 'north' }],
    };
    expect((await listBy(withExec(exec))).diagnostics).toEqual([]);
    expect(api.headers().authorization).toBe('Bearer get-north');
  });

  test('gives a client certificate', async () => {
    const { cert, key } = authority.issue('natc');
    const status = { clientCertificateData: cert, clientKeyData: key };
    file('credential.json', credential(status));
    plugin(`cat ${join(folder, 'credential.json')}`);
    const exec = { apiVersion, command: './bin/plugin' };
    expect((await listBy(withExec(exec, secure.url, ca))).diagnostics).toEqual([]);
  });

  test.each([
    ['echo "no login" >&2; exit 3', /plugin failed \(exit status 3\): no login$/],
    ['kill -9 $$', /plugin failed \(signal SIGKILL\)$/],
    ['exec sleep 60', /plugin was stopped: it took longer than 0.3 s$/],
    ['exec yes', /plugin was stopped: it printed more than 1048576 bytes$/],
    ['echo secret', /plugin printed no ExecCredential with a credential$/],
    [`echo '${credential({})}'`, /plugin printed no ExecCredential with a credential$/],
  ])('that does `%s` is one message', async (script, message) => {
    const command = plugin(script);
    const text = withExec({ apiVersion, command });
    expect(await messageOf(text, { requestTimeout: 0.3 })).toMatch(message);
  });

  test('that is not there', async () => {
    expect(await messageOf(withExec({ apiVersion, command: 'no-such-plugin' }))).toBe(
      'NATC5076 the credential plugin no-such-plugin cannot be started: ENOENT',
    );
  });
});

describe('the server', () => {
  test.each([
    ['of an unknown CA', () => ({}), /NATC5073 the certificate of https:\S+ is not trusted: /],
    [
      'of another CA',
      () => ({ 'certificate-authority-data': base64(stranger.cert) }),
      /NATC5073 the certificate of https:\S+ is not trusted: /,
    ],
  ])('%s is not trusted, and gets no request', async (_, cluster, message) => {
    expect(await messageOf(kubeconfigFor(secure.url, { cluster: cluster() }))).toMatch(message);
    expect(secure.requests).toEqual([]);
  });

  test.each([
    ['another name', 'elsewhere.example', 10, /Hostname\/IP does not match certificate/],
    ['a certificate of yesterday', '127.0.0.1', -1, /certificate has expired/],
  ])('%s', async (_, name, days, message) => {
    const other = await startStandIn({ tls: authority.issue(name, days) });
    try {
      expect(await messageOf(kubeconfigFor(other.url, { cluster: ca }))).toMatch(message);
      expect(other.requests).toEqual([]);
    } finally {
      await other.close();
    }
  });

  test('tls-server-name and insecure-skip-tls-verify are obeyed', async () => {
    const other = await startStandIn({ tls: authority.issue('elsewhere.example') });
    try {
      for (const cluster of [
        { ...ca, 'tls-server-name': 'elsewhere.example' },
        { 'insecure-skip-tls-verify': true },
      ])
        expect((await listBy(kubeconfigFor(other.url, { cluster }))).diagnostics).toEqual([]);
    } finally {
      await other.close();
    }
  });

  test.each([
    ['nobody listens', 'https://127.0.0.1:1', /NATC5070 .* cannot be reached: connection refused/],
    ['no such host', 'https://natc.invalid', /NATC5070 .* cannot be reached: /],
    ['no URL', 'api.example', /NATC5075 "api.example" is no URL of an API server/],
    ['another protocol', 'ftp://api.example', /NATC5075 "ftp:\S+" is no URL of an API server/],
  ])('%s', async (_, server, message) => {
    expect(await messageOf(kubeconfigFor(server))).toMatch(message);
  });

  test('that speaks no TLS', async () => {
    const server = api.url.replace('http:', 'https:');
    expect(await messageOf(kubeconfigFor(server))).toMatch(
      /NATC5070 .* cannot be reached: TLS failed: wrong version number/,
    );
  });

  test('under a path', async () => {
    await messageOf(kubeconfigFor(`${api.url}/k8s/clusters/c-1/`)).catch(() => {});
    expect(api.requests[0]).toBe('nodes 1');
  });
});

describe('the kubeconfig', () => {
  test.each([
    ['empty', '', /NATC5075 FOLDER\/config is no kubeconfig/],
    ['a list', '[]', /NATC5075 FOLDER\/config has no current-context/],
    ['no YAML', 'token: "sesame\nusers: [', /NATC5075 FOLDER\/config is no kubeconfig: .* line 3/],
    ['no context', '{"clusters": []}', /NATC5075 FOLDER\/config has no current-context/],
    [
      'a cluster without a server',
      '{"clusters": [{"name": "c", "cluster": {}}]}',
      /no kubeconfig: clusters\[0\].cluster is missing|clusters\[0\].cluster.server is missing/,
    ],
    [
      'a context without its cluster',
      '{"contexts": [{"name": "x", "context": {"cluster": "c"}}], "current-context": "x"}',
      /NATC5075 FOLDER\/config has no cluster "c", which its context names/,
    ],
  ])('%s', async (_, text, message) => {
    const found = await messageOf(text);
    expect(found).toMatch(message);
    expect(found).not.toContain('sesame');
  });

  test('a user, a CA, a certificate or a token that is not there', async () => {
    expect(await messageOf(kubeconfigFor(api.url).replace('"user":"u"', '"user":"w"'))).toMatch(
      /has no user "w"/,
    );
    const cluster = { 'certificate-authority': 'ca.pem' };
    expect(await messageOf(kubeconfigFor(secure.url, { cluster }))).toMatch(
      /NATC5075 .* cannot be used: FOLDER\/ca.pem: no such file/,
    );
    const broken = { 'certificate-authority-data': base64('no certificate') };
    expect(await messageOf(kubeconfigFor(secure.url, { cluster: broken }))).toMatch(/NATC507[35] /);
    const user = { 'client-certificate-data': base64('x'), 'client-key-data': base64('y') };
    expect(await messageOf(kubeconfigFor(secure.url, { user }))).toMatch(
      /NATC5075 the credentials for \S+ cannot be used: /,
    );
    expect(await messageOf(kubeconfigFor(api.url, { user: { tokenFile: 'gone' } }))).toMatch(
      /NATC5075 the token FOLDER\/gone cannot be read: no such file/,
    );
  });

  test('the context is the current one, or the one that is named', async () => {
    const two = JSON.parse(kubeconfigFor(api.url, { user: { token: 'first' } }));
    two.users.push({ name: 'v', user: { token: 'second' } });
    two.contexts.push({ name: 'y', context: { cluster: 'c', user: 'v' } });
    const text = JSON.stringify(two);
    await listBy(text);
    expect(api.headers().authorization).toBe('Bearer first');
    await listBy(text, { context: 'y' });
    expect(api.headers().authorization).toBe('Bearer second');
    expect(await messageOf(text, { context: 'z' })).toBe(
      'NATC5075 FOLDER/config has no context "z", only x, y',
    );
  });

  test('is looked for as kubectl does', async () => {
    const own = file('home/.kube/config', kubeconfigFor('https://home.example'));
    const first = file('first', kubeconfigFor('https://first.example'));
    const second = file('second', kubeconfigFor('https://second.example'));
    const HOME = dirname(dirname(own));
    const server = async (more: Partial<ClusterSettings>) =>
      connected(await connect(settings(more))).server;
    expect(await server({ kubeconfig: second, environment: { HOME, KUBECONFIG: first } })).toBe(
      'https://second.example',
    );
    const KUBECONFIG = [join(folder, 'gone'), first, second].join(':');
    expect(await server({ environment: { HOME, KUBECONFIG } })).toBe('https://first.example');
    expect(await server({ environment: { HOME, KUBECONFIG: '' } })).toBe('https://home.example');
  });

  test('that is named is not looked for elsewhere', async () => {
    const gone = join(folder, 'gone');
    const HOME = join(folder, 'home');
    for (const more of [{ kubeconfig: gone }, { environment: { HOME, KUBECONFIG: gone } }])
      expect(await connect(settings(more))).toMatchObject({
        code: 'NATC5075',
        message: `the kubeconfig ${gone} cannot be read: no such file or directory`,
      });
  });
});

describe('in a pod', () => {
  const pod = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '6443' };
  const account = join(folder, 'account');
  beforeAll(() => {
    file('account/token', 'of-the-pod');
    file('account/ca.crt', authority.cert);
  });

  test('the service account is used', async () => {
    const connection = connected(await connect(settings({ environment: pod }), account));
    expect(connection.server).toBe('https://127.0.0.1:6443');
    expect(connection.headers).toEqual({ Authorization: 'Bearer of-the-pod' });
  });

  test('an IPv6 address is put into brackets', async () => {
    const environment = { ...pod, KUBERNETES_SERVICE_HOST: 'fd00::1' };
    const { server } = connected(await connect(settings({ environment }), account));
    expect(server).toBe('https://[fd00::1]:6443');
  });

  test('without a token, or outside, there is one message', async () => {
    expect(await connect(settings({ environment: pod }), join(folder, 'none'))).toMatchObject({
      code: 'NATC5075',
      message: expect.stringMatching(/the token \S+ cannot be read: no such file/),
    });
    expect(await connect(settings({ environment: {} }), account)).toMatchObject({
      code: 'NATC5075',
      message: expect.stringMatching(/there is no kubeconfig .* no pod/),
    });
  });
});
