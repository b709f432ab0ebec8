import { isMapping } from '../../diagnostics/mapping.ts';
import { quote } from '../../diagnostics/quote.ts';
import { at, type Fields, rawList } from '../fields.ts';
import type { EndpointSliceCheck, EndpointsCheck, ServiceCheck } from './check.ts';

/** V3: several ports of a Service all have names, each its own. */
export const servicePortNames: ServiceCheck = ({ spec }) => {
  if (rawList(spec, 'ports').length < 2) return;
  refuseUnnamed(spec);
  refuseSameName(
    spec,
    namedPorts(spec).filter(({ name }) => name !== ''),
  );
};

/** V19: each port of an EndpointSlice has a name of its own; one may be unnamed. */
export const slicePortNames: EndpointSliceCheck = ({ root }) => {
  if (rawList(root, 'ports').length > 1) refuseSameName(root, namedPorts(root));
};

/** V22: several ports of a subset all have names. */
export const subsetPortNames: EndpointsCheck = ({ subsets }) => subsets.forEach(refuseUnnamed);

interface NamedPort {
  readonly index: number;
  readonly name: string;
}

/** As written: a port that is left out for another reason still has its place in the list. */
function namedPorts(parent: Fields): readonly NamedPort[] {
  return rawList(parent, 'ports').flatMap((port, index) => {
    const name = isMapping(port) ? (port['name'] ?? '') : undefined;
    return typeof name === 'string' ? [{ index, name }] : [];
  });
}

function refuseUnnamed(parent: Fields): void {
  const ports = namedPorts(parent);
  if (ports.length < 2) return;
  for (const { index, name } of ports) {
    if (name !== '') continue;
    parent.report.refuse(at(parent, 'ports', index), {
      code: 'NATC2021',
      message: `ports[${index}] has no name, which it must have beside other ports`,
      hint: 'give every port a name of its own, the same here and in its endpoints',
    });
  }
}

function refuseSameName(parent: Fields, ports: readonly NamedPort[]): void {
  const first = new Map<string, number>();
  for (const { index, name } of ports) {
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, index);
      continue;
    }
    const key = name === '' ? [] : ['name'];
    parent.report.refuse(at(parent, 'ports', index, ...key), {
      code: 'NATC2022',
      message: `port name ${quote(name)} is given twice`,
      hint: 'give every port a name of its own',
      also: [{ ...at(parent, 'ports', earlier, ...key), note: 'first given here' }],
    });
  }
}
