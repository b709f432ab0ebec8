import { expect, test } from 'vitest';
import { describeWithKernel } from '../support/kernel-available.ts';
import { runInNamespace } from '../support/namespace-script.ts';

/*
 * Where the kernel cannot be asked, what natc apply left word of is all that there is to know: that is when
 * it is needed most.
 */

const manifest = `
apiVersion: v1
kind: Service
metadata: {name: good, namespace: shop}
spec: {clusterIP: 10.96.0.1, clusterIPs: [10.96.0.1], ports: [{port: 80, targetPort: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: bad, namespace: shop}
spec: {clusterIP: 10.96.0.2, clusterIPs: [10.96.0.2], ports: [{port: 70000, targetPort: 80}]}
`;

const script = `
  cd /run; mkdir bin
  for program in nft iptables iptables-nft iptables-legacy; do
    printf '#!/bin/sh\\necho Operation not permitted >&2\\nexit 1\\n' >bin/$program; chmod 755 bin/$program
  done
  echo "$MANIFEST" >input.yaml
  flags="--quiet --no-sysctl --protect-ports allow --cluster-cidr 10.244.0.0/16 --backend $BACKEND"
  natc apply -f input.yaml $flags 2>first || exit 99
  echo >>input.yaml
  PATH=/run/bin:$PATH
  natc apply -f input.yaml $flags --verify 2>second; echo "exit $?"
  sleep 2
  natc status --backend $BACKEND --max-age 1s 2>problems; echo "exit $?"
  natc status --backend $BACKEND --max-age 1s -o json 2>problems; echo "exit $?"
  chmod 777 natc; natc status --backend $BACKEND 2>problems; echo "exit $?"
`;

describeWithKernel('natc status where the kernel cannot be asked', () => {
  test.each(['nftables', 'iptables'])('through %s tells of natc apply', (backend) => {
    const run = runInNamespace(script, { BACKEND: backend, MANIFEST: manifest });
    const [, attempt = '', text = '', json = '', unsafe] =
      /^exit 3\n([\s\S]*?)^(last success[\s\S]*?)exit 3\n(\{[\s\S]*?)exit 3\n([\s\S]*)$/m.exec(
        run.stdout,
      ) ?? [];
    expect(attempt, `${run.stdout}${run.stderr}`).toMatch(
      /^last attempt \d+s ago: failed, exit status 3: .* \(NATC50\d\d\)\n$/,
    );
    expect(text).toMatch(
      /^last success \d+s ago: more than 1s \(--max-age\)\nwarnings of natc apply that stand: 1\n {2}for \d+s: NATC2003 Service shop\/bad .*\n$/,
    );
    expect(JSON.parse(json)).toMatchObject({
      schema: 'natc.status/v1',
      backend: null,
      revision: null,
      tables: [],
      drift: null,
      attempt: { exitCode: 3, lastSuccess: expect.any(Number) },
      tooOld: true,
      warnings: { count: 1, standing: [{ code: 'NATC2003' }] },
      problems: [{ severity: 'error' }],
    });
    // Whatever a directory says that others may write to, it is not natc that says it.
    expect(unsafe).toBe('exit 3\n');
  });
});
