import { quote } from '../../diagnostics/quote.ts';
import { type Address, parseAddress } from '../../net/address.ts';
import type { Service } from '../cluster.ts';
import { at, atKey, rawField, rawList } from '../fields.ts';
import type { ReadService } from '../service.ts';
import type { ServiceCheck } from './check.ts';

/** V15: which cluster IPs a Service may have. */
export const clusterIPs: ServiceCheck = (read) => {
  const { service } = read;
  if (service.type === 'ExternalName') {
    refuseOnExternalName(read);
    return;
  }
  if (service.clusterIPs.includes('None')) refuseHeadless(read);
  else refuseList(read);
  refuseDifferent(read);
};

/** The two fields are compared as text: the API server reads no addresses here. */
function refuseDifferent({ spec }: ReadService): void {
  const [first] = rawList(spec, 'clusterIPs');
  const single = rawField(spec, 'clusterIP') ?? '';
  if (typeof first !== 'string' || typeof single !== 'string' || single === first) return;
  const address = parseAddress(first)?.text;
  const isSame = address !== undefined && address === parseAddress(single)?.text;
  spec.report.refuse(at(spec, 'clusterIPs', 0), {
    code: 'NATC2030',
    message:
      single === ''
        ? 'clusterIP is missing beside clusterIPs'
        : `clusterIPs[0] is ${quote(first)}, but clusterIP is ${quote(single)}`,
    hint: isSame ? 'spell both alike' : `set clusterIP to ${quote(first)}`,
    ...(single === '' ? {} : { also: [at(spec, 'clusterIP')] }),
  });
}

function refuseOnExternalName({ spec }: ReadService): void {
  const single = rawField(spec, 'clusterIP') ?? '';
  const [first] = rawList(spec, 'clusterIPs');
  if (single === '' && first === undefined) return;
  const text = single === '' ? first : single;
  spec.report.refuse(atKey(spec, single === '' ? 'clusterIPs' : 'clusterIP'), {
    code: 'NATC2030',
    message: `clusterIP ${quote(text)} must not be set on a Service of type ExternalName`,
    hint: 'remove it: an ExternalName is only a name in the DNS',
  });
}

function refuseHeadless({ service, spec }: ReadService): void {
  if (rawList(spec, 'clusterIPs').length > 1) {
    spec.report.refuse(at(spec, 'clusterIPs'), {
      code: 'NATC2030',
      message: 'clusterIPs must not list None together with addresses',
      hint: 'remove None, or all addresses for a headless Service',
    });
  }
  if (service.type === 'ClusterIP') return;
  spec.report.refuse(at(spec, 'clusterIP'), {
    code: 'NATC2030',
    message: `clusterIP must not be None on a Service of type ${service.type}`,
    hint: 'remove clusterIP and have the API server allocate one, or set spec.type to ClusterIP',
  });
}

function refuseList({ service, spec }: ReadService): void {
  const families = clusterIPFamilies(service);
  const third = service.clusterIPs[2];
  if (third !== undefined) {
    spec.report.refuse(at(spec, 'clusterIPs', 2), {
      code: 'NATC2030',
      message: `clusterIPs must be at most two, one of each family, got a third: ${third}`,
      hint: 'remove it',
    });
  } else if (families.length === 2 && families[0] === families[1]) {
    spec.report.refuse(at(spec, 'clusterIPs', 1), {
      code: 'NATC2030',
      message: `clusterIPs must be of different families, got ${service.clusterIPs.join(' and ')}`,
      hint: 'keep one of them',
    });
  }
}

/** The families of a Service's cluster IPs, in their order; empty for a headless one. */
export const clusterIPFamilies = (service: Service): readonly Address['family'][] =>
  service.clusterIPs.flatMap((text) => parseAddress(text)?.family ?? []);
