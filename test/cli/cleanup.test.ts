/** natc cleanup forgets what natc keeps in its state directory, and nothing of others. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { describeWithKernel } from '../support/kernel-available.ts';
import { natcProgram, projectRoot } from '../support/natc.ts';

const service = (port: number) => `
apiVersion: v1
kind: Service
metadata: { name: dns, namespace: shop }
spec: { type: NodePort, clusterIP: 172.30.0.10, ports: [{ port: 53, protocol: UDP, nodePort: ${port} }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: dns, namespace: shop, labels: { kubernetes.io/service-name: dns } }
addressType: IPv4
ports: [{ port: 53, protocol: UDP }]
endpoints: [{ addresses: [10.180.0.10] }]
`;

function inNamespace(script: string) {
  const namespace = process.getuid?.() === 0 ? '-nm' : '-Urnm';
  const prelude = `
    mount -t proc proc /proc 2>/dev/null || true
    mount -t tmpfs tmpfs /run
    natc() { ${process.execPath} ${natcProgram} "$@"; }
    printf '%s' "$OLD" >/run/old.yaml; printf '%s' "$NEW" >/run/new.yaml
    kept() { ls -A /run/natc | tr '\\n' ' '; }
  `;
  const { stdout, stderr } = spawnSync(
    'unshare',
    [namespace, 'sh', '-c', `${prelude}\n${script}`],
    {
      cwd: projectRoot,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], OLD: service(30053), NEW: service(30054) },
    },
  );
  return { stdout, stderr };
}

const applyTwice = (backend: string) => `
  natc apply -q --backend ${backend} -f /run/old.yaml || exit
  natc apply -q --backend ${backend} -f /run/new.yaml --confirm-timeout 1h || exit
  natc compile -f /run/old.yaml --state-dir /run/natc >/run/text || exit`;

describeWithKernel('natc cleanup', () => {
  test.each(['nftables', 'iptables'])(
    'forgets all of its files and none of others (%s)',
    (backend) => {
      const { stdout, stderr } = inNamespace(`
      ${applyTwice(backend)}
      kept; echo
      touch /run/natc/notes.json /run/natc/compiled-notes.txt /run/natc/settled.json.bak
      mkdir /run/natc/revision-old /run/natc/waiting.json
      natc cleanup -q; echo "status $?"; kept; echo
      nft list tables | grep -c natc
      iptables-save | grep -c NATC`);
      const [before = '', status, after, ...rules] = stdout.trim().split('\n');
      for (const name of ['confirm.json', 'flows.json', 'served.json', 'attempt.json', 'lock'])
        expect(before.split(' '), stderr).toContain(name);
      expect(before).toMatch(/compiled-/);
      expect([status, after?.trim()]).toEqual([
        'status 0',
        'compiled-notes.txt notes.json revision-old settled.json.bak',
      ]);
      expect(rules).toEqual(['0', '0']);
    },
  );

  test('of one backend keeps what another one has', () => {
    const { stdout, stderr } = inNamespace(`
      natc apply -q --backend iptables -f /run/old.yaml || exit
      touch /run/natc/settled.json
      natc cleanup -q --backend nftables; kept | grep -o 'settled[^ ]*\\|served.json'
      natc cleanup -q --backend iptables; kept; echo; iptables-save | grep -c NATC`);
    expect(stdout, stderr).toBe('served.json\nsettled-iptables.json\n\n0\n');
  });

  test('waits for the lock, and refuses one that is none', () => {
    const { stdout, stderr } = inNamespace(`
      natc apply -q -f /run/old.yaml || exit
      flock /run/natc/lock sh -c 'echo; exec sleep 60' > /run/held & holder=$!
      until [ -s /run/held ]; do :; done
      natc cleanup --lock-timeout 0; echo "status $?"
      kill $(pgrep -P $holder) $holder
      rm /run/natc/lock; mkdir /run/natc/lock
      natc cleanup; echo "status $?"
      nft list tables | grep -c natc`);
    expect(stdout, stderr).toBe('status 5\nstatus 3\n2\n');
    expect(stderr).toContain('another natc holds the lock');
    expect(stderr).toContain('error[NATC5118]: the lock file /run/natc/lock is no regular file');
  });

  test('ends the wait for a confirmation: the revision before does not come back', () => {
    const { stdout, stderr } = inNamespace(`
      natc apply -q -f /run/old.yaml || exit
      natc apply -q -f /run/new.yaml --confirm-timeout 2s || exit
      natc cleanup -q; sleep 4; nft list tables | grep -c natc; kept`);
    expect(stdout, stderr).toBe('0\n');
  });

  test('remembers a sysctl that it could not set back, for the next time', () => {
    const { stdout, stderr } = inNamespace(`
      localnet=/proc/sys/net/ipv4/conf/all/route_localnet
      natc apply -q --backend nftables -f /run/old.yaml || exit
      mount --bind $localnet $localnet; mount -o remount,ro,bind $localnet
      natc cleanup; kept; cat $localnet
      umount $localnet; natc cleanup; kept; cat $localnet`);
    expect(stdout, stderr).toBe('sysctls.json 1\n0\n');
    expect(stderr).toContain('NATC5085');
    expect(stderr).toContain('removed the files of natc in /run/natc\n');
  });

  test('says which file it could not remove', () => {
    const { stdout, stderr } = inNamespace(`
      natc apply -q -f /run/old.yaml || exit
      mount --bind /run/natc/flows.json /run/natc/flows.json
      natc cleanup; echo "status $?"; kept; echo; nft list tables | grep -c natc`);
    expect(stdout, stderr).toBe('status 6\nflows.json lock \n0\n');
    expect(stderr).toContain('warning[NATC5117]: the state file flows.json in /run/natc');
  });
});
