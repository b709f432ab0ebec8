/** natc apply, of one change after the other: the kernel holds what a fresh load gives. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type KernelAgent, startAgent } from '../../support/kernel-agent.ts';
import { describeWithKernel } from '../../support/kernel-available.ts';
import { serviceObject, sliceObject } from '../../support/kernel-cluster.ts';
import { listing } from '../../support/kernel-listing.ts';
import { natc, natcProgram } from '../../support/natc.ts';

type Random = (below: number) => number;

/** Park and Miller's generator: the same numbers for the same seed. */
function randomFrom(seed: number): Random {
  let state = (seed % 2147483646) + 1;
  return (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
}

/** What a Service and its endpoints are made of. */
interface Made {
  readonly protocol: 'TCP' | 'UDP';
  readonly hasNodePort: boolean;
  readonly isSticky: boolean;
  readonly port: number;
  readonly pods: readonly number[];
}

const made = (random: Random): Made => ({
  protocol: random(4) === 0 ? 'UDP' : 'TCP',
  hasNodePort: random(3) === 0,
  isSticky: random(12) === 0,
  port: 80 + random(3),
  pods: Array.from({ length: 20 }, (_, pod) => pod).filter(() => random(6) === 0),
});

function objectsOf(index: number, { protocol, hasNodePort, isSticky, port, pods }: Made) {
  const address = `10.96.0.${10 + index}`;
  const name = `service-${index}`;
  return [
    serviceObject(name, {
      type: hasNodePort ? 'NodePort' : 'ClusterIP',
      clusterIP: address,
      clusterIPs: [address],
      ipFamilies: ['IPv4'],
      sessionAffinity: isSticky ? 'ClientIP' : 'None',
      ports: [{ name: 'p', protocol, port, ...(hasNodePort && { nodePort: 30_000 + index }) }],
    }),
    sliceObject(
      name,
      'IPv4',
      pods.map((pod) => ({
        addresses: [`10.1.${index}.${pod}`],
        nodeName: pod % 2 === 0 ? 'node-a' : 'node-b',
      })),
      [{ name: 'p', protocol, port: 8080 }],
    ),
  ];
}

const textOf = (services: readonly (Made | undefined)[]) => {
  const items = services.flatMap((each, index) =>
    each === undefined ? [] : objectsOf(index, each),
  );
  return JSON.stringify({ apiVersion: 'v1', items, kind: 'List', metadata: {} }, undefined, 4);
};

const seed = Number(process.env['NATC_SEED'] ?? Date.now() % 2 ** 31);
const steps = process.env['NATC_LONG'] === '1' ? 200 : 20;

describeWithKernel('changes applied one after the other', () => {
  const state = mkdtempSync(join(tmpdir(), 'natc-apply-changes-'));
  let kept: KernelAgent;
  let fresh: KernelAgent;
  beforeAll(async () => {
    [kept, fresh] = await Promise.all([startAgent(), startAgent()]);
  });
  afterAll(async () => {
    rmSync(state, { recursive: true });
    await Promise.all([kept.dispose(), fresh.dispose()]);
  });

  const flags = ['-f', '-', '--node-name', 'node-a', '--validate', 'warn'];
  const natcApply = [process.execPath, natcProgram, 'apply', ...flags, '--stats', '-q'].concat([
    ...['--state-dir', state, '--allow-mass-removal'],
  ]);
  const apply = (input: string, sysctl: readonly string[] = ['--no-sysctl']) =>
    kept.run([...natcApply, ...sysctl], input);

  test(`leave what a fresh load gives (NATC_SEED=${seed})`, async () => {
    const random = randomFrom(seed);
    const services: (Made | undefined)[] = Array.from({ length: 30 }, () => made(random));
    let alone = 0;
    for (let step = 0; step < steps; step++) {
      const input = textOf(services);
      const { status, stderr } = await apply(input);
      expect(status, stderr).toBe(0);
      if (stderr.includes('Services compiled, the others as before')) alone++;
      const ruleset = natc(['compile', ...flags], { input }).stdout;
      await fresh.must(['nft', '-f', '-'], `flush ruleset\n${ruleset}`);
      expect(await listing(kept), `step ${step}`).toEqual(await listing(fresh));
      for (let changes = 1 + random(2); changes > 0; changes--) {
        services[random(30)] = random(5) === 0 ? undefined : made(random);
      }
      // Now and then somebody else empties the kernel.
      if (random(8) === 0) await kept.must(['nft', 'flush', 'ruleset']);
    }
    expect(alone).toBeGreaterThan(steps / 3);
  }, 600_000);

  test('what was compiled alone and in full has the same digest', async () => {
    const services = Array.from({ length: 5 }, () => made(randomFrom(1)));
    await apply(textOf(services));
    const stamp = () => kept.must(['nft', 'list', 'set', 'ip', 'natc', 'revision']);
    const changed = textOf([...services, { ...made(randomFrom(2)), isSticky: false }]);
    expect((await apply(changed)).stderr).toContain('1 Services compiled');
    const before = await stamp();
    rmSync(state, { recursive: true });
    const { status, stderr } = await apply(changed);
    expect({ status, stderr: /^read /m.test(stderr) }).toEqual({ status: 0, stderr: true });
    expect(await stamp()).toEqual(before);
  });

  const plain: Made = { protocol: 'TCP', hasNodePort: false, isSticky: false, port: 80, pods: [2] };

  test('a sysctl that somebody switched off is set again', async () => {
    const routeLocalnet = '/proc/sys/net/ipv4/conf/all/route_localnet';
    const withNodePort = { ...plain, hasNodePort: true };
    await apply(textOf([plain, withNodePort]), []);
    await kept.must(['tee', routeLocalnet], '0\n');
    const { stderr } = await apply(textOf([{ ...plain, pods: [3] }, withNodePort]), []);
    expect(stderr).toContain('1 Services compiled');
    expect(await kept.must(['cat', routeLocalnet])).toBe('1\n');
  });

  test('what the kernel refuses is compiled in full, to name the line to blame', async () => {
    await apply(textOf([plain, plain]));
    const programs = mkdtempSync(join(tmpdir(), 'natc-nft-'));
    // Refuses to change anything.
    const real = (await kept.must(['sh', '-c', 'command -v nft'])).trim();
    const script = `#!/bin/sh\n[ "$1" = -f ] && { echo "Error: no" >&2; exit 1; }\nexec ${real} "$@"\n`;
    writeFileSync(join(programs, 'nft'), script, { mode: 0o755 });
    const environment = [`PATH=${programs}:${process.env['PATH']}`];
    const changed = textOf([plain, { ...plain, pods: [3] }]);
    const before = await listing(kept);
    const refused = await kept.run(['env', ...environment, ...natcApply, '--no-sysctl'], changed);
    expect(refused.status).toBe(3);
    expect(refused.stderr).toMatch(/1 Services compiled[\s\S]*^read /m);
    expect(refused.stderr).toContain('NATC5003');
    expect(await listing(kept)).toEqual(before);
    rmSync(programs, { recursive: true });
    expect((await apply(changed)).status).toBe(0);
  });
});
