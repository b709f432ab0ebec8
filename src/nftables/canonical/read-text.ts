/** What the text of canonical rulesets says: keys, comments and rules of natc's own, as natc and the kernel write them. */

/** `10.0.0.1 . tcp . 80` has three. */
export const keyFields = (key: string): readonly string[] => key.split(' . ');

const commentPattern = /^ comment "([^":]+):?([^"]*)"/;

/** The ServicePort that the comment of an element names, by what follows the key. */
export function commentedPort(
  rest: string,
): { readonly service: string; readonly portName: string } | undefined {
  const [, service, portName = ''] = commentPattern.exec(rest) ?? [];
  return service === undefined ? undefined : { service, portName };
}

/** The value of an element of a map, by what follows the key; a comment may stand before it. */
export const elementValue = (rest: string): string => rest.slice(rest.lastIndexOf(' : ') + 3);

const timeoutPattern = /(?:^|; )timeout (\d+)s(?:;|$)/;

/** Seconds that elements of a collection live, by its declaration. */
export function timeoutOf(declaration: string): number | undefined {
  const seconds = timeoutPattern.exec(declaration)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

/** `ip daddr . tcp dport @endpoints/… tcp dport 8080 update @clients/… { ip saddr : ip daddr }` */
const learnPattern = /^ip6? daddr \. \w+ dport @(\S+) (?:\w+ )*dport (\d+) update @(\S+) \{/;

/** What a rule that notes clients names; undefined for any other rule. */
export function learnedBy(
  rule: string,
): { readonly endpointSet: string; readonly port: string; readonly clientMap: string } | undefined {
  const [, endpointSet, port, clientMap] = learnPattern.exec(rule) ?? [];
  return endpointSet === undefined || port === undefined || clientMap === undefined
    ? undefined
    : { endpointSet, port, clientMap };
}

/** The collections that a rule looks into. */
export const collectionsIn = (rule: string): readonly string[] =>
  Array.from(rule.matchAll(/@([^\s]+)/g), ([, name = '']) => name);

/** Whether a rule keeps packets of others off the loopback, as nft prints it (N10). */
export const keepsOffLoopback = (rule: string): boolean =>
  /^iifname != "?lo"? ip daddr 127\.0\.0\.0\/8 drop$/.test(rule);
