/**
 * How long iptables-legacy takes over natc's rules, against rules of the same number and kind that are
 * written down as plainly as can be. NATC_LONG=1 measures 5,000 Services instead of 1,000.
 */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { buildIptables } from '../../src/iptables/layout/build.ts';
import { renderIptablesRestore } from '../../src/iptables/render/iptables-restore.ts';
import { describeWithIptables, withoutJumps } from '../support/iptables-node.ts';
import * as plans from '../support/plan.ts';

const isLong = process.env['NATC_LONG'] === '1';
const services = isLong ? 5000 : 1000;
/** The clock has steps of 10 ms, which is much of the 0.2 s that the small ruleset takes. */
const most = isLong ? 1.1 : 1.3;
const endpointsEach = 10;
const rounds = 7;

const address = (network: number, host: number): string =>
  [network, (host >> 16) & 255, (host >> 8) & 255, host & 255].join('.');
const clusterIP = (service: number): string => address(172, (30 << 16) + service + 1);
const endpoint = (service: number, index: number): string =>
  address(10, service * endpointsEach + index + 1);

/** Cluster IP and node port, every endpoint possibly on this node: the most rules natc makes of it. */
function natcRules(): string {
  const servicePorts = Array.from({ length: services }, (_, service) =>
    plans.servicePort({
      service: `service-${service}`,
      frontends: [
        plans.clusterIP(clusterIP(service), plans.pickCluster),
        plans.nodePort(30000 + service, plans.pickMasqueraded),
      ],
      clusterEndpoints: Array.from({ length: endpointsEach }, (_, index) =>
        plans.endpoint(endpoint(service, index)),
      ),
    }),
  );
  const clusterIPs = servicePorts.map((_, service) => clusterIP(service));
  const ruleset = buildIptables(plans.familyPlan({ clusterIPs, servicePorts }));
  return withoutJumps(renderIptablesRestore([ruleset]));
}

/** The same by hand: short names in order, no comments, nothing that is not needed. */
function plainRules(): string {
  const chains = ['SERVICES', 'NODE-PORTS', 'MASQ'];
  const rules = ['-A MASQ -j MARK --or-mark 0x4000'];
  for (let s = 0; s < services; s++) {
    chains.push(`SVC-${s}`, `EXT-${s}`);
    rules.push(
      `-A SERVICES -d ${clusterIP(s)}/32 -p tcp -m tcp --dport 80 -j SVC-${s}`,
      `-A NODE-PORTS -p tcp -m tcp --dport ${30000 + s} -j EXT-${s}`,
      `-A EXT-${s} -j MASQ`,
      `-A EXT-${s} -j SVC-${s}`,
    );
    for (let e = 0; e < endpointsEach; e++) {
      const left = endpointsEach - e;
      const random =
        left === 1 ? '' : `-m statistic --mode random --probability ${(1 / left).toFixed(10)} `;
      chains.push(`SEP-${s}-${e}`);
      rules.push(
        `-A SVC-${s} ${random}-j SEP-${s}-${e}`,
        `-A SEP-${s}-${e} -s ${endpoint(s, e)}/32 -j MASQ`,
        `-A SEP-${s}-${e} -p tcp -j DNAT --to-destination ${endpoint(s, e)}:8080`,
      );
    }
  }
  const rejects = Array.from(
    { length: services },
    (_, s) => `-A REFUSE -d ${clusterIP(s)}/32 -j REJECT`,
  );
  return [
    '*filter',
    ':REFUSE - [0:0]',
    ...rejects,
    'COMMIT',
    '*nat',
    ...chains.map((chain) => `:${chain} - [0:0]`),
    ...rules,
    'COMMIT',
    '',
  ].join('\n');
}

/** Processor seconds, which other programs on the machine bear on less than on the clock. */
function restoreSeconds(text: string): number {
  const script = 'iptables-legacy-restore --noflush || exit; times';
  const namespace = process.getuid?.() === 0 ? '-n' : '-Urn';
  const { status, stdout, stderr } = spawnSync('unshare', [namespace, 'sh', '-c', script], {
    input: text,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  // The second line is that of the children: `0m1.234000s 0m0.456000s`.
  return [...(stdout.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}

const countRules = (text: string): number => text.match(/^-A/gm)?.length ?? 0;

const compareWithPlainRules = () => {
  const title = `takes within ${most} times what plain rules take, ${services} Services x ${endpointsEach}`;
  test(title, { timeout: 600_000 }, () => {
    const [ours, plain] = [natcRules(), plainRules()];
    expect(Math.abs(countRules(ours) / countRules(plain) - 1)).toBeLessThan(0.01);
    const best = { ours: Number.POSITIVE_INFINITY, plain: Number.POSITIVE_INFINITY };
    for (let round = 0; round < rounds; round++) {
      best.plain = Math.min(best.plain, restoreSeconds(plain));
      best.ours = Math.min(best.ours, restoreSeconds(ours));
    }
    console.log(
      `iptables-legacy-restore, ${countRules(ours)} rules: ${best.ours.toFixed(2)} s, plain ${best.plain.toFixed(2)} s`,
    );
    expect(best.ours / best.plain).toBeLessThan(most);
  });
};

// iptables-nft takes minutes for this, and plain rules take it longer than natc's.
describeWithIptables('loading whole rulesets', compareWithPlainRules, ['legacy']);
