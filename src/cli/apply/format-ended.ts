import { counted } from '../../diagnostics/summary.ts';
import type { EndedFlows } from '../../host/machine/conntrack.ts';

/** `, 12 UDP flows ended`; empty when none was. */
export const formatEnded = (ended: EndedFlows['ended']): string =>
  (['UDP', 'SCTP'] as const)
    .filter((protocol) => ended[protocol] > 0)
    .map((protocol) => `, ${counted(ended[protocol], `${protocol} flow`)} ended`)
    .join('');
