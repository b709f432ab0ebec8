import { didYouMean } from '../diagnostics/did-you-mean.ts';
import type { NftFamily } from '../net/family.ts';
import type { Ruleset } from '../nftables/ast.ts';
import type { Subject } from './context.ts';
import { type RulesetFrontend, rulesetFrontends } from './frontends.ts';

/** `shop/web`, and perhaps one of its ports, by name or number. */
export interface ServiceReference {
  readonly service: string;
  readonly port: string | undefined;
}

export interface ChosenDestination {
  readonly destination: string;
  readonly destinationPort: number;
  readonly protocol: RulesetFrontend['protocol'];
}

/**
 * The destination that stands for a Service: its cluster IP, or else its first address; with `address`
 * the one of its destinations that has this address, or its node port.
 *
 * @returns in words what is in the way where there is none, or more than one port to choose from.
 */
export function chooseFrontend(
  { ruleset }: Subject,
  family: NftFamily,
  reference: ServiceReference,
  address: string | undefined,
): ChosenDestination | { readonly problem: string } {
  const { service, port } = reference;
  const all = ruleset.tables
    .filter((table) => table.family === family)
    .flatMap(rulesetFrontends)
    .filter(({ servicePort }) => servicePort.service === service);
  const ofPort = port === undefined ? all : all.filter((frontend) => isPort(frontend, port));
  const here = ofPort.filter((frontend) =>
    address === undefined
      ? frontend.kind !== 'node port'
      : frontend.address === address || frontend.kind === 'node port',
  );
  const names = [...new Set(all.map(nameOfPort))];
  if (all.length === 0) {
    const near = didYouMean(service, servicesOf(ruleset, family));
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    return { problem: `there is no Service ${service} for IPv${family === 'ip' ? 4 : 6}${hint}` };
  }
  if (ofPort.length === 0) {
    return { problem: `${service} has no port "${port}"; it has ${names.join(', ')}` };
  }
  if (new Set(ofPort.map(nameOfPort)).size > 1) {
    return {
      problem: `${service} has several ports; name one of ${names.join(', ')} after a colon`,
    };
  }
  const chosen =
    here.find((frontend) => frontend.address === address) ??
    here.find(({ kind }) => kind === 'cluster IP') ??
    here[0];
  if (chosen === undefined) {
    return { problem: `${service} answers on neither ${address} nor a node port` };
  }
  return {
    destination: address ?? String(chosen.address),
    destinationPort: chosen.port,
    protocol: chosen.protocol,
  };
}

const servicesOf = ({ tables }: Ruleset, family: NftFamily): readonly string[] => {
  const frontends = tables.filter((table) => table.family === family).flatMap(rulesetFrontends);
  return [...new Set(frontends.map(({ servicePort }) => servicePort.service))];
};

/** `http`, or the number of an unnamed port; node ports have the name of their port. */
const nameOfPort = ({ servicePort: { portName }, port, protocol }: RulesetFrontend): string =>
  portName === '' ? `${port}/${protocol}` : portName;

const isPort = (frontend: RulesetFrontend, port: string): boolean =>
  nameOfPort(frontend) === port ||
  (frontend.kind !== 'node port' && String(frontend.port) === port);
