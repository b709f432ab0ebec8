import { type CompileOptions, defaultOptions } from '../options.ts';
import { failOption, type Option } from './option-values.ts';
import { portRange } from './typed-fields.ts';

/** The bit of the packet mark; the default where the value is refused. */
export function readMasqueradeBit(option: Option, bit: number): number {
  if (Number.isInteger(bit) && bit >= 0 && bit <= 31) return bit;
  failOption(option, String(bit), {
    code: 'NATC2084',
    message: `${option.name} must be a whole number from 0 to 31, got ${bit}`,
  });
  return defaultOptions.masqueradeBit;
}

export function checkPortRange(
  option: Option,
  { first, last }: CompileOptions['serviceNodePortRange'],
): void {
  const { first: lowest, last: highest } = portRange;
  if (first >= lowest && first <= last && last <= highest) return;
  failOption(option, `${first}-${last}`, {
    code: 'NATC2084',
    message: `${option.name} must be FIRST-LAST within ${lowest}-${highest}, got ${first}-${last}`,
  });
}
