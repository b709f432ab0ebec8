import type { Address } from './address.ts';

export type SpecialAddress =
  | 'unspecified'
  | 'loopback'
  | 'link-local'
  | 'link-local multicast'
  | 'multicast';

/**
 * The class of an address that names no single machine on the network (V9, V20).
 *
 * @param address canonical, so that the classes can be told from its first characters.
 */
export function specialAddress({ family, text }: Address): SpecialAddress | undefined {
  return family === 'IPv4' ? specialIPv4(text) : specialIPv6(text);
}

function specialIPv4(text: string): SpecialAddress | undefined {
  if (text === '0.0.0.0') return 'unspecified';
  if (text.startsWith('127.')) return 'loopback';
  if (text.startsWith('169.254.')) return 'link-local';
  if (text.startsWith('224.0.0.')) return 'link-local multicast';
  return text.startsWith('2') && /^2(2[4-9]|3\d)\./.test(text) ? 'multicast' : undefined;
}

function specialIPv6(text: string): SpecialAddress | undefined {
  if (text === '::') return 'unspecified';
  if (text === '::1') return 'loopback';
  if (!text.startsWith('f')) return undefined;
  if (/^fe[89ab][\da-f]:/.test(text)) return 'link-local';
  if (/^ff[\da-f]2:/.test(text)) return 'link-local multicast';
  return /^ff[\da-f]{2}:/.test(text) ? 'multicast' : undefined;
}
