import type { PortFilter, Target } from './assertion.ts';

/** A target for a reader: `Service shop/web, port https`. */
export function targetWords(target: Target): string {
  if (target.kind !== 'destinations') return target.kind;
  const { services, portNames, ports, addresses, kinds } = target;
  const range = ({ first, last, protocol }: PortFilter): string =>
    `${first === last ? first : `${first}-${last}`}${protocol === undefined ? '' : `/${protocol.toUpperCase()}`}`;
  const parts = [
    ...(services === undefined ? [] : [`Service ${services}`]),
    ...(kinds ?? []),
    ...addresses,
    ...(ports.length + portNames.length === 0
      ? []
      : [`port ${[...ports.map(range), ...portNames].join(', ')}`]),
  ];
  return parts.join(', ');
}
