import { clientLabels } from '../client-labels.ts';
import type { Finding, Judged } from './judged.ts';

/** What endpoints know of their clients, and keep for them. */
export function clientRisks({ facet, destination, seenBy, all }: Judged): readonly Finding[] {
  const remote = seenBy.filter(({ client: { kind } }) => kind !== 'node' && kind !== 'loopback');
  if (remote.every(({ client: { kind } }) => kind === 'self')) return [];
  switch (facet.type) {
    case 'SNAT_BEGINS': {
      const clients = clientLabels(remote, all, destination.address);
      const whose = clients.length === 0 ? '' : ` for ${clients.join(', ')}`;
      return [{ code: 'NATC6011', text: `the client's address is lost${whose}` }];
    }
    case 'AFFINITY_ENDS':
      return [{ code: 'NATC6012', text: 'session affinity ends' }];
    default:
      return [];
  }
}
