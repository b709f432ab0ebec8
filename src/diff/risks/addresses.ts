import type { Finding, Judged } from './judged.ts';

/** An address that is new to the Service and somebody else's too. */
export function addressRisks(judged: Judged): readonly Finding[] {
  const { destination, service, after, facts, nodes } = judged;
  const { kind, address } = destination;
  if (kind === 'node port' || kind === 'region' || after === undefined) return [];
  if (facts.before.addresses.get(address)?.includes(service) === true) return [];
  const findings: Finding[] = [];
  if (nodes.has(address))
    findings.push({ code: 'NATC6016', text: 'the address is one of a node too' });
  if (kind === 'cluster IP') return findings;
  const others = (facts.after.addresses.get(address) ?? []).filter((each) => each !== service);
  const isControlPlane = (each: string): boolean =>
    facts.before.controlPlane.has(each) || facts.after.controlPlane.has(each);
  const hosts = [facts.before, facts.after].flatMap(({ endpoints }) =>
    (endpoints.get(address) ?? []).filter(isControlPlane),
  );
  const control = new Set([...others.filter(isControlPlane), ...hosts]);
  control.delete(service);
  if (control.size > 0)
    findings.push({ code: 'NATC6018', text: `the address is one of ${[...control].join(', ')}` });
  const rest = others.filter((each) => !control.has(each));
  if (rest.length > 0)
    findings.push({ code: 'NATC6017', text: `the address belongs to ${rest.join(', ')} too` });
  return findings;
}
