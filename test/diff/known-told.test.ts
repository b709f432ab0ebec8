/** Where natc and a kube-proxy are meant to differ, every format says so, of changes and of risks. */
import { expect, test } from 'vitest';
import { plainPalette } from '../../src/diagnostics/palette.ts';
import type { TrafficDiff } from '../../src/diff/change.ts';
import { formatTrafficGithub } from '../../src/diff/format-github.ts';
import { formatTrafficHtml } from '../../src/diff/format-html.ts';
import { formatTrafficJson } from '../../src/diff/format-json.ts';
import { formatTrafficMarkdown } from '../../src/diff/format-markdown.ts';
import { formatTrafficText } from '../../src/diff/format-text.ts';
import { locate } from '../../src/read/locate.ts';
import { diffObjects, service, slice } from '../support/diff-sides.ts';

const web = (...endpoints: string[]) => [service('web', '10.96.0.10'), slice('web', endpoints)];

/** As a comparison with a listing makes it. */
const meant = (diff: TrafficDiff): TrafficDiff => ({
  ...diff,
  changes: diff.changes.map((change) => ({ ...change, known: { id: 'K1', text: 'on purpose' } })),
});

const formatsOf = (diff: TrafficDiff) => ({
  text: formatTrafficText(diff, { palette: plainPalette, locate }),
  json: formatTrafficJson(diff, locate),
  markdown: formatTrafficMarkdown(diff, locate),
  github: formatTrafficGithub(diff, locate),
  html: formatTrafficHtml(diff, { before: 'old', after: 'new', facts: [], locate }),
});

test.each([
  ['a change', diffObjects(web('10.244.1.1'), web('10.244.1.1', '10.244.1.2')), 0],
  ['a risk', diffObjects(web('10.244.1.1'), web()), 1],
])('%s', (_, diff, risks) => {
  expect(diff.changes.filter((change) => change.risks.length > 0)).toHaveLength(risks);
  for (const [format, said] of Object.entries(formatsOf(meant(diff))))
    expect(said, format).toMatch(/K1[\s\S]*on purpose/);
  for (const [format, said] of Object.entries(formatsOf(diff)))
    expect(said, format).not.toContain('on purpose');
});
