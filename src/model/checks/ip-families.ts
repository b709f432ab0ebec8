import { givenFamilies } from '../cluster-ips.ts';
import { at, atKey, isGiven, rawField, rawList } from '../fields.ts';
import type { ReadService } from '../service.ts';
import { setOneOfField } from '../typed-fields.ts';
import type { ServiceCheck } from './check.ts';
import { clusterIPFamilies } from './cluster-ips.ts';

const policies = ['SingleStack', 'PreferDualStack', 'RequireDualStack'] as const;

/** V16: `ipFamilies` has no duplicates, runs parallel to `clusterIPs`, and fits `ipFamilyPolicy`. */
export const checkIpFamilies: ServiceCheck = (read) => {
  const { service, spec } = read;
  if (service.type === 'ExternalName') {
    refuseOnExternalName(read);
    return;
  }
  const policy = setOneOfField(spec, 'ipFamilyPolicy', policies);
  const given = givenFamilies(spec);
  if (given.length > 2 || (given.length === 2 && given[0] === given[1])) {
    spec.report.refuse(at(spec, 'ipFamilies', given.length > 2 ? 2 : 1), {
      code: 'NATC2031',
      message: `ipFamilies must name each family at most once, got ${given.join(', ')}`,
      hint: 'remove the repetition',
    });
    return;
  }
  const isUnset = rawField(spec, 'ipFamilyPolicy') === undefined;
  if (policy === 'SingleStack' || (isUnset && !isOfAnyFamily(read))) refuseSecond(read, isUnset);
  refuseAcross(read);
};

/** A headless Service without selector has endpoints of both families unless it says otherwise. */
const isOfAnyFamily = ({ service, spec }: ReadService): boolean =>
  service.clusterIPs[0] === 'None' && !isGiven(spec, 'selector');

function refuseOnExternalName({ spec }: ReadService): void {
  for (const key of ['ipFamilies', 'ipFamilyPolicy']) {
    const isSet =
      key === 'ipFamilies' ? rawList(spec, key).length > 0 : rawField(spec, key) !== undefined;
    if (!isSet) continue;
    spec.report.refuse(atKey(spec, key), {
      code: 'NATC2031',
      message: `${key} must not be set on a Service of type ExternalName`,
      hint: 'remove it: an ExternalName is only a name in the DNS',
    });
  }
}

/** The API server makes a Service single-stack unless told otherwise. */
function refuseSecond({ service, spec }: ReadService, isUnset: boolean): void {
  const [first, second, ...more] = clusterIPFamilies(service);
  // Cluster IPs that are wrong in themselves have their own report.
  const hasTwo = second !== undefined && first !== second && more.length === 0;
  const list =
    rawList(spec, 'ipFamilies').length > 1 ? 'ipFamilies' : hasTwo ? 'clusterIPs' : undefined;
  if (list === undefined) return;
  spec.report.refuse(at(spec, list, 1), {
    code: 'NATC2031',
    message: isUnset
      ? `${list} must have one entry only without ipFamilyPolicy: the default is SingleStack`
      : `${list} must have one entry only when ipFamilyPolicy is SingleStack`,
    hint: 'set ipFamilyPolicy to RequireDualStack or PreferDualStack, or remove the second',
    ...(isUnset ? {} : { also: [at(spec, 'ipFamilyPolicy')] }),
  });
}

function refuseAcross({ service, spec }: ReadService): void {
  const given = givenFamilies(spec);
  // A refused entry has its own report, and shifts the rest.
  if (rawList(spec, 'ipFamilies').length !== given.length) return;
  if (rawList(spec, 'clusterIPs').length > service.clusterIPs.length) return;
  const index = clusterIPFamilies(service).findIndex(
    (family, position) => position < given.length && family !== given[position],
  );
  if (index < 0) return;
  spec.report.refuse(at(spec, 'ipFamilies', index), {
    code: 'NATC2031',
    message: `ipFamilies[${index}] is ${given[index]}, but the cluster IP at that position is ${service.clusterIPs[index]}`,
    hint: 'list families and cluster IPs in the same order',
  });
}
