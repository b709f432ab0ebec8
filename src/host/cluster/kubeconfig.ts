import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import { delimiter, dirname, join, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
// Not the package as a whole, which is mostly the types of every API.
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { User } from '@kubernetes/client-node/dist/config_types.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { isMapping } from '../../diagnostics/mapping.ts';
import { systemErrorText } from '../machine/system-error.ts';
import type { ClusterSettings, Connection } from './connection.ts';
import { runCredentialPlugin } from './credential-plugin.ts';
import { clusterFailure, oneLine } from './failure.ts';

/** Where Kubernetes puts the service account of a pod. */
const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Finds the API server and the credentials where kubectl would: the file that is named, those of
 * $KUBECONFIG, ~/.kube/config, and at last the service account of the pod that natc runs in.
 *
 * @param serviceAccountFolder where the pod's token and CA are
 */
export async function connect(
  settings: ClusterSettings,
  serviceAccountFolder: string = serviceAccount,
): Promise<Connection | Diagnostic> {
  try {
    const loaded = await load(settings, serviceAccountFolder);
    return 'code' in loaded ? loaded : await connectionOf(loaded);
  } catch (error) {
    if (error instanceof Unusable) return unusable(error.message);
    throw error;
  }
}

/** What is wrong with a kubeconfig; the message is the user's. */
class Unusable extends Error {}

const unusable = (message: string): Diagnostic =>
  clusterFailure(
    'NATC5075',
    message,
    'name a kubeconfig with --kubeconfig or $KUBECONFIG, and one of its contexts with --context',
  );

async function load(
  settings: ClusterSettings,
  serviceAccountFolder: string,
): Promise<KubeConfig | Diagnostic> {
  const files = kubeconfigFiles(settings);
  if (files.length === 0) return inCluster(settings, serviceAccountFolder);
  const config = new KubeConfig();
  const owners = new Map<User, string>();
  for (const { file, text } of files) {
    const next = parse(file, text);
    if (text.includes('tokenFile')) await addTokenFiles(next, file, text);
    for (const user of next.users) owners.set(user, file);
    merge(config, next);
  }
  const names = files.map(({ file }) => file).join(', ');
  choose(config, settings.context, names);
  const user = config.getCurrentUser();
  if (!isMapping(user?.exec)) return config;
  const { exec } = user;
  const file = owners.get(user) ?? '';
  const { requestTimeout, environment } = settings;
  const credential = await runCredentialPlugin(exec, file, requestTimeout, environment);
  if ('code' in credential) return credential;
  const { token, certificate, key } = credential;
  withoutExec(config, user, {
    ...(token !== undefined && { token }),
    ...(certificate !== undefined && { certData: base64(certificate) }),
    ...(key !== undefined && { keyData: base64(key) }),
  });
  return config;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

interface KubeconfigFile {
  readonly file: string;
  readonly text: string;
}

/** None when there is no kubeconfig; of several in $KUBECONFIG those that exist. */
function kubeconfigFiles({ kubeconfig, environment }: ClusterSettings): readonly KubeconfigFile[] {
  if (kubeconfig !== undefined) return [read(kubeconfig)];
  const named = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  const [only] = named;
  if (named.length === 1 && only !== undefined) return [read(only)];
  if (named.length > 1) {
    const found = named.flatMap((file) => readIfThere(file) ?? []);
    if (found.length > 0) return found;
    throw new Unusable('none of the files that $KUBECONFIG names is there');
  }
  const home = environment['HOME'];
  const own = home === undefined ? undefined : readIfThere(join(home, '.kube/config'));
  return own === undefined ? [] : [own];
}

function read(file: string): KubeconfigFile {
  try {
    return { file, text: readFileSync(file, 'utf8') };
  } catch (error) {
    throw new Unusable(`the kubeconfig ${file} cannot be read: ${systemErrorText(error)}`);
  }
}

function readIfThere(file: string): KubeconfigFile | undefined {
  try {
    return { file, text: readFileSync(file, 'utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new Unusable(`the kubeconfig ${file} cannot be read: ${systemErrorText(error)}`);
  }
}

const folderOf = (file: string): string => dirname(resolve(file));

function parse(file: string, text: string): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromString(text);
  } catch (error) {
    throw new Unusable(`${file} is no kubeconfig: ${parseProblem(error)}`);
  }
  config.makePathsAbsolute(folderOf(file));
  return config;
}

/** Never the text around the mistake, which may be a token. */
function parseProblem(error: unknown): string {
  if (!(error instanceof Error)) return 'it cannot be parsed';
  const { reason, mark } = error as { reason?: unknown; mark?: { line?: number; column?: number } };
  if (typeof reason === 'string')
    return `${oneLine(reason)}, line ${(mark?.line ?? 0) + 1}, column ${(mark?.column ?? 0) + 1}`;
  // The client's own words name the field; other errors are of a text that is no mapping at all.
  return /^(?:clusters|users|contexts)\[\d+\]/.test(error.message)
    ? error.message
    : 'it holds no clusters, users and contexts';
}

/** `tokenFile` is not a field that the client reads. */
async function addTokenFiles(config: KubeConfig, file: string, text: string): Promise<void> {
  const { parse: parseYaml } = await import('yaml');
  const root: unknown = parseYaml(text, { logLevel: 'silent' });
  const entries = isMapping(root) && Array.isArray(root['users']) ? root['users'] : [];
  for (const entry of entries) {
    const { name, user } = isMapping(entry) ? entry : {};
    const tokenFile = isMapping(user) ? user['tokenFile'] : undefined;
    const known = config.users.find((each) => each.name === name);
    // A token file wins over a token, as with kubectl.
    if (typeof tokenFile !== 'string' || tokenFile === '' || known === undefined) continue;
    replaceUser(config, known, {
      name: known.name,
      ...(known.impersonateUser && { impersonateUser: known.impersonateUser }),
      ...(known.certFile && { certFile: known.certFile }),
      ...(known.certData && { certData: known.certData }),
      ...(known.keyFile && { keyFile: known.keyFile }),
      ...(known.keyData && { keyData: known.keyData }),
      token: tokenIn(resolve(folderOf(file), tokenFile)),
    });
  }
}

function tokenIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new Unusable(`the token ${file} cannot be read: ${systemErrorText(error)}`);
  }
}

function replaceUser(config: KubeConfig, old: User, next: User): void {
  config.users = config.users.map((user) => (user === old ? next : user));
}

function withoutExec(config: KubeConfig, user: User, credential: Partial<User>): void {
  const { name, impersonateUser } = user;
  replaceUser(config, user, {
    name,
    ...(impersonateUser && { impersonateUser }),
    ...credential,
  });
}

/** What comes first wins, as with kubectl; the client's own merging refuses a name that comes twice. */
function merge(config: KubeConfig, next: KubeConfig): void {
  const fresh = <T extends { readonly name: string }>(have: readonly T[], more: readonly T[]) => [
    ...have,
    ...more.filter(({ name }) => !have.some((each) => each.name === name)),
  ];
  config.clusters = fresh(config.clusters, next.clusters);
  config.users = fresh(config.users, next.users);
  config.contexts = fresh(config.contexts, next.contexts);
  config.currentContext ??= next.currentContext;
}

function choose(config: KubeConfig, context: string | undefined, files: string): void {
  const name = context ?? config.currentContext ?? '';
  if (name === '') throw new Unusable(`${files} has no current-context`);
  const chosen = config.getContextObject(name);
  if (chosen === null) {
    const others = config.contexts.map((each) => each.name).join(', ');
    throw new Unusable(
      `${files} has no context "${oneLine(name)}"${others === '' ? '' : `, only ${oneLine(others)}`}`,
    );
  }
  config.setCurrentContext(name);
  if (config.getCurrentCluster() === null)
    throw new Unusable(`${files} has no cluster "${chosen.cluster}", which its context names`);
  if (chosen.user && config.getCurrentUser() === null)
    throw new Unusable(`${files} has no user "${chosen.user}", which its context names`);
}

/** The service account of the pod; undefined where this is no pod. */
function inCluster({ environment, context }: ClusterSettings, folder: string): KubeConfig {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (context !== undefined)
    throw new Unusable(`there is no kubeconfig in which to look for the context "${context}"`);
  if (!host || !port)
    throw new Unusable(
      'there is no kubeconfig ($KUBECONFIG, ~/.kube/config), and this is no pod with a service account',
    );
  const token = tokenIn(join(folder, 'token'));
  const address = host.includes(':') ? `[${host}]` : host;
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    {
      name: 'in-cluster',
      server: `https://${address}:${port}`,
      caFile: join(folder, 'ca.crt'),
      skipTLSVerify: false,
    },
    { name: 'service-account', token },
  );
  return config;
}

/** The client works out certificates, headers and proxies; the requests are ours. */
async function connectionOf(config: KubeConfig): Promise<Connection> {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Unusable('the context names no cluster');
  const { server } = cluster;
  if (!isServer(server)) throw new Unusable(`"${oneLine(server)}" is no URL of an API server`);
  const isPlain = server.startsWith('http:');
  // Over plain HTTP there is nothing to verify; the client wants to be told so.
  if (isPlain) config.clusters = config.clusters.map((each) => ({ ...each, skipTLSVerify: true }));
  // Without a user, the client would forget the CA.
  if (config.getCurrentUser() === null) addAnonymous(config);
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
    const { auth, ca, cert, headers, key, rejectUnauthorized, servername } = options;
    const secureContext = isPlain ? undefined : createSecureContext({ ca, cert, key });
    const agent =
      cluster.proxyUrl && options.agent instanceof HttpAgent
        ? options.agent
        : isPlain
          ? new HttpAgent({ keepAlive: true })
          : new HttpsAgent({
              keepAlive: true,
              secureContext,
              ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
              ...(servername !== undefined && { servername }),
            });
    return { server, agent, headers: isMapping(headers) ? headers : {}, auth: auth ?? undefined };
  } catch (error) {
    throw new Unusable(`the credentials for ${server} cannot be used: ${credentialProblem(error)}`);
  }
}

function isServer(server: string): boolean {
  try {
    return /^https?:$/.test(new URL(server).protocol);
  } catch {
    return false;
  }
}

function addAnonymous(config: KubeConfig): void {
  const name = 'anonymous';
  config.users = [{ name }];
  config.contexts = config.contexts.map((each) => ({ ...each, user: name }));
}

/** A file that is not there, or OpenSSL's words for text that is no certificate. */
function credentialProblem(error: unknown): string {
  const path = error instanceof Error && 'path' in error ? `${String(error.path)}: ` : '';
  return `${path}${oneLine(systemErrorText(error))}`;
}
