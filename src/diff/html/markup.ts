/** HTML as it is written. Text becomes it only through {@link element}, so nothing of the input is taken for markup. */
export interface Markup {
  readonly html: string;
}

/** Strings are text; what is undefined is left out. */
export type Content = string | Markup | undefined | readonly Content[];

type Attributes = Readonly<Record<string, string | true | undefined>>;

/** Elements that have no content and no end. */
const voids = new Set(['input', 'meta', 'link', 'br']);

/** @param attributes true for one without a value; undefined ones are left out */
export function element(name: string, attributes: Attributes, ...children: Content[]): Markup {
  const list = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [value === true ? ` ${key}` : ` ${key}="${escapeHtml(value)}"`],
  );
  const start = `<${name}${list.join('')}>`;
  return { html: voids.has(name) ? start : `${start}${htmlOf(children)}</${name}>` };
}

export function htmlOf(content: Content): string {
  if (content === undefined) return '';
  if (typeof content === 'string') return escapeHtml(content);
  return 'html' in content ? content.html : content.map(htmlOf).join('');
}

/** Line separators of other alphabets would end a line where nobody sees it. */
export const escapeHtml = (text: string): string =>
  text.replace(
    /[&<>"'\u2028\u2029\u0085\u202a-\u202e\u2066-\u2069]/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
