import { addressText, interfaceName, quoted } from '../../net/quote.ts';
import type { IptablesMatch, IptablesRule, IptablesTarget } from '../ast.ts';
import { longestChainName } from '../names.ts';

/** What `-m comment` holds (bytes, without the final zero). */
const maxComment = 255;

/** A rule as `iptables -A CHAIN` takes it, without the chain: `-d 10.96.0.10 -p tcp … -g NATC-…`. */
export function renderIptablesRule({ matches, target, comment }: IptablesRule): string {
  let text = '';
  for (const match of matches) text += `${renderMatch(match)} `;
  // Last, so that a packet that does not match need not pass it.
  if (comment !== undefined) text += `-m comment --comment ${quoted(comment, maxComment)} `;
  return text + renderTarget(target);
}

function renderMatch(match: IptablesMatch): string {
  switch (match.kind) {
    case 'address': {
      const option = match.selector === 'source' ? '-s' : '-d';
      return `${not(match.negated)}${option} ${addressText(match.network)}`;
    }
    case 'in-interface':
      return `${not(match.negated)}-i ${interfacePattern(match.name, match.isPrefix)}`;
    case 'protocol':
      return `-p ${match.protocol}`;
    case 'dport':
      return `-p ${match.protocol} -m ${match.protocol} --dport ${match.port}`;
    case 'ctstate-new':
      return '-m conntrack --ctstate NEW';
    case 'addrtype-local':
      return `-m addrtype ${not(match.negated === true)}${match.selector === 'source' ? '--src-type' : '--dst-type'} LOCAL`;
    case 'not-marked':
      return `-m mark ! --mark ${mask(match.mask)}/${mask(match.mask)}`;
    case 'random':
      return `-m statistic --mode random --probability ${(1 / match.oneIn).toFixed(10)}`;
    case 'recent-rcheck':
      return `-m recent --name ${chainName(match.list)} --rcheck --seconds ${match.seconds} --reap --rsource`;
    case 'recent-set':
      return `-m recent --name ${chainName(match.list)} --set --rsource`;
    case 'ctstate':
    case 'mark':
    case 'not-understood':
      throw new Error(`only of a listing, so never written: ${match.kind}`);
  }
}

function renderTarget(target: IptablesTarget): string {
  switch (target.kind) {
    case 'jump':
      return `-j ${chainName(target.chain)}`;
    case 'goto':
      return `-g ${chainName(target.chain)}`;
    case 'return':
      return '-j RETURN';
    case 'drop':
      return '-j DROP';
    case 'reject':
      return '-j REJECT';
    case 'mark':
      return `-j MARK --${target.operation}-mark ${mask(target.mask)}`;
    case 'dnat': {
      const address = addressText(target.address);
      const host = address.includes(':') ? `[${address}]` : address;
      return `-j DNAT --to-destination ${host}:${target.port}`;
    }
    case 'masquerade':
      return '-j MASQUERADE --random-fully';
    case 'accept':
    case 'continue':
    case 'not-understood':
      throw new Error(`only of a listing, so never written: ${target.kind}`);
  }
}

const not = (negated: boolean): string => (negated ? '! ' : '');

const mask = (bits: number): string => `0x${bits.toString(16)}`;

const namePattern = /^NATC-[A-Z0-9-]+$/;

/** @throws when it is not one of natc's names, which would be a bug. */
export function chainName(name: string): string {
  if (!namePattern.test(name) || name.length > longestChainName)
    throw new Error(`not a chain of natc: ${JSON.stringify(name)}`);
  return name;
}

/** Names have at most 15 characters, so a prefix as long as that is a name. */
const longestInterfaceName = 15;

/** A final + means any interface that begins so; names that end in one are refused before (NATC2086). */
function interfacePattern(name: string, isPrefix: boolean): string {
  if (name.endsWith('+')) throw new Error(`iptables cannot match ${JSON.stringify(name)}`);
  return interfaceName(isPrefix && name.length < longestInterfaceName ? `${name}+` : name);
}
