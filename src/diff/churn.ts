/** Endpoints that come and go, which are most of what changes in a cluster and seldom what matters. */
import { counted } from '../diagnostics/summary.ts';
import type { Change } from './change.ts';
import { shorten } from './wording.ts';

/** So few are shown as they are. */
const mostShown = 4;

/** What is told in full, and what is told by its number. */
export interface Folded {
  readonly shown: readonly Change[];
  readonly churn: readonly Change[];
}

export const isChurn = ({ type, risks, known }: Change): boolean =>
  type === 'ENDPOINTS_CHANGED' && risks.length === 0 && known === undefined;

/** @param details whether everything is to be shown */
export function foldChurn(changes: readonly Change[], details: boolean): Folded {
  const churn = changes.filter(isChurn);
  return details || churn.length <= mostShown
    ? { shown: changes, churn: [] }
    : { shown: changes.filter((change) => !isChurn(change)), churn };
}

/** What becomes of the endpoints of one Service, at whatever destination. */
interface Turnover {
  readonly gained: Set<string>;
  readonly lost: Set<string>;
}

const shownServices = 6;

/** `9 Services gain endpoints (14 in all): shop/a, shop/b and 7 more`: a line a kind; none where nothing is folded. */
export function churnLines(churn: readonly Change[]): readonly string[] {
  const services = new Map<string, Turnover>();
  for (const { service = '', endpoints } of churn) {
    const turnover = services.get(service) ?? { gained: new Set(), lost: new Set() };
    services.set(service, turnover);
    for (const { endpoint, before, after } of endpoints) {
      if (before === 0) turnover.gained.add(endpoint);
      if (after === 0) turnover.lost.add(endpoint);
    }
  }
  const ofKind = (gains: boolean, loses: boolean): readonly [string, Turnover][] =>
    [...services].filter(
      ([, { gained, lost }]) => gained.size > 0 === gains && lost.size > 0 === loses,
    );
  const line = (
    list: readonly [string, Turnover][],
    [one, many]: readonly [string, string],
    numbers: string,
  ): readonly string[] => {
    if (list.length === 0) return [];
    const names = shorten(list.map(([name]) => name).sort(), shownServices);
    const verb = list.length === 1 ? one : many;
    return [`${counted(list.length, 'Service')} ${verb}${numbers}: ${names}`];
  };
  const [gain, lose, both, weigh] = [
    ofKind(true, false),
    ofKind(false, true),
    ofKind(true, true),
    ofKind(false, false),
  ];
  const sum = (list: readonly [string, Turnover][], of: 'gained' | 'lost'): number =>
    list.reduce((total, [, turnover]) => total + turnover[of].size, 0);
  return [
    ...line(gain, ['gains endpoints', 'gain endpoints'], ` (${sum(gain, 'gained')} new)`),
    ...line(lose, ['loses endpoints', 'lose endpoints'], ` (${sum(lose, 'lost')} gone)`),
    ...line(
      both,
      ['gains and loses endpoints', 'gain and lose endpoints'],
      ` (${sum(both, 'gained')} new, ${sum(both, 'lost')} gone)`,
    ),
    ...line(weigh, ['weighs endpoints otherwise', 'weigh endpoints otherwise'], ''),
  ];
}
