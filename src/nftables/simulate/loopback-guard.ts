import type { Table } from '../ast.ts';

/**
 * Whether a table guards the loopback: packets for it from outside are dropped before routing. Where it does,
 * natc apply sets route_localnet to 1, and only there (N10).
 */
export const hasLoopbackGuard = ({ chains }: Table): boolean =>
  chains.some(
    ({ hook, rules }) =>
      hook?.hook === 'prerouting' &&
      rules.some(
        ({ statements }) =>
          statements.some(({ kind }) => kind === 'iifname') &&
          statements.some(({ kind }) => kind === 'drop'),
      ),
  );
