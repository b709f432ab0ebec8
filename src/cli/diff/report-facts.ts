import type { ReportFact } from '../../diff/html/report.ts';
import type { CompileOptions } from '../../options.ts';
import { optionWords } from '../compile/ruleset-head.ts';
import { shellWords } from '../usage/shell-words.ts';
import { version } from '../version.ts';
import type { DiffFlags } from './options.ts';

type NodeAddresses =
  | { readonly of: 'one'; readonly addresses: readonly string[] }
  | { readonly of: 'several'; readonly byNode: ReadonlyMap<string, readonly string[]> };

/** What the head of a report needs to know. */
interface Reported {
  /** `node-a`, `3 nodes`; undefined where nobody named it. */
  readonly node: string | undefined;
  /** Those that are known, of one node; or of each of several by its name. */
  readonly addresses: NodeAddresses;
  /** What manifests were compiled with; undefined where no side is manifests. */
  readonly options: CompileOptions | undefined;
}

/** What stands in the head of a report: of which node, with which options, by which natc, and when. */
export function reportFacts(
  { node, addresses, options }: Reported,
  { backend }: Pick<DiffFlags, 'backend'>,
  environment: Readonly<Record<string, string | undefined>>,
): readonly ReportFact[] {
  const words = options === undefined ? [] : optionWords({ ...options, nodeName: undefined });
  return [
    { name: 'Node', value: node ?? 'without a name' },
    { name: 'Addresses', value: addressesText(addresses) },
    { name: 'Options', value: words.length === 0 ? 'none' : shellWords(words) },
    { name: 'Backend', value: backend },
    { name: 'natc', value: version() },
    { name: 'Time', value: reportTime(environment, Date.now()) },
  ];
}

const shownNodes = 8;

/** `192.168.0.11, 2001:db8::11`, `node-a 192.168.0.11; node-b none known` */
function addressesText(addresses: NodeAddresses): string {
  const list = (texts: readonly string[]): string =>
    texts.length === 0 ? 'none known' : texts.join(', ');
  if (addresses.of === 'one') return list(addresses.addresses);
  const each = [...addresses.byNode].map(([node, texts]) => `${node} ${list(texts)}`);
  const more = each.length - shownNodes;
  return `${each.slice(0, shownNodes).join('; ')}${more > 0 ? `; and of ${more} more` : ''}`;
}

/**
 * When a report was made, as `2026-01-31T12:00:00Z`: now, or what SOURCE_DATE_EPOCH says in seconds since 1970, so
 * that the same input gives the same bytes.
 *
 * @param now milliseconds since 1970
 */
export function reportTime(
  environment: Readonly<Record<string, string | undefined>>,
  now: number,
): string {
  const epoch = environment['SOURCE_DATE_EPOCH'] ?? '';
  const time = /^\d{1,12}$/.test(epoch) ? Number(epoch) * 1000 : now;
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}
