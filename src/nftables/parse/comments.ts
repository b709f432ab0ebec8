/**
 * What comments of a ruleset say, where text is all there is: of the kernel, which keeps the comments of
 * elements, and of a file, which has the comment blocks too. Nothing else reads natc's comments.
 */
import type { Owner } from '../../plan/owner.ts';
import type { Frontend } from '../../plan/plan.ts';
import type { ServicePortName } from '../../plan/service-port-name.ts';

/** `shop/web:http`, the comment of an element and the heading of a block. */
export function servicePortIn(comment: string): ServicePortName {
  const colon = comment.indexOf(':');
  return colon < 0
    ? { service: comment, portName: '' }
    : { service: comment.slice(0, colon), portName: comment.slice(colon + 1) };
}

/** A comment block, and what it says of addresses and endpoints. */
export interface CommentBlock {
  readonly owner: Owner;
  /** By address. */
  readonly frontends: ReadonlyMap<string, Exclude<Frontend['kind'], 'node-port'>>;
  /** The node of each endpoint, by `10.1.0.6:8080` or `[fd00::6]:8080`. */
  readonly nodes: ReadonlyMap<string, string>;
}

/** The last of several that an address is said to be has the least say. */
const kinds = [
  ['cluster IP', 'cluster-ip'],
  ['external IP', 'external-ip'],
  ['load-balancer IP', 'load-balancer-ip'],
] as const;

/**
 * Reads what `ownerOf` writes.
 *
 * @param name the heading
 * @param lines what stands under it, as in an Owner
 */
export function readCommentBlock(name: string, lines: readonly string[]): CommentBlock {
  const words = lines.join(' ');
  const frontends = new Map<string, (typeof kinds)[number][1]>();
  for (const [text, kind] of kinds)
    for (const [, address = ''] of words.matchAll(new RegExp(`${text} ([^\\s,]+)`, 'g')))
      if (!frontends.has(address)) frontends.set(address, kind);
  const nodes = new Map<string, string>();
  for (const [, endpoint = '', node = ''] of words.matchAll(/(\S+:\d+) on ([^\s,]+)/g))
    if (!nodes.has(endpoint)) nodes.set(endpoint, node);
  return { owner: { servicePort: servicePortIn(name), name, lines }, frontends, nodes };
}

/**
 * The endpoints of this node that a block lists, by `10.1.0.6 8080`: it does where some traffic policy of the
 * ServicePort is Local.
 *
 * @param lines what stands under the heading, as in an Owner
 */
export function localEndpointsIn(lines: readonly string[]): ReadonlySet<string> {
  const start = lines.findIndex((line) => /^(?:terminating )?local endpoints, /.test(line));
  const found = new Set<string>();
  for (const line of start < 0 ? [] : lines.slice(start + 1)) {
    const [, bracketed, plain, port] =
      /^ {2}(?:\[([^\]]+)\]|([\d.]+)):(\d+)(?: |$)/.exec(line) ?? [];
    if (port === undefined) break;
    found.add(`${bracketed ?? plain} ${port}`);
  }
  return found;
}
