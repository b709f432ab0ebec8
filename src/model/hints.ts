import { quote } from '../diagnostics/quote.ts';
import type { SliceEndpoint } from './cluster.ts';
import { at, type Fields, rawList } from './fields.ts';
import { hintFields, hintNameFields } from './known-fields.ts';
import { labelValueRule, type NameRule, readName, subdomainRule } from './names.ts';
import { checkFields } from './shapes.ts';
import { mapField, mappingList, stringField } from './typed-fields.ts';

type Hints = Pick<SliceEndpoint, 'forZones' | 'forNodes'>;

/** Of each kind. */
const limit = 8;

export const noHints: Hints = { forZones: [], forNodes: [] };

/** V21: the zones and nodes that an endpoint is hinted for. The empty zone is allowed, and matches none. */
export function readHints(entry: Fields): Hints {
  const hints = mapField(entry, 'hints');
  if (hints === undefined) return noHints;
  checkFields(hints, hintFields);
  return {
    forZones: readHintNames(hints, 'forZones', labelValueRule),
    forNodes: readHintNames(hints, 'forNodes', subdomainRule),
  };
}

function readHintNames(hints: Fields, key: string, rule: NameRule): readonly string[] {
  const first = new Map<string, number>();
  const isShort = rawList(hints, key).length <= limit;
  return mappingList(
    hints,
    key,
    (hint, index) => {
      checkFields(hint, hintNameFields);
      const text = stringField(hint, 'name') ?? '';
      const earlier = first.get(text);
      if (earlier === undefined) first.set(text, index);
      else if (isShort) refuseTwice(hints, key, text, index, earlier);
      return readName(hint, ['name'], text, rule);
    },
    limit,
  );
}

function refuseTwice(
  hints: Fields,
  key: string,
  name: string,
  index: number,
  earlier: number,
): void {
  hints.report.refuse(at(hints, key, index, 'name'), {
    code: 'NATC2119',
    message: `${key} names ${quote(name)} twice`,
    hint: 'remove one of the two',
    also: [{ ...at(hints, key, earlier, 'name'), note: 'first named here' }],
  });
}
