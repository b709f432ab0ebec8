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

  test.each(['nftables', 'iptables'])(
    'stay on for an earlier revision that needs them too (%s)',
    (backend) => {
      const { stdout, stderr } = inNamespace(
        backend,
        `
      other() { echo ---; sed 's/web/other/; s/0.10/0.11/' /run/plain.yaml; }
      echo "first: plain"
      natc apply -q --no-sysctl -f /run/plain.yaml; values
      { cat /run/plain.yaml; other; } | natc apply -q -f -; values
      natc rollback -q; values; natc status | grep ^sysctl
      natc cleanup -q; echo 0 > /proc/sys/net/ipv4/ip_forward
      echo "first: node port, then none"
      natc apply -q --no-sysctl -f /run/node-port.yaml; values
      { cat /run/node-port.yaml; other; } | natc apply -q -f -; values
      natc apply -q -f /run/plain.yaml
      natc rollback -q; values
      natc rollback -q; values
      natc cleanup -q; echo 0 > /proc/sys/net/ipv4/ip_forward
      echo "first: nothing"
      sed s/172.*10/None/ /run/plain.yaml | natc apply -q --no-sysctl --allow-mass-removal -f -; values
      natc apply -q -f /run/node-port.yaml; values
      natc rollback -q; values
      `,
      );
      const line = 'sysctl net.ipv4.ip_forward: set to 1 by natc for revision 1, before it was 0';
      expect(stdout, stderr).toBe(
        `first: plain\n00\n10\n10\n${line}\nfirst: node port, then none\n00\n11\n11\n11\nfirst: nothing\n00\n11\n00\n`,
      );
    },
  );

  test.each([
    ['nftables', 'nft', '-f -'],
    ['iptables', 'iptables-restore', '--noflush --counters'],
  ])('stay on where going back fails (%s)', (backend, program, call) => {
    const { stdout, stderr } = inNamespace(
      backend,
      `
      natc apply -q -f /run/plain.yaml; natc apply -q -f /run/node-port.yaml; values
      mkdir -m 755 /run/bin; real=$(command -v ${program})
      cat > /run/bin/${program} <<EOF
#!/bin/sh
case "\\$*" in '${call}'*) exit 1;; *) exec $real "\\$@";; esac
EOF
      chmod 755 /run/bin/${program}
      PATH=/run/bin:$PATH natc rollback -q 2>/dev/null; echo $?; values
      natc rollback -q; values
      `,
    );
    expect(stdout, stderr).toBe('11\n3\n11\n10\n');
  });

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

  test.each(['nftables', 'iptables'])('are told by status and cleanup (%s)', (backend) => {
    const { stdout, stderr } = inNamespace(
      backend,
      `
      told() { natc status 2>&1 | grep '^sysctl\\|^guard\\|NATC5089'; echo --; }
      json() { natc status -o json 2>/dev/null | ${process.execPath} -e '
        const { set, hasLoopbackGuard } = JSON.parse(require("fs").readFileSync(0, "utf8")).sysctls;
        console.log(JSON.stringify(set), hasLoopbackGuard);'; }
      ro=/proc/sys/net/ipv4/conf/all/route_localnet
      natc apply -q -f /run/plain.yaml; natc apply -q -f /run/node-port.yaml; told; json
      mount --bind $ro $ro; mount -o remount,ro,bind $ro
      natc rollback -q; told
      umount $ro; natc apply -q -f /run/node-port.yaml; told
      natc cleanup 2>&1 | grep ip_forward; told; json
      `,
    );
    const forward = 'sysctl net.ipv4.ip_forward: set to 1 by natc for revision 1, before it was 0';
    const localnet =
      'sysctl net.ipv4.conf.all.route_localnet: set to 1 by natc for revision 2, before it was 0';
    const guard = 'guard: packets of other machines to 127.0.0.0/8 are dropped';
    const left = `${forward}, left on, because others may need it`;
    const entry = { name: 'net.ipv4.ip_forward', revision: 1, before: 0, now: '1' };
    const [before = '', failed = '', again = '', after = '', rest = ''] = stdout.split('--\n');
    const json = (text: string) => [...text.matchAll(/^(\[.*\]) (\w+)$/gm)][0];
    expect(before, stderr).toBe(`${forward}\n${localnet}\n${guard}\n`);
    expect(JSON.parse(json(failed)?.[1] ?? '')).toMatchObject([
      { ...entry, state: 'set' },
      { name: 'net.ipv4.conf.all.route_localnet', before: 0, now: '1', state: 'set' },
    ]);
    expect(json(failed)?.[2]).toBe('true');
    expect(failed).toContain(`${localnet}, could not be set back (NATC5085)\n`);
    expect(again).toBe(`${forward}\n${localnet}\n${guard}\n`);
    // What cleanup leaves on it tells once: then natc is gone.
    expect(after).toBe(`${left} (sysctl -w net.ipv4.ip_forward=0)\n`);
    expect(rest).toMatch(/^undefined \w+$|^null \w+$/m);
  });

  test.each(['nftables', 'iptables'])('are not known where the state is lost (%s)', (backend) => {
    const { stdout, stderr } = inNamespace(
      backend,
      `
      natc apply -q -f /run/plain.yaml; rm -r /run/natc
      natc status | grep ^sysctls
      natc cleanup
      natc cleanup 2>&1 | grep -c NATC
      `,
    );
    expect(stdout).toBe('sysctls: the state directory does not say which natc set\n0\n');
    expect(stderr).toContain('NATC5088');
    expect(stderr).toMatch(/ip_forward is 1, .*all.forwarding is \d, .*route_localnet is 0/);
    expect(stderr).toMatch(/sysctl -w net.ipv4.ip_forward=0/);
  });

  test.each([
    ['nftables', 'nft flush chain ip natc filter-prerouting'],
    ['nftables', "nft 'add table ip natc { flags dormant; }'"],
    ['iptables', 'iptables -t mangle -F NATC-PREROUTING'],
    ['iptables', "nft 'add table ip mangle { flags dormant; }'"],
  ])('without their guard are a warning (%s: %s)', (backend, remove) => {
    const { stdout, stderr } = inNamespace(
      backend,
      `
      natc apply -q -f /run/node-port.yaml; natc status 2>&1 | grep -c '^guard: none\\|NATC5089'
      ${remove}; natc status 2>&1 | grep -c '^guard: none\\|NATC5089'
      `,
    );
    expect(stdout, stderr).toBe('0\n2\n');
  });

  test('that somebody switched off and natc set again are known too', () => {
    const { stdout, stderr } = inNamespace(
      'nftables',
      `
      echo 1 > /proc/sys/net/ipv4/ip_forward
      natc apply -q -f /run/plain.yaml; natc status | grep ^sysctl
      echo 0 > /proc/sys/net/ipv4/ip_forward
      natc apply -q -f /run/plain.yaml; values; natc status | grep ^sysctl
      `,
    );
    const line = 'sysctl net.ipv4.ip_forward: set to 1 by natc, before it was 0';
    expect(stdout, stderr).toBe(`10\n${line}\n`);
  });
});
