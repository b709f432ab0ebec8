import { atKey, refuseMissing } from '../fields.ts';
import { readName, subdomainRule } from '../names.ts';
import { stringField } from '../typed-fields.ts';
import type { ServiceCheck } from './check.ts';

/** An ExternalName names a host, with or without a dot at its end; on other types the name is ignored. */
export const externalName: ServiceCheck = ({ service, spec }) => {
  const text = stringField(spec, 'externalName') ?? '';
  if (service.type !== 'ExternalName') {
    if (text === '') return;
    spec.report.advise(atKey(spec, 'externalName'), {
      code: 'NATC2120',
      message: `externalName has no effect on a Service of type ${service.type}`,
      hint: 'remove it, or set spec.type to ExternalName',
    });
    return;
  }
  const name = text.replace(/\.$/, '');
  if (name === '') refuseMissing(spec, 'externalName');
  else readName(spec, ['externalName'], name, subdomainRule);
};
