/** What one rule of a chain does to a forwarded packet of a connection whose destination was translated. */
export type ForwardStep =
  | { readonly kind: 'accept' | 'drop' | 'return' }
  /** All packets of the family go there; with `goto` they do not come back. */
  | { readonly kind: 'call'; readonly chain: string; readonly isGoto: boolean }
  /** It depends on something else. */
  | { readonly kind: 'other' };
