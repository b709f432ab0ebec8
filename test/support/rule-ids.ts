import { readFileSync } from 'node:fs';

/** The ids of docs/rules.md, in its order. */
export function ruleIds(): ReadonlySet<string> {
  const page = readFileSync(new URL('../../docs/rules.md', import.meta.url), 'utf8');
  return new Set([...page.matchAll(/^\| ([A-Z]+\d+) \|/gm)].map(([, id = '']) => id));
}
