/** Reads what a row of natc reach says of the sources it admits, for a single source. */
import { parseAddress } from '../../src/net/address.ts';
import { cidrContains, parseCidr } from '../../src/net/cidr.ts';

export interface Source {
  readonly address: string;
  /** '' for a process of the node. */
  readonly inInterface: string;
  /** The rules have patterns of interfaces, and it matches none. */
  readonly isOther?: boolean;
}

/** @param texts as in `ExposureRow.admitted` */
export const isAdmitted = (texts: readonly string[], source: Source): boolean =>
  texts.some((text) => matches(text, source));

function matches(text: string, source: Source): boolean {
  if (text === 'all') return true;
  if (text.startsWith('this node')) {
    const from = /^this node, from (.*)$/.exec(text)?.[1];
    return source.inInterface === '' && (from === undefined || from === source.address);
  }
  if (source.inInterface === '') return false;
  const [, networks = '', name] =
    /^(.*?)(?: through (.*))?$/.exec(text.replace('other machines', 'all')) ?? [];
  if (name === 'other interfaces' && source.isOther !== true) return false;
  if (name !== undefined && name !== 'other interfaces') {
    const stem = name.replace(/\*$/, '');
    const isIn = name === stem ? source.inInterface === name : source.inInterface.startsWith(stem);
    if (!isIn) return false;
  }
  const [, network = '', except] = /^(\S+)(?: except (.*))?$/.exec(networks) ?? [];
  if (!contains(network, source.address)) return false;
  return !splitTop(except ?? '').some((entry) => isExcepted(entry, source.address));
}

function isExcepted(entry: string, address: string): boolean {
  const [, network = '', but] = /^(\S+)(?: \(but (.*)\))?$/.exec(entry) ?? [];
  if (!contains(network, address)) return false;
  return !splitTop(but ?? '').some((again) => {
    const [, inner = '', except] = /^(\S+)(?: except (.*))?$/.exec(again) ?? [];
    return (
      contains(inner, address) &&
      !splitTop(except ?? '').some((nested) => isExcepted(nested, address))
    );
  });
}

/** At commas outside of parentheses. */
function splitTop(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i <= text.length; i++) {
    if (text[i] === '(') depth += 1;
    if (text[i] === ')') depth -= 1;
    if (i < text.length && (text[i] !== ',' || depth > 0)) continue;
    const part = text.slice(from, i).trim();
    if (part !== '') parts.push(part);
    from = i + 1;
  }
  return parts;
}

function contains(network: string, text: string): boolean {
  if (network === 'all') return true;
  const address = parseAddress(text);
  const cidr = parseCidr(network);
  if (address === undefined) return false;
  return cidr === undefined ? network === address.text : cidrContains(cidr, address);
}
