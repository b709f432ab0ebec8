import type { Invented } from '../../allocate/invented.ts';
import type { Backend, TextSide } from '../../backends/backend.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { type Palette, plainPalette } from '../../diagnostics/palette.ts';
import type { TrafficDiff } from '../../diff/change.ts';
import type { PlannedSide } from '../../diff/planned-side.ts';
import type { Acceptance } from '../../diff/risks/accept.ts';
import type { FoundRisk } from '../../diff/risks/collect.ts';
import { workflowCommands } from '../messages/safe-terminal.ts';
import type { Terminal } from '../terminal.ts';
import type { DiffFlags } from './options.ts';
import type { LoadedSide } from './side.ts';

/** How a view is to be printed. */
export interface ViewOptions {
  readonly backend: Backend;
  readonly output: DiffFlags['output'];
  readonly palette: Palette;
  /** Whether nothing is folded. */
  readonly details: boolean;
  /** Whether what changes for a Service is told; undefined: for all. */
  readonly isShown: ((service: string) => boolean) | undefined;
  /** What somebody has looked at. */
  readonly acceptance: Acceptance | undefined;
  readonly environment: Terminal['environment'];
}

export interface FormattedView {
  readonly text: string;
  readonly isSame: boolean;
  /** What could not be compared. */
  readonly diagnostics?: readonly Diagnostic[];
  /** Of everything, shown or not; none in views that know of none. */
  readonly risks: readonly FoundRisk[];
}

/** What changes for packets. */
export async function formatTrafficView(
  before: LoadedSide,
  after: LoadedSide,
  options: ViewOptions,
): Promise<FormattedView> {
  const { traffic, diagnostics } = await compareTraffic(before, after, options);
  const { notCompared } = await import('../../diff/not-compared.ts');
  const { isSameDiff, onlyShown } = await import('../../diff/not-shown.ts');
  const whole = {
    ...traffic,
    notCompared: notCompared(before.uncompiled, after.uncompiled),
    remarks: await remarksOf(before, after),
    ...(options.acceptance && { acceptance: options.acceptance }),
  };
  const { collectRisks } = await import('../../diff/risks/collect.ts');
  const { isShown } = options;
  const diff = isShown === undefined ? whole : onlyShown(whole, isShown);
  return {
    text: await formatTraffic(await marked(diff, [before, after], options), before, after, options),
    isSame: isSameDiff(diff) && diagnostics.length === 0,
    diagnostics,
    risks: collectRisks(whole),
  };
}

async function compareTraffic(
  before: LoadedSide,
  after: LoadedSide,
  { backend, output }: ViewOptions,
): Promise<{ readonly traffic: TrafficDiff; readonly diagnostics: readonly Diagnostic[] }> {
  const nodeAddresses = new Set([...before.nodeAddresses, ...after.nodeAddresses]);
  const drawn = output === 'html' ? { drawn: 'all' as const } : {};
  if (before.listing !== undefined || after.listing !== undefined) {
    const { compareListed } = await import('../kube-proxy/compare-listed.ts');
    const { withContests } = await import('../../diff/claims.ts');
    const answersOf = await backend.answers();
    const compared = compareListed(before, after, answersOf, nodeAddresses, drawn);
    return {
      ...compared,
      traffic: withContests(compared.traffic, before.plan, after.plan, undefined),
    };
  }
  const { surroundingsOf } = await import('../../diff/surroundings.ts');
  const surroundings = {
    ...surroundingsOf(before.known, after.known)(after.nodeName),
    ...drawn,
  };
  const { withContests } = await import('../../diff/claims.ts');
  const compare = await backend.compareTraffic();
  const traffic = compare(planned(before), planned(after), nodeAddresses, surroundings);
  const { blame } = surroundings;
  return {
    traffic: withContests(traffic, before.plan, after.plan, blame),
    diagnostics: [],
  };
}

/** Documents have the values as they are, and say which are invented. */
async function marked(
  diff: TrafficDiff,
  sides: readonly LoadedSide[],
  { output }: ViewOptions,
): Promise<TrafficDiff> {
  if (output === 'json') return diff;
  const { markedDiff } = await import('../../diff/mark.ts');
  return markedDiff(diff, await inventedOn(sides));
}

async function inventedOn(sides: readonly LoadedSide[]): Promise<Invented> {
  const { joinInvented } = await import('../../allocate/invented.ts');
  return joinInvented(
    sides.flatMap(({ completed, invented }) => completed?.invented ?? invented ?? []),
  );
}

async function remarksOf(
  { completed: old }: LoadedSide,
  { completed: next }: LoadedSide,
): Promise<TrafficDiff['remarks']> {
  if (old === undefined || next === undefined) return [];
  const { selectionRemarks } = await import('../../workloads/remarks.ts');
  return selectionRemarks(old.selections, next.selections);
}

async function formatTraffic(
  diff: TrafficDiff,
  before: LoadedSide,
  after: LoadedSide,
  { output, palette, details, backend, environment }: ViewOptions,
): Promise<string> {
  const { locate } = await import('../../read/locate.ts');
  switch (output) {
    case 'text':
      return (await import('../../diff/format-text.ts')).formatTrafficText(diff, {
        palette,
        locate,
        details,
      });
    case 'json':
      return (await import('../../diff/format-json.ts')).formatTrafficJson(
        diff,
        locate,
        await inventedOn([before, after]),
      );
    case 'markdown':
      return (await import('../../diff/format-markdown.ts')).formatTrafficMarkdown(
        diff,
        locate,
        details,
      );
    case 'github':
      return workflowCommands(
        (await import('../../diff/format-github.ts')).formatTrafficGithub(diff, locate, details),
      );
    case 'html': {
      const { formatTrafficHtml } = await import('../../diff/format-html.ts');
      const { reportFacts } = await import('./report-facts.ts');
      const { nodeName: node, options } = after.options === undefined ? before : after;
      const known = new Set([...before.nodeAddresses, ...after.nodeAddresses]);
      const addresses = { of: 'one', addresses: [...known] } as const;
      const facts = reportFacts(
        { node, addresses, options },
        { backend: backend.name },
        environment,
      );
      return formatTrafficHtml(diff, { before: before.name, after: after.name, facts, locate });
    }
  }
}

/** What changes in the text that natc compile prints. */
export async function formatTextView(
  before: LoadedSide,
  after: LoadedSide,
  { backend, output, palette }: ViewOptions,
): Promise<FormattedView> {
  const { unifiedDiff } = await import('../../diff/unified.ts');
  const [old, next] = await backend.texts(textSide(before), textSide(after));
  const text = unifiedDiff(old, next, {
    names: { before: before.name, after: after.name },
    palette: output === 'json' ? plainPalette : palette,
    context: 3,
  });
  return {
    text: output === 'json' ? viewJson('text', { diff: text }) : text,
    isSame: text === '',
    risks: [],
  };
}

const planned = ({ plan, ruleset }: LoadedSide): PlannedSide => ({ plan, ruleset });

const textSide = ({ ruleset, plan, kind }: LoadedSide): TextSide => ({
  ruleset,
  plan,
  isLive: kind === 'live',
});

/** The transaction that natc apply would send to a kernel that holds the old side. */
export async function formatKernelView(
  before: LoadedSide,
  after: LoadedSide,
  { output }: ViewOptions,
): Promise<FormattedView> {
  const { canonicalRuleset } = await import('../../nftables/canonical/canonical.ts');
  const { deltaBetween } = await import('../../nftables/delta.ts');
  const { renderScript } = await import('../../nftables/script.ts');
  const { operations, cleanup } = deltaBetween(
    canonicalRuleset(before.ruleset),
    canonicalRuleset(after.ruleset),
  );
  const all = [...operations, ...cleanup];
  const script = renderScript(all);
  return {
    text: output === 'json' ? viewJson('kernel', { script, operations: all }) : script,
    isSame: all.length === 0,
    risks: [],
  };
}

const viewJson = (view: string, content: { readonly [field: string]: unknown }): string => {
  const same = content['diff'] === '' || content['script'] === '';
  return `${JSON.stringify({ schema: 'natc.diff/v1', view, same, ...content }, undefined, 2)}\n`;
};
