/** Where natc and kube-proxy's nftables mode are meant to differ: natc's own decisions (docs/rules.md). */
import type { Manifest, ServiceManifest } from '../oracle/manifest.ts';
import type { Packet, World } from '../oracle/world.ts';
import { canonical } from '../support/kernel-packets.ts';

const proxyLabel = 'service.kubernetes.io/service-proxy-name';

/**
 * @param kubeProxy what kube-proxy did with the packet, @param natc what natc did
 * @returns the id of the decision that the difference follows from, undefined when there is none
 */
export function meantDifference(
  world: World,
  packet: Packet,
  kubeProxy: readonly string[],
  natc: readonly string[],
): string | undefined {
  const onlyKubeProxy = kubeProxy.filter((outcome) => !natc.includes(outcome));
  const onlyNatc = natc.filter((outcome) => !kubeProxy.includes(outcome));
  if (isLoopback(packet.to) && world.node.localhostNodePorts !== false) return 'ND2';
  const others = clusterIPsOfOtherProxies(world);
  const isDropped = onlyKubeProxy.every((outcome) => outcome === 'drop');
  if (isDropped && others.has(canonical(packet.to)) && onlyNatc.every(isPass)) return 'ND4';
  // The same where the packet gets there by way of an endpoint (E13).
  const leadsThere = (outcome: string) => others.has(addressOf(outcome));
  if (isDropped && onlyNatc.length > 0 && onlyNatc.every(leadsThere)) return 'ND4';
  const isHairpin = (outcome: string) =>
    outcome.endsWith(', masqueraded') && addressOf(outcome) === canonical(packet.from);
  const nodeless = endpointsWithoutNode(world);
  const isOfUnknownNode = onlyNatc.every(
    (outcome) => isHairpin(outcome) && nodeless.has(addressOf(outcome)),
  );
  const unmasked = onlyNatc.map((outcome) => outcome.replace(', masqueraded', ''));
  if (isOfUnknownNode && onlyKubeProxy.every((outcome) => unmasked.includes(outcome))) return 'ND3';
  return undefined;
}

const isLoopback = (address: string): boolean => address.startsWith('127.');

const isPass = (outcome: string): boolean => outcome.startsWith('pass');

/** The address of `ip:port` or `[ip]:port`, whatever follows; '' when it is another outcome. */
function addressOf(outcome: string): string {
  const [, bracketed, plain = ''] = /^(?:\[(.+)\]|([\d.]+)):\d+/.exec(outcome) ?? [];
  return bracketed ?? plain;
}

const isService = (object: Manifest): object is ServiceManifest => object.kind === 'Service';

function clusterIPsOfOtherProxies({ objects }: World): ReadonlySet<string> {
  const services = objects.filter(isService);
  const hidden = services.filter(({ metadata }) => metadata.labels?.[proxyLabel] !== undefined);
  const addresses = hidden.flatMap(({ spec }) => spec.clusterIPs ?? [spec.clusterIP ?? 'None']);
  return new Set(addresses.filter((ip) => ip !== 'None' && ip !== '').map(canonical));
}

function endpointsWithoutNode({ objects }: World): ReadonlySet<string> {
  const addresses = objects.flatMap((object) => {
    if (object.kind === 'EndpointSlice' && object.addressType !== 'FQDN') {
      const endpoints = object.endpoints ?? [];
      return endpoints.flatMap((each) =>
        each.nodeName === undefined ? (each.addresses ?? []) : [],
      );
    }
    if (object.kind !== 'Endpoints') return [];
    const all = (object.subsets ?? []).flatMap(({ addresses = [], notReadyAddresses = [] }) => [
      ...addresses,
      ...notReadyAddresses,
    ]);
    return all.flatMap(({ ip, nodeName }) => (nodeName === undefined ? [ip] : []));
  });
  return new Set(addresses.map(canonical));
}
