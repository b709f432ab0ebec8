/** The real kube-proxy on a kernel node: the program of test/peer/kube-proxy, which run.mjs builds. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Manifest } from '../oracle/manifest.ts';
import type { NodeRecord } from '../oracle/world.ts';
import type { KernelNode } from '../support/kernel-node.ts';

interface SyncResult {
  readonly ok: boolean;
  readonly error?: string;
}

export interface KubeProxy {
  /** Brings the node's rules to these objects; rejects with what failed. */
  sync(objects: readonly Manifest[]): Promise<void>;
  stop(): Promise<void>;
}

const program = process.env['PEER_KUBE_PROXY'] ?? 'run this by npm run peer';

/** An empty list means all addresses to natc (ND1), and `primary` to kube-proxy's nftables mode (N1). */
const settingsOf = (node: NodeRecord) => ({
  ...node,
  nodePortAddresses: node.nodePortAddresses.length === 0 ? ['all'] : node.nodePortAddresses,
});

/** Starts kube-proxy on a node. It writes nothing before the first `sync`. */
export function startKubeProxy(
  node: KernelNode,
  record: NodeRecord,
  mode: 'nftables' | 'iptables' = 'nftables',
): KubeProxy {
  const directory = mkdtempSync(join(tmpdir(), 'natc-peer-'));
  const settings = join(directory, 'node.json');
  writeFileSync(settings, JSON.stringify(settingsOf(record)));
  const enter = ['-t', String(node.pid), '-n', program, '-mode', mode];
  enter.push('-node', settings, '-serve');
  const child = spawn('nsenter', enter, { stdio: 'pipe' });
  let log = '';
  child.stderr.on('data', (data: Buffer) => {
    log = (log + data.toString()).slice(-4000);
  });
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = endOf(child);
  let count = 0;
  return {
    async sync(objects) {
      count += 1;
      const file = join(directory, `${count}.json`);
      writeFileSync(file, JSON.stringify(objects));
      child.stdin.write(`${file}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`kube-proxy ended: ${log}`);
      const result = JSON.parse(value) as SyncResult;
      if (!result.ok) throw new Error(`kube-proxy: ${result.error}\n${log}`);
    },
    async stop() {
      child.stdin.end();
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const endOf = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.on('error', () => resolve());
    child.on('close', () => resolve());
  });

/** Loads kube-proxy's rules for one world; called again, it forgets the affinity pins. */
export function kubeProxyLoader(
  node: KernelNode,
  record: NodeRecord,
  objects: readonly Manifest[],
): () => Promise<void> {
  let isLoaded = false;
  return async () => {
    if (isLoaded) return forgetPins(node);
    const kubeProxy = startKubeProxy(node, record);
    try {
      await kubeProxy.sync(objects);
    } finally {
      await kubeProxy.stop();
    }
    isLoaded = true;
  };
}

async function forgetPins(node: KernelNode): Promise<void> {
  const { stdout } = await node.run(['nft', '-j', 'list', 'sets']);
  const { nftables } = JSON.parse(stdout) as {
    nftables: readonly { set?: { family: string; table: string; name: string } }[];
  };
  const flushes = nftables.flatMap(({ set }) =>
    set?.table === 'kube-proxy' && set.name.startsWith('affinity-')
      ? [`flush set ${set.family} ${set.table} ${set.name}\n`]
      : [],
  );
  await node.load(flushes.join(''));
}
