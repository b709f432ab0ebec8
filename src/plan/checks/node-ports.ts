import type { Diagnostic, Severity } from '../../diagnostics/diagnostic.ts';
import type { NodePortAddress, Settings } from '../../model/settings.ts';
import { formatCidr } from '../../net/cidr.ts';
import type { IpFamily } from '../../net/family.ts';
import { isLoopbackOnly, isPrimaryHidden, listedCidrs } from '../node-port-addresses.ts';
import type { FamilyPlan } from '../plan.ts';
import { type Check, optionPlace, type Planned } from './planned.ts';

/** Section 8: where node ports listen other than one might think. */
export const nodePortSurprises: Check = (planned) =>
  planned.plan.families.flatMap((family) => [
    ...openFamily(planned, family),
    ...unservedLoopback(planned, family),
  ]);

/** N4, ND7: a list that has nothing for a family opens that family. */
function openFamily(planned: Planned, family: FamilyPlan): readonly Diagnostic[] {
  const { settings, node } = planned;
  const entries = settings.nodePortAddresses;
  if (entries.length === 0 || listedCidrs(settings, node, family.family).length > 0) return [];
  const isPrimary = entries.some((entry) => entry.kind === 'primary');
  if (isPrimaryHidden(settings, node))
    return [
      {
        code: 'NATC3017',
        severity: severityFor(planned, family),
        message: `this node's primary ${family.family} address cannot be read, so ${family.family} node ports are served nowhere`,
        places: [optionPlace(planned, 'nodePortAddresses', formatEntries(settings))],
        hint: 'correct the Node object, or give --node-ip',
      },
    ];
  const why = isPrimary
    ? `this node's primary ${family.family} address is not known`
    : `the node-port addresses have no ${family.family} entry`;
  return [
    {
      code: 'NATC3017',
      severity: severityFor(planned, family),
      message: `${why}, so ${family.family} node ports are open on all ${family.family} addresses of the node`,
      places: [optionPlace(planned, 'nodePortAddresses', formatEntries(settings))],
      hint: `${isPrimary ? 'give --node-ip, or list CIDRs' : 'list CIDRs of that family'}; ${nowhere[family.family]} closes it`,
    },
  ];
}

/** ND2: `::1` never, 127.0.0.0/8 only with `--localhost-nodeports`. */
function unservedLoopback(planned: Planned, family: FamilyPlan): readonly Diagnostic[] {
  const { settings, node } = planned;
  const listed = listedCidrs(settings, node, family.family).filter(isLoopbackOnly);
  if (listed.length === 0 || family.nodePortAddresses.loopback) return [];
  const value = listed.map(formatCidr).join(',');
  const places = [optionPlace(planned, 'nodePortAddresses', value)];
  return [
    family.family === 'IPv6'
      ? {
          code: 'NATC3018',
          severity: severityFor(planned, family),
          message: 'node ports cannot be served on ::1',
          places,
          hint: 'Linux has no route_localnet for IPv6; use 127.0.0.1 or another address of the node',
        }
      : {
          code: 'NATC3019',
          severity: severityFor(planned, family),
          message: `node ports are not served on ${value} while localhost node ports are off`,
          places,
          hint: 'drop the entry, or give --localhost-nodeports true',
        },
  ];
}

/** An address that no interface has, so that the family's list is not empty and matches nothing. */
const nowhere: Readonly<Record<IpFamily, string>> = { IPv4: '0.0.0.0/32', IPv6: '::/128' };

/** Without node ports in the family it makes no difference today. */
const severityFor = ({ beside }: Planned, family: FamilyPlan): Severity =>
  beside.get(family.family)?.hasNodePorts === true ||
  family.servicePorts.some((servicePort) =>
    servicePort.frontends.some((frontend) => frontend.kind === 'node-port'),
  )
    ? 'warning'
    : 'note';

const formatEntries = (settings: Settings): string =>
  settings.nodePortAddresses.map(formatEntry).join(',');

const formatEntry = (entry: NodePortAddress): string =>
  entry.kind === 'cidr' ? formatCidr(entry.cidr) : entry.kind;
