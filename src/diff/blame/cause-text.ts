import { formatPath, objectName } from '../../diagnostics/object-name.ts';
import { cut } from '../../diagnostics/printable.ts';
import type { FieldChange } from './field-changes.ts';

/**
 * What somebody did to a field: `spec.externalTrafficPolicy: Cluster -> Local`, `spec.externalIPs: 192.0.2.1 is new`.
 *
 * @param service `namespace/name`: its own fields need no name of the object
 */
export function causeText({ object, field, path, from, to }: FieldChange, service: string): string {
  const name = objectName(object);
  if (field === '') return `${name} is ${to === undefined ? 'gone' : 'new'}`;
  const isOwn = name === `Service ${service}`;
  const where = `${isOwn ? '' : `${name} `}${formatPath(withoutPlace(path))}`;
  if (from === undefined) return `${where}: ${valueText(to)} is new`;
  if (to === undefined) return `${where}: ${valueText(from)} is gone`;
  return `${where}: ${valueText(from)} -> ${valueText(to)}`;
}

/** An entry is told by what it is, not by its place. */
const withoutPlace = (path: FieldChange['path']): FieldChange['path'] =>
  typeof path.at(-1) === 'number' ? path.slice(0, -1) : path;

const longestValue = 60;

function valueText(value: unknown): string {
  if (typeof value === 'string') return cut(value, longestValue);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return cut(value.map(valueText).join(', '), longestValue);
  const entry = value as Readonly<Record<string, unknown>>;
  const named = entry['addresses'] ?? entry['ip'] ?? entry['port'] ?? entry['name'];
  if (named !== undefined) return valueText(named);
  const fields = Object.entries(entry).map(([key, each]) => `${key}: ${valueText(each)}`);
  return cut(fields.join(', '), longestValue);
}
