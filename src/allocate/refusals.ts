import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { FieldPath } from '../diagnostics/source.ts';
import { bandOf, type Slot } from './held.ts';
import type { Refusal } from './needs.ts';
import type { WrittenService } from './service-fields.ts';

type Validate = 'strict' | 'warn';

/** What the API server has against the families of a Service. */
export function refused(service: WrittenService, refusal: Refusal, validate: Validate): Diagnostic {
  const hint = 'give the networks of both families with --service-cidr, as the cluster has them';
  if (refusal.kind === 'not-dual-stack')
    return refusalOf(service, ['spec', 'ipFamilyPolicy'], validate, {
      code: 'NATC2150',
      message:
        'ipFamilyPolicy is RequireDualStack, but --service-cidr has one family: this cluster is not configured for dual-stack Services',
      hint,
    });
  return refusalOf(service, ['spec', 'ipFamilies', refusal.index], validate, {
    code: 'NATC2151',
    message: `ipFamilies[${refusal.index}] is ${refusal.family}, which is not configured on this cluster: --service-cidr has no network of it`,
    hint,
  });
}

/** Says that there is nothing left to allocate. */
export function noneLeft(
  service: WrittenService,
  slots: readonly Slot[],
  validate: Validate,
): readonly Diagnostic[] {
  return slots.map((slot) => {
    const band = bandOf(slot);
    const what =
      band === 'port'
        ? 'node port: all of --service-node-port-range are in use'
        : `${band} cluster IP: all addresses of --service-cidr are in use`;
    return refusalOf(service, ['metadata', 'name'], validate, {
      code: 'NATC2152',
      message: `Service ${service.key} gets no ${what}`,
      hint: 'give a larger range, as the API server has it',
    });
  });
}

const refusalOf = (
  { object }: WrittenService,
  path: FieldPath,
  validate: Validate,
  said: Pick<Diagnostic, 'code' | 'message' | 'hint'>,
): Diagnostic => ({
  ...said,
  places: [{ kind: 'field', object, path }],
  ...(validate === 'strict' ? { severity: 'error' } : { severity: 'warning', wasError: true }),
});
