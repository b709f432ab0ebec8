/**
 * The program of the report. It reads the data that stands in the page and writes text nodes only, so
 * nothing of the input is ever taken for markup.
 */
export const script = `
'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const byId = (id) => document.getElementById(id);
const make = (name, attributes, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
  element.append(...children);
  return element;
};
const draw = (name, attributes, ...children) => {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

let items = [];
const itemOf = (service, number) => {
  const risks = service.changes.reduce((sum, change) => sum + change.risks.length, 0);
  const state = service.state !== 'same' ? service.state : service.changes.length > 0 ? 'changed' : 'same';
  const badge = make('span', { class: risks > 0 ? 'badge risk' : 'badge' },
    risks > 0 ? risks + (risks === 1 ? ' risk' : ' risks') : service.changes.length > 0 ? String(service.changes.length) : '');
  const button = make('button', { type: 'button', class: state }, make('span', {}, service.name), badge);
  button.addEventListener('click', () => show(number));
  const words = [service.name, ...service.addresses.map((node) => node.label),
    ...service.endpoints.map((node) => node.label), ...service.clients.map((node) => node.label),
    ...service.changes.map((change) => change.subject + ' ' + change.sentence)].join('\\n').toLowerCase();
  return { service, item: make('li', {}, button), button, words, risks };
};

const filter = () => {
  const wanted = byId('search').value.toLowerCase().split(/\\s+/).filter(Boolean);
  const unchanged = byId('unchanged').checked;
  const riskyOnly = byId('risky').checked;
  let shown = 0;
  for (const { service, item, words, risks } of items) {
    const visible = (unchanged || service.changes.length > 0) && (!riskyOnly || risks > 0) &&
      wanted.every((word) => words.includes(word));
    item.hidden = !visible;
    if (visible) shown += 1;
  }
  byId('shown').textContent = shown + ' of ' + items.length + ' shown';
};
for (const id of ['search', 'unchanged', 'risky']) byId(id).addEventListener('input', filter);

const signs = { '+': 'plus', '-': 'minus', '~': 'tilde' };
const changeItem = (change) => make('li', { class: signs[change.sign] },
  make('code', {}, change.subject), ' ', change.sentence,
  ...change.risks.map((risk) => make('div', { class: 'risk' }, 'Risk: ' + risk)),
  make('div', { class: 'place' }, [change.place, change.witness].filter(Boolean).join(' \\u00b7 ')));

const row = 30;
const column = (title, x, width, nodes, height) => {
  const offset = 30 + (height - 30 - nodes.length * row) / 2;
  const places = nodes.map((_, i) => offset + i * row + row / 2);
  const group = draw('g', {}, draw('text', { class: 'title', x, y: 16 }, title));
  nodes.forEach((node, i) => {
    group.append(draw('g', { class: node.state },
      draw('title', {}, node.label + (node.state === 'same' ? '' : ' (' + node.state + ')')),
      draw('rect', { x, y: places[i] - 11, width, height: 22 }),
      draw('text', { x: x + 8, y: places[i] + 4 }, node.label)));
  });
  return { group, places, left: x, right: x + width };
};
const widthOf = (nodes) => Math.max(90, ...nodes.map((node) => node.label.length * 7.3 + 18));
const links = (from, to, list) => list.map(([a, b, state]) => {
  const [x1, y1, x2, y2] = [from.right, from.places[a], to.left, to.places[b]];
  const bend = (x2 - x1) / 2;
  return draw('path', { class: state, d: 'M' + x1 + ' ' + y1 + ' C' + (x1 + bend) + ' ' + y1 + ' ' + (x2 - bend) + ' ' + y2 + ' ' + x2 + ' ' + y2 });
});
const trafficMap = (service) => {
  const own = [{ label: service.name, state: service.state }];
  const lists = [service.clients, service.addresses, own, service.endpoints];
  const height = 40 + row * Math.max(1, ...lists.map((list) => list.length));
  const widths = lists.map(widthOf);
  const columns = [];
  let x = 4;
  ['Clients', 'Addresses', 'Service', 'Endpoints'].forEach((title, i) => {
    columns.push(column(title, x, widths[i], lists[i], height));
    x += widths[i] + 70;
  });
  const state = (nodes, i) => nodes[i].state;
  const toService = service.addresses.map((node, i) => [i, 0, node.state]);
  const fromService = service.endpoints.map((node, i) => [0, i, state(service.endpoints, i)]);
  return draw('svg', { width: x - 60, height, role: 'img', 'aria-label': 'Traffic of ' + service.name },
    ...links(columns[0], columns[1], service.reaches),
    ...links(columns[1], columns[2], toService),
    ...links(columns[2], columns[3], fromService),
    ...columns.map(({ group }) => group));
};

function show(number) {
  const { service, button } = items[number];
  for (const each of items) each.button.removeAttribute('aria-current');
  button.setAttribute('aria-current', 'true');
  byId('detail').replaceChildren(
    make('h2', {}, service.name + (service.state === 'new' ? ' (new)' : service.state === 'gone' ? ' (removed)' : '')),
    make('ul', { id: 'changes' }, ...(service.changes.length > 0 ? service.changes.map(changeItem) : [make('p', {}, 'No packet to this Service is treated differently.')])),
    ...(service.addresses.length > 0 ? [trafficMap(service)] : []));
}
const open = (group) => {
  items = group.services.map(itemOf);
  byId('services').replaceChildren(...items.map(({ item }) => item));
  byId('counts').textContent = group.counts;
  byId('detail').replaceChildren(make('p', {}, 'Choose a Service.'));
  filter();
  const first = items.findIndex(({ risks }) => risks > 0);
  const start = first !== -1 ? first : items.findIndex(({ service }) => service.changes.length > 0);
  if (start !== -1) show(start);
};
const chooser = byId('group');
if (chooser !== null) {
  chooser.append(...data.groups.map(({ title }, number) => make('option', { value: String(number) }, title)));
  const choose = () => {
    const group = data.groups[Number(chooser.value)];
    byId('nodes').textContent = group.nodes;
    open(group);
  };
  chooser.addEventListener('input', choose);
  choose();
} else if (data.groups.length > 0) open(data.groups[0]);
`;
