import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { describeWithKernel } from '../support/kernel-available.ts';
import { natcProgram, projectRoot } from '../support/natc.ts';

const manifest = (type: string, more: string) => `
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { type: ${type}, clusterIP: 172.30.0.10, ports: [{ port: 80${more} }] }
`;

function inNamespace(backend: string, script: string) {
  const namespace = process.getuid?.() === 0 ? '-nm' : '-Urnm';
  const prelude = `
    mount -t proc proc /proc 2>/dev/null || true
    mount -t tmpfs tmpfs /run
    natc() { command=$1; shift; ${process.execPath} ${natcProgram} $command --backend $BACKEND "$@"; }
    values() { cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/all/route_localnet | tr -d '\\n'; echo; }
    printf '%s' "$PLAIN" >/run/plain.yaml; printf '%s' "$NODE_PORT" >/run/node-port.yaml
    echo 0 > /proc/sys/net/ipv4/ip_forward
  `;
  const { stdout, stderr } = spawnSync(
    'unshare',
    [namespace, 'sh', '-c', `${prelude}\n${script}`],
    {
      cwd: projectRoot,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        BACKEND: backend,
        PLAIN: manifest('ClusterIP', ''),
        NODE_PORT: manifest('NodePort', ', nodePort: 30080'),
      },
    },
  );
  return { stdout, stderr };
}

describeWithKernel('sysctls that natc switched on', () => {
  test.each(['nftables', 'iptables'])('go off again with what needed them (%s)', (backend) => {
    const { stdout, stderr } = inNamespace(
      backend,
      `
      values
      natc apply -q -f /run/plain.yaml; values
      natc apply -q -f /run/node-port.yaml; values
      natc rollback -q; values
      natc apply -q -f /run/node-port.yaml; values
      natc cleanup -q; values
      `,
    );
    // ip_forward was needed before, and stays when natc goes.
    expect(stdout, stderr).toBe('00\n10\n11\n10\n11\n10\n');
  });

  test.each(['nftables', 'iptables'])(
    'go off when nobody confirms the first apply (%s)',
    (backend) => {
      const { stdout, stderr } = inNamespace(
        backend,
        `
      natc apply -q -f /run/node-port.yaml --confirm-timeout 1s; echo applied
      n=0; until [ ! -e /run/natc/confirm.json ]; do n=$((n+1)); [ $n -lt 150 ] || exit 99; sleep 0.1; done
      values
      `,
      );
      // That it was on in between, the test above shows; here it may be over before it is looked at.
      expect(stdout, stderr).toBe('applied\n00\n');
    },
  );

  test('one that somebody else had on stays on', () => {
    const { stdout, stderr } = inNamespace(
      'nftables',
      `
      echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet
      natc apply -q -f /run/node-port.yaml; values; natc cleanup; values
      `,
    );
    expect(stdout).toBe('11\n11\n');
    expect(stderr).toContain('NATC5009');
  });
});
