/** What test/bench/follow.mjs measures: a natc that follows a stand-in for the API server, and the real kube-proxy. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const natc = fileURLToPath(new URL('../../bin/natc.js', import.meta.url));

const paths = {
  '/api/v1/nodes': ['Node', 'v1'],
  '/api/v1/services': ['Service', 'v1'],
  '/apis/discovery.k8s.io/v1/endpointslices': ['EndpointSlice', 'discovery.k8s.io/v1'],
};

/** Lists in pages as large as they are asked for, and watches that begin where the lists ended. */
function serve(items) {
  let version = 1000;
  const watches = new Map();
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://bench');
    const [kind, apiVersion] = paths[url.pathname] ?? [];
    if (url.searchParams.get('watch') === 'true') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      watches.set(kind, response);
      return;
    }
    const own = items.filter((item) => item.kind === kind);
    const from = Number(url.searchParams.get('continue') ?? 0);
    const to = from + Number(url.searchParams.get('limit') ?? own.length);
    const list = {
      kind: `${kind}List`,
      apiVersion,
      metadata: { resourceVersion: '1000', ...(to < own.length && { continue: String(to) }) },
      items: own.slice(from, to).map(withVersion),
    };
    response.end(JSON.stringify(list));
  });
  const withVersion = (item) => ({
    ...item,
    metadata: { ...item.metadata, resourceVersion: String(version) },
  });
  return {
    server,
    change: (item) => {
      version++;
      const event = { type: 'MODIFIED', object: withVersion(item) };
      watches.get(item.kind)?.write(`${JSON.stringify(event)}\n`);
    },
  };
}

/** How often Services that change are gathered, in seconds; kube-proxy's own default. */
const gathered = '1s';

/**
 * @param items of the cluster
 * @param busy whether changes are gathered, instead of each going at once
 * @returns pid, `applied` (a promise of the next commit's milliseconds), `change` (an EndpointSlice), `end`
 */
export async function startNatc({ items, directory, busy, backend }) {
  const api = serve(items);
  await new Promise((resolve) => api.server.listen(0, '127.0.0.1', resolve));
  const kubeconfig = join(directory, 'kubeconfig');
  const server = `http://127.0.0.1:${api.server.address().port}`;
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server } }],
      users: [{ name: 'u', user: {} }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  );
  const args = [
    ...['apply', '--from-cluster', '--follow', '--kubeconfig', kubeconfig, '--no-sysctl'],
    ...['--state-dir', join(directory, 'state'), '--log-format', 'json'],
    ...['--min-sync-period', busy ? gathered : '0', '--healthz-bind-address', ''],
    ...['--request-timeout', '2m', '--validate', 'warn', '--backend', backend],
    ...['--external-ips', 'allow', '--endpoints-outside', 'allow', '--protect-ports', 'allow'],
    ...['--cluster-cidr', '10.0.0.0/8'],
  ];
  const child = spawn(process.execPath, [natc, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const waiting = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    const said = JSON.parse(line);
    if (process.env.VERBOSE) console.error(line);
    if (said.revision !== undefined) waiting.shift()?.(said.latencyMilliseconds);
  });
  return {
    pid: child.pid,
    applied: () => new Promise((resolve) => waiting.push(resolve)),
    change: api.change,
    end: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
      api.server.closeAllConnections();
      api.server.close();
    },
  };
}

/**
 * The proxiers of kube-proxy, as test/peer/kube-proxy runs them: `applied` has the time of a partial
 * synchronisation, from the event on. With `busy` its own loop gathers for a second.
 */
export async function startKubeProxy({ program, items, directory, busy, backend, nodeIP }) {
  const [world, node] = [join(directory, 'world.json'), join(directory, 'node.json')];
  writeFileSync(world, JSON.stringify(items));
  writeFileSync(
    node,
    JSON.stringify({
      hostname: 'node-0',
      nodeIPs: [nodeIP],
      clusterCIDRs: ['10.0.0.0/8'],
      serviceCIDRs: [],
      nodePortAddresses: ['primary'],
      detectLocalMode: 'ClusterCIDR',
      masqueradeAll: false,
    }),
  );
  const args = ['-mode', backend, '-node', node, '-events', ...(busy ? ['-loop'] : []), world];
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said = JSON.parse(line);
    if (process.env.VERBOSE) console.error(line);
    if (!said.ok) throw new Error(`kube-proxy: ${line}`);
    waiting.shift()?.(said.seconds * 1000);
  });
  return {
    pid: child.pid,
    applied: () => new Promise((resolve) => waiting.push(resolve)),
    change: (slice) => child.stdin.write(`${JSON.stringify(slice)}\n`),
    end: async () => {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}
