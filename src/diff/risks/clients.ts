import { clientLabels } from '../client-labels.ts';
import type { Finding, Judged } from './judged.ts';

/** What endpoints know of their clients, and keep for them. */
export function clientRisks({ aspect, destination, seenBy, all }: Judged): readonly Finding[] {
  const remote = seenBy.filter(({ client: { kind } }) => kind !== 'node' && kind !== 'loopback');
  if (remote.every(({ client: { kind } }) => kind === 'self')) return [];
  switch (aspect.type) {
    case 'SNAT_BEGINS':
      return [{ code: 'NATC6011', text: `the client's address is lost${whose()}` }];
    case 'SNAT_ENDS':
      return [{ code: 'NATC6030', text: `the client's address is visible now${whose()}` }];
    case 'AFFINITY_ENDS':
      return [{ code: 'NATC6012', text: 'session affinity ends' }];
    default:
      return [];
  }

  function whose(): string {
    const clients = clientLabels(remote, all, destination.address);
    return clients.length === 0 ? '' : ` for ${clients.join(', ')}`;
  }
}
