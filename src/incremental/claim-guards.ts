/**
 * What a compilation of some Services alone cannot see of claims (--external-ips, --endpoints-outside):
 * the Nodes and the Services that it leaves aside.
 */
import type { CompileOutput } from '../compile.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import type { Node, Service } from '../model/cluster.ts';
import type { Settings } from '../model/settings.ts';
import { liesIn } from '../plan/known-networks.ts';
import { giveUp } from './edit.ts';
import type { Description, RememberedItem } from './remembered.ts';

/** What is to be known of a Node besides those facts that its own ruleset depends on. */
export const nodeClaims = ({ addresses, podCIDRs }: Node): readonly string[] =>
  [...addresses, ...podCIDRs].map((each) => `node ${each}`);

const isNode = ({ identity }: Description): boolean => identity?.startsWith('Node ') === true;

/**
 * @throws {CannotSplice} where a Node has other networks than before, or an address that stands in `text`
 */
export function refuseOtherNodes(
  arrived: readonly Description[],
  gone: readonly Description[],
  { externalIPs, endpointsOutside }: Settings,
  text: string,
): void {
  if (externalIPs.kind === 'allow' && endpointsOutside === 'allow') return;
  const of = (list: readonly Description[]): readonly string[] =>
    list.filter(isNode).flatMap(({ claims }) => claims.map((each) => each.slice('node '.length)));
  const [was, is] = [new Set(of(gone)), new Set(of(arrived))];
  const news = [...is].filter((each) => !was.has(each));
  const lost = [...was].filter((each) => !is.has(each));
  if (
    [...news, ...lost].some((each) => each.includes('/')) ||
    news.some((each) => stands(text, each))
  )
    giveUp('a Node has other addresses');
}

/**
 * @param arrived the objects that are new or were changed
 * @param before all that was remembered, and the text
 * @throws {CannotSplice} where a warning may depend on what is left aside
 */
export function refuseDoubtfulClaims(
  { cluster, settings, plan }: CompileOutput,
  arrived: ReadonlySet<SourceObject>,
  before: { readonly items: readonly RememberedItem[]; readonly text: string },
): void {
  const news = cluster.services.filter(({ object }) => arrived.has(object));
  const known = new Set(before.items.flatMap(({ claims }) => claims));
  const own = new Set(cluster.services.flatMap(({ clusterIPs }) => clusterIPs));
  if (settings.externalIPs.kind === 'warn') {
    const isPod = liesIn(podNetworks(before.items));
    const isDoubtful = (text: string): boolean =>
      (known.has(text) && !own.has(text)) || known.has(`node ${text}`) || isPod(text);
    if (news.some(({ externalIPs }) => externalIPs.some(isDoubtful)))
      giveUp('an external IP is something else too');
  }
  if (settings.endpointsOutside === 'allow') return;
  const endpoints = plan.families
    .flatMap(({ servicePorts }) => servicePorts)
    .flatMap(({ clusterEndpoints, localEndpoints }) => [...clusterEndpoints, ...localEndpoints]);
  const isTaken = ({ address }: { readonly address: string }): boolean =>
    known.has(address) || known.has(`vip ${address}`) || known.has(`node ${address}`);
  if (endpoints.some(isTaken)) giveUp('an endpoint is an address of a Node or a Service');
  if (news.flatMap(addressesOf).some((each) => isNew(each) && stands(before.text, each)))
    giveUp('a new address of a Service is in use');

  function isNew(address: string): boolean {
    return !known.has(address) && !known.has(`vip ${address}`);
  }
}

const podNetworks = (items: readonly RememberedItem[]): readonly string[] =>
  items
    .filter(isNode)
    .flatMap(({ claims }) => claims.map((each) => each.slice('node '.length)))
    .filter((each) => each.includes('/'));

const addressesOf = ({ clusterIPs, ingress }: Service): readonly string[] =>
  [...clusterIPs, ...ingress.flatMap(({ ip }) => ip ?? [])].filter((each) => each !== 'None');

/** Whether an address stands somewhere in the text, and not only as a part of another. */
function stands(text: string, address: string): boolean {
  for (let at = text.indexOf(address); at >= 0; at = text.indexOf(address, at + 1)) {
    const around = `${text[at - 1] ?? ' '}${text[at + address.length] ?? ' '}`;
    if (!/[0-9a-f:]/.test(around) && !/^\.|\.$/.test(around)) return true;
  }
  return false;
}
