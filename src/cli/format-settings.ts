import { type CompileOptions, optionFlags } from '../options.ts';
import type { EffectiveOptions } from './effective-options.ts';
import { formatTable } from './table.ts';

/** A line for each setting: its flag, its value (`-` for none), and where it comes from. */
export function formatSettings({ options, origins }: EffectiveOptions, config = ''): string {
  const rows = Object.entries(optionFlags).map(([name, flag]) => {
    const origin = origins[name as keyof CompileOptions];
    return [
      flag,
      formatValue(options[name as keyof CompileOptions]),
      origin === 'config' ? config : origin,
    ];
  });
  return formatTable([['SETTING', 'VALUE', 'FROM'], ...rows]);
}

function formatValue(value: CompileOptions[keyof CompileOptions]): string {
  if (value === undefined || value === '') return '-';
  if (typeof value !== 'object') return String(value);
  if ('first' in value) return `${value.first}-${value.last}`;
  return value.length === 0 ? '-' : value.join(',');
}
