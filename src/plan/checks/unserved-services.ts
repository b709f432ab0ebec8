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

const wordings: Readonly<Record<UnservedReason, Wording>> = {
  headless: {
    code: 'NATC3007',
    severity: 'note',
    says: 'without cluster IP (headless) not proxied',
  },
  'external-name': { code: 'NATC3008', severity: 'note', says: 'of type ExternalName not proxied' },
  'other-proxy': { code: 'NATC3009', severity: 'note', says: 'left to another proxy' },
  'headless-label': {
    code: 'NATC3010',
    severity: 'note',
    says: 'not proxied because of the label service.kubernetes.io/headless',
  },
  'no-cluster-ip': {
    code: 'NATC3011',
    severity: 'warning',
    says: 'left out, external addresses included, for want of a cluster IP',
    hint: 'only an API server allocates one: take the manifests from `kubectl get -o yaml`, or set spec.clusterIP',
  },
  'no-ports': { code: 'NATC3012', severity: 'warning', says: 'without ports left out' },
  'other-family': {
    code: 'NATC3013',
    severity: 'note',
    says: 'have no cluster IP of a family that is compiled',
    hint: '--ip-family says which families are',
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
    const { code, severity, says, hint } = wordings[reason];
    return grouped(
      code,
      severity,
      subjects,
      (count, names) => `${counted(count, 'Service')} ${says}: ${names}`,
      hint,
    );
  });
};
