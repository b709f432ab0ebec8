import { type Content, element, type Markup } from './markup.ts';
import type { ReportRisk } from './report.ts';

/** A part of the page with its heading, to which `id` leads. */
export const section = (id: string, title: string, ...content: Content[]): Markup =>
  element(
    'section',
    { id, 'aria-labelledby': `${id}-title` },
    element('h2', { id: `${id}-title` }, title),
    content,
  );

/** A word in a frame. @param kind how bad it is, or whether it comes or goes */
export const chip = (text: string, kind: string): Markup =>
  element('span', { class: `chip ${kind}`.trim() }, text);

/** Where a link to the element of an id leads. */
export const anchorOf = (id: string): string => `#${encodeURI(id)}`;

/** Where it is written, and what somebody did there. */
export const placeLine = ({ place, cause }: Pick<ReportRisk, 'place' | 'cause'>): Content =>
  place === undefined
    ? undefined
    : element(
        'p',
        { class: 'place' },
        element('code', {}, place),
        cause === undefined ? undefined : ` (${cause})`,
      );
