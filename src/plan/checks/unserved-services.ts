import type { DiagnosticCode } from '../../diagnostics/codes.ts';
import type { Severity } from '../../diagnostics/diagnostic.ts';
import type { UnservedReason } from '../plan.ts';
import { counted, grouped, type Subject } from './grouped.ts';
import type { Check } from './planned.ts';

interface Wording {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** Goes on from `3 Services`. */
  readonly says: string;
  readonly hint?: string;
}

/** What the model stage says of the other reasons is not said again. */
const wordings: Readonly<Partial<Record<UnservedReason, Wording>>> = {
  'other-proxy': { code: 'NATC3006', severity: 'note', says: 'left to another proxy' },
  'headless-label': {
    code: 'NATC3007',
    severity: 'note',
    says: 'with label service.kubernetes.io/headless not served',
  },
  'other-family': {
    code: 'NATC3008',
    severity: 'note',
    says: 'without cluster IP of a compiled family not served',
    hint: '--ip-family says which families are compiled',
  },
};

/** Section 2: no Service is left out in silence. */
export const unservedServices: Check = ({ plan }) => {
  const byReason = new Map<UnservedReason, Subject[]>();
  for (const { namespace, service, reason, origin } of plan.unserved) {
    const subjects = byReason.get(reason) ?? [];
    subjects.push({ name: `${namespace}/${service}`, place: { kind: 'field', ...origin } });
    byReason.set(reason, subjects);
  }
  return Array.from(byReason).flatMap(([reason, subjects]) => {
    const wording = wordings[reason];
    if (wording === undefined) return [];
    const { code, severity, says, hint } = wording;
    return grouped(
      code,
      severity,
      subjects,
      (count, names) => `${counted(count, 'Service')} ${says}: ${names}`,
      hint,
    );
  });
};
