import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { type Option, readCidrOption } from './option-values.ts';
import type { NodePortAddress } from './settings.ts';

const words = ['primary', 'localhost', 'all'] as const;
const expected = 'a CIDR, primary, localhost or all';

/** Reads `--nodeport-addresses`: kube-proxy's words and CIDRs, mixed as one likes (N1 to N12). */
export const readNodePortAddresses = (
  option: Option,
  values: readonly string[],
): readonly NodePortAddress[] =>
  values.flatMap((value): readonly NodePortAddress[] => {
    const kind = words.find((word) => word === value);
    if (kind !== undefined) return [{ kind }];
    const cidr = readCidrOption(option, value, expected, didYouMean(value, words));
    return cidr === undefined ? [] : [{ kind: 'cidr', cidr }];
  });
