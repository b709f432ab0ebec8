import { at, rawList } from '../fields.ts';
import { oneOfField } from '../typed-fields.ts';
import type { ServiceCheck } from './check.ts';
import { clusterIPFamilies } from './cluster-ips.ts';

/** V16: `ipFamilies` has no duplicates and runs parallel to `clusterIPs`. */
export const ipFamilies: ServiceCheck = ({ service, spec }) => {
  const { clusterIPs } = service;
  const isGiven = rawList(spec, 'ipFamilies').length > 0;
  const given = isGiven ? service.ipFamilies : [];
  const policy = oneOfField(spec, 'ipFamilyPolicy', [
    'SingleStack',
    'PreferDualStack',
    'RequireDualStack',
  ]);
  if (given.length > 2 || (given.length === 2 && given[0] === given[1])) {
    spec.report.refuse(at(spec, 'ipFamilies', given.length > 2 ? 2 : 1), {
      code: 'NATC2031',
      message: `ipFamilies must name each family at most once, got ${given.join(', ')}`,
      hint: 'remove the repetition',
    });
    return;
  }
  if (policy === 'SingleStack' && Math.max(given.length, clusterIPs.length) > 1) {
    const list = given.length > 1 ? 'ipFamilies' : 'clusterIPs';
    spec.report.refuse(at(spec, list, 1), {
      code: 'NATC2031',
      message: `${list} must have one entry only when ipFamilyPolicy is SingleStack`,
      hint: 'remove the second, or set ipFamilyPolicy to PreferDualStack',
      also: [at(spec, 'ipFamilyPolicy')],
    });
  }
  // A refused entry has its own report, and shifts the rest.
  if (rawList(spec, 'ipFamilies').length !== given.length) return;
  if (rawList(spec, 'clusterIPs').length > clusterIPs.length) return;
  const index = clusterIPFamilies(service).findIndex(
    (family, position) => position < given.length && family !== given[position],
  );
  if (index < 0) return;
  spec.report.refuse(at(spec, 'ipFamilies', index), {
    code: 'NATC2031',
    message: `ipFamilies[${index}] is ${given[index]}, but the cluster IP at that position is ${clusterIPs[index]}`,
    hint: 'list families and cluster IPs in the same order',
  });
};
