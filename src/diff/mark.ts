import { type Invented, isNothing, markInvented } from '../allocate/invented.ts';
import type { Answer } from './answer.ts';
import type { Change, TrafficDiff } from './change.ts';
import type { ServiceWays, Way } from './ways.ts';

/** The diff with every value that natc made up marked in what people read of it; documents have the bare values. */
export function markedDiff(diff: TrafficDiff, invented: Invented): TrafficDiff {
  if (isNothing(invented)) return diff;
  const mark = (text: string): string => markInvented(text, invented);
  return {
    ...diff,
    changes: diff.changes.map((change) => markedChange(change, mark)),
    claims: diff.claims.map((claim) => ({ ...claim, text: mark(claim.text) })),
    ...(diff.ways && { ways: diff.ways.map((each) => markedWays(each, mark)) }),
  };
}

function markedWays(ways: ServiceWays, mark: (text: string) => string): ServiceWays {
  const ends = (of: Way['before']): Way['before'] => ({
    ...of,
    endpoints: of.endpoints.map((each) => ({ ...each, endpoint: mark(each.endpoint) })),
  });
  return {
    ...ways,
    routes: ways.routes.map((route) => ({
      destinations: route.destinations.map((each) => ({ ...each, label: mark(each.label) })),
      ways: route.ways.map((way) => ({
        senders: way.senders.map((each) => ({ ...each, clients: mark(each.clients) })),
        before: ends(way.before),
        after: ends(way.after),
      })),
    })),
  };
}

function markedChange(change: Change, mark: (text: string) => string): Change {
  const answer = (of: Answer): Answer => ({
    ...of,
    endpoints: of.endpoints.map((each) => ({ ...each, endpoint: mark(each.endpoint) })),
  });
  return {
    ...change,
    destinations: change.destinations.map((each) => ({ ...each, label: mark(each.label) })),
    clients: change.clients.map(mark),
    before: answer(change.before),
    after: answer(change.after),
    endpoints: change.endpoints.map((each) => ({ ...each, endpoint: mark(each.endpoint) })),
    risks: change.risks.map((risk) => ({ ...risk, subject: mark(risk.subject) })),
  };
}
