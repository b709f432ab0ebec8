import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { IpFamily } from '../../net/family.ts';
import { serviceAddresses } from '../service-addresses.ts';
import { failsOpen } from '../source-ranges.ts';
import { grouped, services, subject } from './grouped.ts';
import type { Check, Planned } from './planned.ts';

/** Fields of a Service that have less effect than their author may think. */
export const weakServiceFields: Check = (planned) =>
  planned.plan.families.flatMap(({ family }) => openRanges(planned, family));

/** R4. */
const openRanges = ({ taken }: Planned, family: IpFamily): readonly Diagnostic[] =>
  grouped(
    'NATC3021',
    'warning',
    taken
      .filter((service) => service.loadBalancerSourceRanges.length > 0)
      .filter((service) => {
        const addresses = serviceAddresses(service, family);
        return (
          addresses !== undefined &&
          failsOpen(
            service,
            family,
            addresses.vips.map((vip) => vip.address),
          )
        );
      })
      .map((service) => subject(service, ['spec', 'loadBalancerSourceRanges'])),
    {
      noun: services,
      says: [
        `has loadBalancerSourceRanges, but none for ${family}: every ${family} source is let through`,
        `have loadBalancerSourceRanges, but none for ${family}: every ${family} source is let through`,
      ],
      hint: `add the ${family} ranges that may connect`,
    },
  );
