/**
 * The only ways for text to get into a ruleset. nft has no escape for a quote within a string, so
 * what does not fit is replaced or refused, never passed on.
 */

/** nft refuses longer comments (bytes). */
const maxComment = 128;

const unprintable = /[^\x20-\x7e]/g;
const hasUnprintable = /[^\x20-\x7e]/;

/** Text in `# …`: printable ASCII on one line. Nearly all is that already, and a test takes a third of a replacement. */
export const commentLine = (text: string): string =>
  hasUnprintable.test(text) ? text.replace(unprintable, '?') : text;

/** Text in `comment "…"`: printable ASCII without quotes and backslashes, cut to nft's limit. */
export const quoted = (text: string, limit = maxComment): string =>
  `"${commentLine(text).replace(/["\\]/g, "'").slice(0, limit)}"`;

const namePattern = /^[a-zA-Z][a-zA-Z0-9/._-]{0,254}$/;

/** Whether nft takes it for the name of a table, set, map or chain. */
export const isNftName = (name: string): boolean => namePattern.test(name);

/**
 * The name of a table, set, map or chain.
 *
 * @throws when nft would refuse it: names are natc's own, so that is a bug.
 */
export function identifier(name: string): string {
  if (!isNftName(name)) throw new Error(`not an nft name: ${JSON.stringify(name)}`);
  return name;
}

/** Printable ASCII without white space, quote, slash and backslash; at most 15 characters and a `*`. */
const interfacePattern = /^[!#-.0-[\]-~]{1,16}$/;

/** Whether the kernel has such names of interfaces, `*` at the end included. */
export const isInterfaceName = (name: string): boolean => interfacePattern.test(name);

/** An interface name, `*` at its end included. @throws when the kernel has no such names. */
export function interfaceName(name: string): string {
  if (!isInterfaceName(name)) throw new Error(`not an interface name: ${JSON.stringify(name)}`);
  return `"${name}"`;
}

const addressPattern = /^[0-9a-f.:]+(\/[0-9]{1,3})?$/;

/** An address or network in canonical text. @throws for anything else. */
export function addressText(text: string): string {
  if (!addressPattern.test(text)) throw new Error(`not an address: ${JSON.stringify(text)}`);
  return text;
}
