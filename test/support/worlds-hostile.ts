/** Worlds in which somebody has put text where it can hurt: into names, labels, ports, everywhere. */
import fc from 'fast-check';
import type { World } from '../oracle/world.ts';
import { worlds } from './worlds.ts';

/** Text that means something to nft, to a shell, to YAML, to JavaScript or to a terminal. */
const payloads: readonly string[] = [
  '"',
  "'",
  '\\',
  '\\"; drop',
  '" : drop, 0.0.0.0/0 . tcp . 22 comment "',
  ';',
  '}',
  '} chain evil { type filter hook input priority 0; policy drop; }',
  '\n}\nflush ruleset\n',
  '\r\n\t\t\taccept',
  '\u2028flush ruleset\u2029',
  '\u0085flush ruleset',
  '\u0000',
  '\u001b[2J',
  '\ud800',
  'näme',
  '日本語',
  '👩‍💻',
  '\u202egnirts',
  '# comment',
  'include "/etc/passwd"',
  '$(reboot)',
  '`reboot`',
  '@services',
  '*',
  '-',
  '--',
  '..',
  '/',
  ' ',
  '\t',
  '',
  '0.0.0.0/0',
  '127.0.0.1',
  '::ffff:10.0.0.1',
  'fe80::1%eth0',
  'accept',
  'null',
  'true',
  '1e3',
  '__proto__',
  'constructor',
  'toString',
  'a'.repeat(63),
  'a'.repeat(300),
  'x/'.repeat(150),
  '"'.repeat(300),
  '日'.repeat(300),
];

const hostileTexts: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...payloads) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);

/** One value of the world becomes another wherever it stands, so that references to it still hold. */
const infections = fc.record({
  value: fc.nat({ max: 9999 }),
  text: hostileTexts,
  manner: fc.constantFrom('replace', 'replace', 'append', 'prepend'),
});

/** Valid worlds, infected in one to three values and with a label and an annotation on everything. */
export const hostileWorlds: fc.Arbitrary<World> = fc
  .record({
    world: worlds,
    infections: fc.array(infections, { minLength: 1, maxLength: 3 }),
    label: hostileTexts,
    // Strict refuses such keys, and would never come to the rest.
    isKey: fc.boolean(),
  })
  .map(({ world, infections: drawn, label, isKey }) =>
    drawn.reduce(infect, labelled(world, label, isKey)),
  );

function labelled(world: World, text: string, isKey: boolean): World {
  const objects = world.objects.map((object) => {
    const { labels, annotations } = object.metadata;
    const metadata = {
      ...object.metadata,
      labels: isKey ? { ...labels, [text]: text } : labels,
      annotations: { ...annotations, [isKey ? text : 'note']: text },
    };
    return { ...object, metadata } as World['objects'][number];
  });
  return { ...world, objects };
}

function infect(
  world: World,
  { value, text, manner }: typeof infections extends fc.Arbitrary<infer T> ? T : never,
): World {
  const found = [...valuesOf([world.objects, world.node])].sort();
  const victim = found[value % found.length];
  if (victim === undefined) return world;
  const infected = { replace: text, append: `${victim}${text}`, prepend: `${text}${victim}` }[
    manner
  ];
  // The loader's own fields decide whether an object is read at all.
  const objects = world.objects.map((object) => ({
    ...(replaced(object, victim, infected) as object),
    apiVersion: object.apiVersion,
    kind: object.kind,
  })) as unknown as World['objects'];
  const { localIPs, detectLocalMode, families } = world.node;
  const node = {
    ...(replaced(world.node, victim, infected) as World['node']),
    // facts about the machine, and values that the types of the options rule out
    ...{ localIPs, detectLocalMode, families },
  } as World['node'];
  return { objects, node };
}

/** Every distinct string and number, as text. */
function valuesOf(value: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (typeof value === 'string' || typeof value === 'number') found.add(String(value));
  else if (Array.isArray(value)) for (const item of value) valuesOf(item, found);
  else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) valuesOf(item, found);
  }
  return found;
}

function replaced(value: unknown, victim: string, by: string): unknown {
  if (typeof value === 'string' || typeof value === 'number') {
    return String(value) === victim ? by : value;
  }
  if (Array.isArray(value)) return value.map((item) => replaced(item, victim, by));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, replaced(item, victim, by)]),
  );
}
