/** What an HTTP request gets: the status, the headers that are said on purpose, and the body. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Of JSON that a browser is not to take for anything else. */
export const jsonHeaders = {
  'Content-Type': 'application/json',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** Of plain text. */
export const textHeaders = {
  'Content-Type': 'text/plain; charset=utf-8',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** For a path that a server does not have, as Go's net/http and so kube-proxy answers. */
export const notFound: HttpAnswer = {
  status: 404,
  headers: textHeaders,
  body: '404 page not found\n',
};
