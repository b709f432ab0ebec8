export const colorModes = ['auto', 'always', 'never'] as const;

export type ColorMode = (typeof colorModes)[number];

/**
 * Whether to colour one stream: `--color` decides, then NO_COLOR (no-color.org: any value but the
 * empty one), then FORCE_COLOR, and otherwise whether the stream is a terminal that can do it.
 */
export function wantsColor(
  mode: ColorMode,
  isTerminal: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  if (mode !== 'auto') return mode === 'always';
  if (environment['NO_COLOR']) return false;
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return isTerminal && environment['TERM'] !== 'dumb';
}
