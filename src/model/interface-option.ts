import { quote } from '../diagnostics/quote.ts';
import { failOption, type Option } from './option-values.ts';

/** IFNAMSIZ of the kernel, without the final zero byte. */
const longestName = 15;

/**
 * Reads the name, or the beginning of the names, of pod interfaces (M10 to M12).
 *
 * @param mode `--detect-local-mode` when its value requires this option.
 */
export function readInterface(option: Option, name: string, mode: Option | undefined): string {
  if (name === '' && mode !== undefined) {
    failOption(mode, '', {
      code: 'NATC2085',
      message: `${mode.name} needs ${option.name}, which is not given`,
      hint: `give ${option.name}`,
    });
  }
  // What the kernel allows, less what would need quoting or be a wildcard in a rule.
  if (name === '' || (name.length <= longestName && /^[\w.@-]+$/.test(name))) return name;
  failOption(option, name, {
    code: 'NATC2086',
    message: `${option.name} must be at most ${longestName} letters, digits, "-", "_", "." and "@", got ${quote(name)}`,
  });
  return '';
}
