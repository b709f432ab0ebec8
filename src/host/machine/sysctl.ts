import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { IpFamily } from '../../net/family.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Host } from './host.ts';
import { systemErrorText } from './system-error.ts';

/** A kernel setting that has to be 1 for the rules to do their work. */
export interface Sysctl {
  /** As sysctl(8) spells it, e.g. `net.ipv4.ip_forward`. */
  readonly name: string;
  readonly reason: string;
}

export const routeLocalnet = 'net.ipv4.conf.all.route_localnet';

const forwardingOf: Readonly<Record<IpFamily, string>> = {
  IPv4: 'net.ipv4.ip_forward',
  IPv6: 'net.ipv6.conf.all.forwarding',
};

/** All that natc ever sets. */
export const sysctlNames: readonly string[] = [...Object.values(forwardingOf), routeLocalnet];

const knownSysctls: ReadonlySet<unknown> = new Set(sysctlNames);

/** Whether this is the name of a setting that natc sets. */
export const isKnownSysctl = (name: unknown): name is string => knownSysctls.has(name);

/** What the settings depend on, in one family. */
export interface ServedFamily {
  readonly family: IpFamily;
  readonly hasServices: boolean;
  readonly hasNodePorts: boolean;
  /** Node ports answer on loopback addresses (N10). */
  readonly loopback: boolean;
}

/** The families that have Services. */
export const familiesWithServices = (families: readonly ServedFamily[]): readonly IpFamily[] =>
  families.filter(({ hasServices }) => hasServices).map(({ family }) => family);

/** The settings that the rules of a plan rely on. */
export const requiredSysctls = (plan: Plan): readonly Sysctl[] => sysctlsFor(servedFamilies(plan));

/** What the settings depend on, in a plan of all Services. */
export const servedFamilies = (plan: Plan): readonly ServedFamily[] =>
  plan.families.map(({ family, nodePortAddresses, servicePorts }) => ({
    family,
    hasServices: servicePorts.length > 0,
    hasNodePorts: servicePorts.some(({ frontends }) =>
      frontends.some(({ kind }) => kind === 'node-port'),
    ),
    loopback: nodePortAddresses.loopback,
  }));

/** route_localnet only for node ports there (N10). */
export const sysctlsFor = (families: readonly ServedFamily[]): readonly Sysctl[] =>
  families
    .filter(({ hasServices }) => hasServices)
    .flatMap(({ family, hasNodePorts, loopback }) => {
      const forwarding = {
        name: forwardingOf[family],
        reason: `to forward ${family} packets to endpoints`,
      };
      return loopback && hasNodePorts
        ? [forwarding, { name: routeLocalnet, reason: 'for node ports on 127.0.0.0/8' }]
        : [forwarding];
    });

/** `net.ipv4.ip_forward` → `/proc/sys/net/ipv4/ip_forward` */
export const sysctlPath = (name: string): string => `/proc/sys/${name.replaceAll('.', '/')}`;

/** The settings that are off; one that this kernel does not have (no IPv6, say) is not. */
async function sysctlsOff(host: Host, sysctls: readonly Sysctl[]): Promise<readonly Sysctl[]> {
  const values = await Promise.all(sysctls.map(({ name }) => host.readFile(sysctlPath(name))));
  return sysctls.filter((_, index) => values[index]?.trim() === '0');
}

/** A warning for each setting that is off. */
export async function checkSysctls(
  host: Host,
  sysctls: readonly Sysctl[],
): Promise<readonly Diagnostic[]> {
  const off = await sysctlsOff(host, sysctls);
  return off.map(({ name, reason }) => ({
    code: 'NATC5006',
    severity: 'warning',
    message: `the sysctl ${name} is 0 on this machine; it has to be 1 ${reason}`,
    places: [{ kind: 'file', name: sysctlPath(name) }],
    hint: 'natc apply sets it; where this machine is not the node, leave it out with --no-sysctl',
  }));
}

/** Sets what is off. @returns the names of what was set, and an error for each that could not be */
export async function setSysctls(
  host: Host,
  sysctls: readonly Sysctl[],
): Promise<{ readonly set: readonly string[]; readonly diagnostics: readonly Diagnostic[] }> {
  const set: string[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const { name, reason } of await sysctlsOff(host, sysctls)) {
    try {
      await host.writeFile(sysctlPath(name), '1\n');
      set.push(name);
    } catch (error) {
      diagnostics.push({
        code: 'NATC5007',
        severity: 'error',
        message: `cannot set the sysctl ${name} to 1 ${reason}: ${systemErrorText(error)}`,
        places: [{ kind: 'file', name: sysctlPath(name) }],
        hint: 'set it by other means and leave it out with --no-sysctl',
      });
    }
  }
  return { set, diagnostics };
}

/** With the rules gone, nothing guards the loopback any more (N10). */
export async function warnOfRouteLocalnet(host: Host): Promise<readonly Diagnostic[]> {
  const value = await host.readFile(sysctlPath(routeLocalnet));
  if (value?.trim() !== '1') return [];
  return [
    {
      code: 'NATC5009',
      severity: 'warning',
      message: `the sysctl ${routeLocalnet} is still 1, and its guard is gone`,
      places: [],
      hint: `unless something else needs it: sysctl -w ${routeLocalnet}=0`,
    },
  ];
}
