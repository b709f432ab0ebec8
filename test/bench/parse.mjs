/** Only parses a file, by somebody else's parser: `node parse.mjs json|yaml|js-yaml FILE`. */
import { readFileSync } from 'node:fs';

const parsers = {
  json: async () => JSON.parse,
  yaml: async () => (await import('yaml')).parse,
  'js-yaml': async () => (await import('js-yaml')).load,
};
const [, , parser, file] = process.argv;
const parse = await parsers[parser]();
const [wall, cpu] = [performance.now(), process.cpuUsage()];
const { items } = parse(readFileSync(file, 'utf8'));
const { user, system } = process.cpuUsage(cpu);
if (items.length === 0) throw new Error('nothing parsed');
console.log(
  JSON.stringify({
    parse: {
      wall: (performance.now() - wall) / 1e3,
      cpu: (user + system) / 1e6,
      peak: process.resourceUsage().maxRSS / 1024,
    },
  }),
);
