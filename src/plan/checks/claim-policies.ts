/** What Services claim that they should not, as far as facts show it (CVE-2020-8554, CVE-2021-25740). */
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { FieldPath, SourceObject } from '../../diagnostics/source.ts';
import type { Service } from '../../model/cluster.ts';
import { formatCidr } from '../../net/cidr.ts';
import { admitsExternalIP } from '../admission.ts';
import { serviceKey, visitEndpoints } from '../endpoint-sources.ts';
import { elsewhere, endpointProblem, externalIPProblem } from '../known-networks.ts';
import { addressPaths, fieldAt } from '../origin.ts';
import { clusterIPOf } from '../taken-services.ts';
import { type GroupSubject, grouped } from './grouped.ts';
import type { Check, Planned } from './planned.ts';

export const checkClaimPolicies: Check = (planned) => [
  ...externalIPs(planned),
  ...endpoints(planned),
  ...clusterIPs(planned),
];

const nameOf = ({ namespace, name }: Service): string => serviceKey(namespace, name);

function externalIPs({ taken, settings, known }: Planned): readonly Diagnostic[] {
  const policy = settings.externalIPs;
  if (policy.kind === 'allow') return [];
  const doubtful: GroupSubject[] = [];
  const denied: Diagnostic[] = [];
  for (const service of taken) {
    if (service.externalIPs.length === 0) continue;
    const { object } = service;
    const paths = addressPaths(object, ['spec', 'externalIPs'], service.externalIPs);
    service.externalIPs.forEach((address, index) => {
      const place = {
        kind: 'field',
        object,
        path: paths[index] ?? ['spec', 'externalIPs'],
      } as const;
      if (!admitsExternalIP(settings, address)) {
        denied.push({
          code: 'NATC3032',
          severity: 'warning',
          message: `external IP ${address} of Service ${nameOf(service)} is not served: --external-ips ${
            policy.kind === 'only' ? policy.cidrs.map(formatCidr).join(',') : policy.kind
          }`,
          places: [place],
          hint: 'whoever may create a Service may claim any external IP (CVE-2020-8554); let the ones in that are yours with --external-ips CIDR,...',
        });
      } else if (policy.kind === 'warn') {
        const problem = externalIPProblem(known, service, address);
        if (problem !== undefined)
          doubtful.push({ name: `${address} of Service ${nameOf(service)} (${problem})`, place });
      }
    });
  }
  return [
    ...grouped('NATC3031', 'warning', doubtful, {
      noun: ['external IP', 'external IPs'],
      says: ['is not its own', 'are not their own'],
      hint: '--external-ips deny serves none, CIDRs only those in them; allow silences this',
    }),
    ...denied,
  ];
}

function endpoints(planned: Planned): readonly Diagnostic[] {
  const { taken, settings, known, sources } = planned;
  const policy = settings.endpointsOutside;
  if (policy === 'allow' || planned.doubtful.size === 0) return [];
  const doubtful: GroupSubject[] = [];
  const strangers: GroupSubject[] = [];
  const denied: Diagnostic[] = [];
  for (const service of taken) {
    if (service.namespace === 'default' && service.name === 'kubernetes') continue;
    for (const family of settings.families) {
      if (clusterIPOf(service, family) === undefined) continue;
      visitEndpoints(sources, service, family, (address, object, path) => {
        if (!planned.doubtful.has(address)) return;
        const problem = endpointProblem(known, service, address);
        if (problem !== undefined) tell(service, address, problem, object, path);
      });
    }
  }
  const wording = {
    noun: ['endpoint', 'endpoints'],
    says: ['is no pod', 'are no pods'],
    hint: '--endpoints-outside deny leaves such endpoints out; allow silences this',
  } as const;
  return [
    ...grouped('NATC3033', 'warning', doubtful, wording),
    ...grouped('NATC3033', 'note', strangers, wording),
    ...denied,
  ];

  function tell(
    service: Service,
    address: string,
    problem: string,
    object: SourceObject,
    path: FieldPath,
  ): void {
    const place = { kind: 'field', object, path } as const;
    if (policy === 'deny') {
      denied.push({
        code: 'NATC3034',
        severity: 'warning',
        message: `endpoint ${address} of Service ${nameOf(service)} is left out: it is ${problem}`,
        places: [place],
        hint: '--endpoints-outside deny leaves out what is no pod of a known pod network (CVE-2021-25740)',
      });
    } else if (!known.owners.clusterIPs.has(address) && !namesPod(object, path)) {
      // A cluster IP is told of as NATC3022.
      const name = `${address} of Service ${nameOf(service)} (${problem})`;
      (problem === elsewhere ? strangers : doubtful).push({ name, place });
    }
  }
}

/** Host-network pods have their node's address; the controller that wrote the slice names the pod. */
function namesPod(object: SourceObject, path: FieldPath): boolean {
  const entry = object.kind === 'EndpointSlice' ? path.slice(0, 2) : path.slice(0, -1);
  return fieldAt(object, [...entry, 'targetRef', 'kind']) === 'Pod';
}

/** The API server allocates cluster IPs; one from elsewhere was written by somebody else. */
function clusterIPs({ taken, known }: Planned): readonly Diagnostic[] {
  const subjects = taken.flatMap((service) =>
    service.clusterIPs.flatMap((text, index): readonly GroupSubject[] => {
      const node = known.nodes.get(text);
      if (node === undefined) return [];
      const problem = node === '' ? 'an address of this node' : `an address of Node ${node}`;
      const { object } = service;
      const list = ['spec', 'clusterIPs', index];
      const path = fieldAt(object, list) === undefined ? ['spec', 'clusterIP'] : list;
      const name = `${text} of Service ${nameOf(service)} (${problem})`;
      return [{ name, place: { kind: 'field', object, path } }];
    }),
  );
  return grouped('NATC3035', 'warning', subjects, {
    noun: ['cluster IP', 'cluster IPs'],
    says: ['is none that the API server gives out', 'are none that the API server gives out'],
    hint: 'compile what the API server holds',
  });
}
