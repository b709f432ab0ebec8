import { addressToBigInt, parseAddress } from '../net/address.ts';
import { cidrRange, parseCidr } from '../net/cidr.ts';
import { isLoopback } from '../packet/packet.ts';
import type { ClientClass } from './client-classes.ts';

/** Something of which the client is known: what one packet of a class met. */
interface OfClient {
  readonly client: ClientClass;
}

/**
 * What a reader calls the clients that see something, so that no client of a label sees anything else: a network
 * names what is left out of it. Empty for everyone.
 *
 * The loopback is a client only where nobody else is one, or of a destination on the loopback, which nobody but
 * this node can reach. Single endpoints, which reach themselves, are named where nobody else is, and left out of the
 * label that covers them where they see something else.
 *
 * @param all one for each class of clients, `seenBy` among them
 * @param address the destination
 */
export function clientLabels(
  seenBy: readonly OfClient[],
  all: readonly OfClient[],
  address: string,
): readonly string[] {
  const counts = ({ client: { kind } }: OfClient): boolean =>
    isLoopback(address) ? kind === 'node' || kind === 'loopback' : kind !== 'loopback';
  const seen = new Set(seenBy.filter(counts).map(({ client }) => client));
  const known = all.filter(counts).map(({ client }) => client);
  if (seen.size > 0 && known.every((client) => seen.has(client))) return [];
  if (seen.size === 0) return [...new Set(seenBy.map(({ client }) => client.label))];
  const labels = [...regionLabels(known, seen), ...nodeLabels(known, seen)];
  const major = labels.filter(({ isSelf }) => !isSelf);
  const chosen = major.length > 0 ? major : labels;
  const missing = known.filter((client) => !seen.has(client));
  if (missing.every(({ kind }) => kind === 'self') && major.length > 0)
    return [`everyone (except ${exceptions(missing.map(exceptionOf))})`];
  return [...new Set(chosen.map(({ text }) => text))];
}

const isUnlisted = ({ unlistedIn }: ClientClass): boolean => unlistedIn !== undefined;

interface Label {
  readonly text: string;
  readonly isSelf: boolean;
}

/** A node has several addresses, which rules may tell apart. */
function nodeLabels(
  known: readonly ClientClass[],
  seen: ReadonlySet<ClientClass>,
): readonly Label[] {
  const own = known.filter(({ kind }) => kind === 'node' || kind === 'loopback');
  const listed = own.filter((client) => !isUnlisted(client));
  const isAll = listed.filter(({ kind }) => kind === 'node').every((client) => seen.has(client));
  const ofListed = listed
    .filter((client) => seen.has(client))
    .map((client) => ({
      text:
        client.kind === 'loopback' || isAll
          ? client.label
          : `${client.label} (from ${client.address})`,
      isSelf: false,
    }));
  // Nothing of the node comes in through an interface.
  const context: Context = { seen, remote: [] };
  const ofUnlisted = treesOf(own.filter(isUnlisted)).flatMap((region) =>
    labelsOf(region, false, context),
  );
  return [...ofListed, ...ofUnlisted];
}

/** A class of clients among those that come in through the same interfaces. */
interface Region {
  readonly client: ClientClass;
  readonly children: Region[];
  readonly last: bigint;
}

function regionLabels(
  known: readonly ClientClass[],
  seen: ReadonlySet<ClientClass>,
): readonly Label[] {
  const remote = known.filter(({ kind }) => kind !== 'node' && kind !== 'loopback');
  const context: Context = { seen, remote };
  const interfaces = new Set(remote.map(({ inInterface }) => inInterface));
  return [...interfaces].flatMap((name) =>
    treesOf(remote.filter(({ inInterface }) => inInterface === name)).flatMap((region) =>
      labelsOf(region, false, context),
    ),
  );
}

interface Context {
  readonly seen: ReadonlySet<ClientClass>;
  readonly remote: readonly ClientClass[];
}

/** @param isCovered whether the label of what contains the region says it already */
function labelsOf(region: Region, isCovered: boolean, context: Context): readonly Label[] {
  const { client, children } = region;
  const isSeen = context.seen.has(client);
  const own =
    isSeen && !isCovered ? [{ text: nameOf(region, context), isSelf: client.kind === 'self' }] : [];
  return [
    ...own,
    ...children.flatMap((child) =>
      labelsOf(child, isSeen && isNamedAfter(client, child.client), context),
    ),
  ];
}

/** Whoever is outside is no pod; a network may hold both. */
const isNamedAfter = (of: ClientClass, child: ClientClass): boolean =>
  of.kind === child.kind || of.network !== undefined || child.kind === 'self';

function nameOf(region: Region, context: Context): string {
  const { client } = region;
  const left = exceptionsOf(region, context);
  const narrower = narrowerPatterns(client, context);
  const all = [...narrower.map((text) => ({ text, isSelf: false })), ...left];
  const name = `${client.label}${withoutPatterns(client, context)}`;
  return all.length === 0 ? name : withExceptions(name, exceptions(all));
}

/** `pods (10.180.0.0/16 except 10.180.1.0/24)`, `clients in 203.0.113.0/24 (except 203.0.113.0/28)` */
const withExceptions = (name: string, except: string): string =>
  name.endsWith(')') ? `${name.slice(0, -1)} except ${except})` : `${name} (except ${except})`;

/** What is in the region, would be meant by its name, and is not seen. */
function exceptionsOf({ client, children }: Region, { seen }: Context): readonly Exception[] {
  const walk = (region: Region): readonly Exception[] => {
    const own = region.client;
    if (!isNamedAfter(client, own)) return [];
    if (!seen.has(own)) return [exceptionOf(own)];
    return region.children.flatMap(walk);
  };
  return children.flatMap(walk);
}

interface Exception {
  readonly text: string;
  /** An endpoint that reaches itself. */
  readonly isSelf: boolean;
}

const exceptionOf = ({ kind, address, network, label, unlistedIn }: ClientClass): Exception =>
  kind === 'self'
    ? { text: `${address} itself`, isSelf: true }
    : { text: unlistedIn ?? network ?? label, isSelf: false };

const shownExceptions = 8;

/** All of them: a label that leaves one out would say too much. Endpoints may be many, and are of a kind. */
function exceptions(list: readonly Exception[]): string {
  const textsOf = (wanted: boolean): readonly string[] =>
    list.flatMap(({ text, isSelf }) => (isSelf === wanted ? text : []));
  const themselves = textsOf(true);
  const own =
    themselves.length > shownExceptions
      ? [`${themselves.length} endpoints that reach themselves`]
      : themselves;
  return [...textsOf(false), ...own].join(', ');
}

/** The same network through other interfaces, where that sees something else. */
const unseenTwins = (client: ClientClass, { seen, remote }: Context): readonly ClientClass[] =>
  remote.filter(
    (other) =>
      other.network === client.network &&
      other.inInterface !== client.inInterface &&
      !seen.has(other),
  );

/** Clients outside are no pods anyway, and pods are told by their interface. */
function withoutPatterns(client: ClientClass, context: Context): string {
  if (client.pattern !== undefined || client.network === undefined) return '';
  const patterns = unseenTwins(client, context).flatMap(({ pattern }) => pattern ?? []);
  return patterns.length === 0 ? '' : ` not through ${patterns.join(', ')}`;
}

/** `cali*` within `cal*` */
function narrowerPatterns(client: ClientClass, context: Context): readonly string[] {
  const { pattern } = client;
  if (pattern === undefined) return [];
  const stem = pattern.replace(/\*$/, '');
  return unseenTwins(client, context).flatMap((other) =>
    other.pattern?.startsWith(stem) === true && other.pattern !== pattern ? [other.pattern] : [],
  );
}

/** The classes of one interface by what contains what; those of one address are in the network around it. */
function treesOf(clients: readonly ClientClass[]): readonly Region[] {
  const rest = clients.find(({ network }) => network === undefined);
  const root: Region | undefined =
    rest === undefined ? undefined : { client: rest, children: [], last: -1n };
  const tops: Region[] = [];
  const stack: Region[] = [];
  const ranges = clients
    .flatMap((client) => {
      const range = client.network === undefined ? undefined : rangeOf(client.network);
      return range === undefined ? [] : [{ client, ...range }];
    })
    .sort((a, b) => compare(a.first, b.first) || compare(b.last, a.last));
  for (const { client, last } of ranges) {
    while ((stack.at(-1)?.last ?? last) < last) stack.pop();
    const region: Region = { client, children: [], last };
    const parent = stack.at(-1);
    (parent?.children ?? root?.children ?? tops).push(region);
    stack.push(region);
  }
  return root === undefined ? tops : [root];
}

function rangeOf(network: string): { readonly first: bigint; readonly last: bigint } | undefined {
  const address = parseAddress(network);
  if (address !== undefined) {
    const value = addressToBigInt(address);
    return { first: value, last: value };
  }
  const cidr = parseCidr(network);
  return cidr === undefined ? undefined : cidrRange(cidr);
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
