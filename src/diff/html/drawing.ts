import type { Answer, Share } from '../answer.ts';
import { formatFraction } from '../fraction.ts';
import type { AlikeDestinations, Sender, ServiceWays, State, Way } from '../ways.ts';
import { type Content, element, type Markup } from './markup.ts';

/**
 * Where the traffic of a Service goes: for each of its addresses who is sent to which endpoints. What happens on
 * the way stands on the lines: SNAT and affinity on that of the clients, the probability on that of the endpoint.
 */
export const drawing = ({ service, routes }: ServiceWays): Markup =>
  element(
    'div',
    { class: 'drawing', role: 'group', 'aria-label': `Where traffic of ${service} goes` },
    routes.map(drawRoute),
  );

const drawRoute = ({ destinations, ways }: AlikeDestinations): Markup =>
  element(
    'section',
    { class: 'route' },
    element(
      'ul',
      { class: 'addresses' },
      destinations.map(({ label, state }) =>
        element('li', { class: `box ${state}` }, stateWord(state), label),
      ),
    ),
    ways.length === 0
      ? element('p', { class: 'note' }, 'Nobody is answered here.')
      : ways.map(drawWay),
  );

const stateWord = (state: State): Content =>
  state === 'same' ? undefined : element('strong', {}, state === 'new' ? 'new ' : 'gone ');

const drawWay = (way: Way): Markup =>
  element(
    'div',
    { class: 'way' },
    element('ul', { class: 'senders' }, way.senders.map(drawSender)),
    drawEnds(way),
  );

function drawSender({ clients, before, after }: Sender): Markup {
  const words = [snatWords(before, after), affinityWords(before, after)].filter(
    (word) => word !== '',
  );
  return element(
    'li',
    {},
    element('span', { class: 'box' }, clients),
    onLine(words.join(', '), before.snat === after.snat ? 'same' : 'changed'),
  );
}

/** The label of a line, which a reader of the text alone takes for an arrow. */
const onLine = (words: string, state: string): Markup =>
  element(
    'span',
    { class: `line ${state}` },
    words === '' ? undefined : element('span', {}, words),
    element('span', { class: 'arrow' }, ' \u2192 '),
  );

type Sent = Sender['before'];

function snatWords({ snat: was }: Sent, { snat: is }: Sent): string {
  const word = (snat: Answer['snat']): string =>
    ({ always: 'SNAT', never: 'no SNAT', sometimes: 'SNAT at times' })[snat];
  if (was !== is) return `${word(was)} \u2192 ${word(is)}`;
  return is === 'never' ? '' : word(is);
}

function affinityWords({ affinityTimeout: was }: Sent, { affinityTimeout: is }: Sent): string {
  if (was === is) return is === undefined ? '' : `affinity ${is} s`;
  if (was === undefined) return `affinity begins: ${is} s`;
  return is === undefined ? 'affinity ends' : `affinity ${was} s \u2192 ${is} s`;
}

/** As many are shown at once. */
const shownEndpoints = 12;

function drawEnds({ before, after }: Way): Markup {
  const ends = endsOf(before.endpoints, after.endpoints);
  const fates = fatesOf(before.kind, after.kind).map(({ text, state }) =>
    element('li', { class: state }, onLine('', state), element('span', { class: 'box' }, text)),
  );
  const items = ends.map(drawEnd);
  const [shown, more] =
    items.length > shownEndpoints + 1
      ? [items.slice(0, shownEndpoints), items.slice(shownEndpoints)]
      : [items, []];
  return element(
    'div',
    { class: 'ends' },
    element('ul', {}, shown, fates),
    more.length === 0
      ? undefined
      : element(
          'details',
          {},
          element('summary', {}, `${more.length} endpoints more`),
          element('ul', {}, more),
        ),
  );
}

interface End {
  readonly endpoint: string;
  readonly state: State;
  readonly label: string;
}

/** Those that come and go first. */
function endsOf(was: readonly Share[], is: readonly Share[]): readonly End[] {
  const before = new Map(was.map(({ endpoint, probability }) => [endpoint, probability]));
  const after = new Map(is.map(({ endpoint, probability }) => [endpoint, probability]));
  const all = [...new Set([...after.keys(), ...before.keys()])].map((endpoint): End => {
    const [old, now] = [before.get(endpoint), after.get(endpoint)];
    if (now === undefined) return { endpoint, state: 'gone', label: formatFraction(old ?? 0) };
    if (old === undefined) return { endpoint, state: 'new', label: formatFraction(now) };
    const [a, b] = [formatFraction(old), formatFraction(now)];
    return { endpoint, state: 'same', label: a === b ? b : `${a} \u2192 ${b}` };
  });
  const order = { new: 0, gone: 1, same: 2 } as const;
  return all.sort((a, b) => order[a.state] - order[b.state]);
}

const drawEnd = ({ endpoint, state, label }: End): Markup =>
  element(
    'li',
    { class: state },
    onLine(state === 'gone' ? `was ${label}` : label, state),
    element('span', { class: `box ${state}` }, stateWord(state), endpoint),
  );

const fateWords = {
  refused: 'refused',
  dropped: 'dropped',
  passed: 'left as they are',
} as const;

/** What becomes of clients that are sent to nobody, where that is the case. */
function fatesOf(
  was: Answer['kind'],
  is: Answer['kind'],
): readonly { readonly text: string; readonly state: string }[] {
  if (is === 'served') return [];
  const text = fateWords[is];
  if (was === is) return [{ text, state: 'same' }];
  return [{ text: `now ${text}`, state: 'gone' }];
}
