import type { DiagnosticCode } from '../../diagnostics/codes.ts';
import type { UnservedReason } from '../plan.ts';
import { type GroupSubject, grouped, services, type Wording } from './grouped.ts';
import type { Check } from './planned.ts';

/** What the model stage says of the other reasons is not said again. */
const wordings: Readonly<
  Partial<Record<UnservedReason, Omit<Wording, 'noun'> & { readonly code: DiagnosticCode }>>
> = {
  'other-proxy': {
    code: 'NATC3006',
    says: ['is left to another proxy', 'are left to another proxy'],
  },
  'other-family': {
    code: 'NATC3008',
    says: [
      'has no cluster IP of a family that is compiled',
      'have no cluster IP of a family that is compiled',
    ],
    hint: '--ip-family says which families are compiled',
  },
};

/** Section 2: no Service is left out in silence. */
export const unservedServices: Check = ({ plan }) => {
  const byReason = new Map<UnservedReason, GroupSubject[]>();
  for (const { namespace, service, reason, origin } of plan.unserved) {
    const subjects = byReason.get(reason) ?? [];
    subjects.push({ name: `${namespace}/${service}`, place: { kind: 'field', ...origin } });
    byReason.set(reason, subjects);
  }
  return Array.from(byReason).flatMap(([reason, subjects]) => {
    const wording = wordings[reason];
    return wording === undefined
      ? []
      : grouped(wording.code, 'note', subjects, { noun: services, ...wording });
  });
};
