/** The program of the report: it searches, follows links and opens. Without it the page is whole, and folded. */
export const script = `
'use strict';
const byId = (id) => document.getElementById(id);
const all = (selector, root) => [...(root || document).querySelectorAll(selector)];
const services = all('details.service').map((element) => ({ element, words: undefined }));
const isOld = (element) => element.parentElement.id === 'unchanged';
byId('tools').hidden = services.length === 0;
byId('tools').addEventListener('submit', (event) => event.preventDefault());

const filter = () => {
  const wanted = byId('search').value.toLowerCase().split(/\\s+/).filter(Boolean);
  const riskyOnly = byId('risky').checked;
  let shown = 0;
  let old = 0;
  for (const service of services) {
    const { element } = service;
    if (wanted.length > 0) service.words ??= element.textContent.toLowerCase();
    const visible = (!riskyOnly || element.dataset.risk !== undefined) &&
      wanted.every((word) => service.words.includes(word));
    element.hidden = !visible;
    if (visible) shown += 1;
    if (visible && isOld(element)) old += 1;
  }
  for (const part of all('.namespace, .group')) part.hidden = !all('details.service', part).some((each) => !each.hidden);
  const unchanged = byId('unchanged');
  if (unchanged !== null) {
    unchanged.hidden = old === 0;
    if (wanted.length > 0 && old > 0) unchanged.open = true;
  }
  const isAll = wanted.length === 0 && !riskyOnly;
  byId('shown').textContent = isAll ? '' : shown + ' of ' + services.length + ' shown';
};
let waiting;
byId('search').addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(filter, 80); });
byId('risky').addEventListener('input', filter);

const setOpen = (open) => {
  for (const { element } of services) if (!element.hidden && !isOld(element)) element.open = open;
};
byId('open').addEventListener('click', () => setOpen(true));
byId('close').addEventListener('click', () => setOpen(false));

const follow = () => {
  let id = location.hash.slice(1);
  try { id = decodeURIComponent(id); } catch { return; }
  const target = id === '' ? null : byId(id);
  if (target === null) return;
  for (let each = target; each !== null; each = each.parentElement) {
    each.hidden = false;
    if (each.localName === 'details') each.open = true;
  }
  target.scrollIntoView();
  if (target.localName === 'details') target.firstElementChild.focus({ preventScroll: true });
};
addEventListener('hashchange', follow);
// The browser goes there first, and takes the focus away.
addEventListener('load', () => setTimeout(follow));

document.addEventListener('keydown', (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const here = event.target.closest && event.target.closest('details.service > summary');
  if (step === undefined || !here || event.target !== here) return;
  const seen = services.filter(({ element }) => element.checkVisibility()).map(({ element }) => element.firstElementChild);
  const next = seen[seen.indexOf(here) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
});

let closed = [];
addEventListener('beforeprint', () => {
  closed = all('#changes details:not([open])');
  for (const each of closed) each.open = true;
});
addEventListener('afterprint', () => { for (const each of closed) each.open = false; });
`;
