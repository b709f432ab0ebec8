import { formatPath, objectName } from '../diagnostics/object-name.ts';
import type { Origin, Plan } from './plan.ts';

/** A plan as JSON: what is decided, before anything is known of nftables. Origins are given as text. */
export const renderPlanJson = (plan: Plan): string =>
  renderDocument({ schema: 'natc.plan/v1', ...plan });

/**
 * A document in which origins are text.
 *
 * @param simplify what else is given otherwise than it is, by the name of its field
 */
export const renderDocument = (
  document: object,
  simplify: (key: string, value: unknown) => unknown = (_, value) => value,
): string =>
  `${JSON.stringify(
    document,
    (key, value: unknown) =>
      key === 'origin' && value !== undefined && value !== null
        ? originText(value as Origin)
        : simplify(key, value),
    2,
  )}\n`;

const originText = ({ object, path }: Origin) => ({
  file: object.source.name,
  object: objectName(object),
  path: formatPath(path),
});
