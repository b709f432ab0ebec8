import { seniorityReason } from '../seniority.ts';
import type { ReadService } from '../service.ts';

/**
 * What to do about something that two Services claim, and who has it meanwhile (ND11).
 *
 * @param read the Service that loses it
 * @param owner the one that keeps it
 */
export function keeps(read: ReadService, owner: ReadService, remedy: string): string {
  const { namespace, name } = owner.service;
  const who = `${namespace}/${name} keeps it: ${seniorityReason(owner.service, read.service)}`;
  return read.spec.report.isLenient ? who : `${remedy}; with --validate warn ${who}`;
}
