/** What was measured, by name, and the table that shows it. */
import { medians } from './processes.mjs';

/** name -> samples `{ wall, cpu, peak }`. */
const samples = new Map();

export function add(name, sample) {
  const known = samples.get(name) ?? [];
  known.push(sample);
  samples.set(name, known);
}

/** A measurement that gives several stages adds to each. */
export function addStages(prefix, stages) {
  for (const [stage, sample] of Object.entries(stages)) add(`${prefix} ${stage}`, sample);
}

/** The medians of what has that name; undefined where nothing has. */
export function measured(name) {
  const found = samples.get(name);
  return found && medians(found);
}

const seconds = (value) => value.toFixed(value < 0.1 ? 4 : value < 10 ? 2 : 1);

export function heading() {
  console.log(
    '| what | wall s | processor s | peak MiB | rounds | beside | wall x | processor x | peak x |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|');
}

/** Prints one line, as multiples of what is named second. */
export function row(name, floorName) {
  const mine = measured(name);
  if (mine === undefined) return;
  const theirs = floorName === undefined ? undefined : measured(floorName);
  const ratio = (key) => (theirs ? (mine[key] / theirs[key]).toFixed(2) : '');
  const cells = [
    name,
    seconds(mine.wall),
    seconds(mine.cpu),
    mine.peak.toFixed(0),
    samples.get(name).length,
    theirs ? floorName : '',
    ratio('wall'),
    ratio('cpu'),
    ratio('peak'),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

/** How much more something takes at one size than at another. */
export function growthRow(name, from, to) {
  const [small, large] = [measured(`${from} ${name}`), measured(`${to} ${name}`)];
  if (small === undefined || large === undefined) return;
  const times = (key) => (large[key] / small[key]).toFixed(2);
  console.log(`| ${name} | ${times('wall')} | ${times('cpu')} | ${times('peak')} |`);
}
