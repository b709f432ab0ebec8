import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { natcProgram } from './natc.ts';

const program = new URL('./apply-until.mjs', import.meta.url).pathname;

/**
 * Runs a shell script in a network and mount namespace of its own, with an empty /run and `files` in
 * its working directory. At hand are `natc`, `apply_until STEP FILE`, which applies a manifest and is
 * killed at a step, and `wrap_nft`, which puts a script in the place of nft; `$nft` is the real one.
 */
export function hostScript(
  script: string,
  files: Readonly<Record<string, string>> = {},
): Pick<SpawnSyncReturns<string>, 'stdout' | 'stderr' | 'status'> {
  const directory = mkdtempSync(join(tmpdir(), 'natc-script-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  const prelude = `
    mount -t proc proc /proc 2>/dev/null || true
    mount -t tmpfs tmpfs /run
    export nft=$(command -v nft) PATH=/run/bin:$PATH; mkdir /run/bin
    natc_program=${natcProgram}
    natc() { ${process.execPath} ${natcProgram} "$@"; }
    apply_until() { ${process.execPath} ${program} "$1" "$2" /run/natc; }
    wrap_nft() {
      # natc hands on no variables but its own four.
      { echo '#!/bin/sh'; echo "nft=$nft"; cat; } > /run/bin/nft; chmod +x /run/bin/nft
    }
    holds() { natc apply -q --no-sysctl --verify --dry-run -f "$1" --backend nftables | grep -q . && echo "not $1" || echo "$1"; }
  `;
  const namespace = process.getuid?.() === 0 ? '-nm' : '-Urnm';
  try {
    const { stdout, stderr, status } = spawnSync(
      'unshare',
      [namespace, 'sh', '-c', `${prelude}\n${script}`],
      { cwd: directory, encoding: 'utf8', env: { PATH: process.env['PATH'] } },
    );
    return { stdout, stderr, status };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A Service with a node port and these pods behind it. */
export const webManifest = (pods: readonly string[], name = 'web', last = 10): string => `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec:
  type: NodePort
  clusterIP: 172.30.0.${last}
  sessionAffinity: ClientIP
  ports:
    - { name: http, port: 80, nodePort: ${30_000 + last}, targetPort: 8080 }
    - { name: dns, port: 53, nodePort: ${30_100 + last}, targetPort: 8080, protocol: UDP }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${name}, namespace: shop, labels: { kubernetes.io/service-name: ${name} } }
addressType: IPv4
ports: [{ name: http, port: 8080 }, { name: dns, port: 8080, protocol: UDP }]
endpoints: [${pods.map((pod) => `{ addresses: [${pod}] }`).join(', ')}]
`;
