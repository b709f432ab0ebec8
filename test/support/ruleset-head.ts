/** A ruleset that the command line wrote, without the comments that say what made it. */
export const withoutHead = (text: string): string =>
  text.replace(/^# Compiled by natc .*\n# natc compile.*\n/, '');
