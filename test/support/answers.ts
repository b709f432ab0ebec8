import { loadBackend } from '../../src/backends/table.ts';
import { backendNames } from '../../src/options.ts';

const loaded = await Promise.all(
  backendNames.map(async (name) => {
    const backend = await loadBackend(name);
    return [
      name,
      { answersOf: await backend.answers(), compareTraffic: await backend.compareTraffic() },
    ] as const;
  }),
);

/** The pure verbs of the backends, for tests that cannot wait for them. */
export const pureVerbs = Object.fromEntries(loaded) as Readonly<
  Record<(typeof loaded)[number][0], (typeof loaded)[number][1]>
>;
