import { didYouMean } from '../../diagnostics/did-you-mean.ts';
import type { ServiceReference } from '../../explain/choose-frontend.ts';
import type { Subject } from '../../explain/context.ts';
import type { NftFamily } from '../../net/family.ts';
import {
  isSelected,
  joinServices,
  type Selection,
  servicesOfCluster,
  servicesOfRuleset,
} from '../selection/selection.ts';

/** `shop/web:http`: the namespace may be left out where one Service alone has that name. */
const reference = /^(?:([a-z0-9][-a-z0-9]*)\/)?([a-z][-a-z0-9]*)(?::([^/:]+))?$/;

/** Whether a word can be a Service; no address can. */
export const isServiceWord = (text: string): boolean => reference.test(text);

/**
 * The Service that a packet is to be sent to.
 *
 * @param named as {@link isServiceWord} takes it; undefined: the one that is selected
 * @returns in words what is in the way where it is none, or more than one
 */
export function findService(
  { ruleset, compiled }: Subject,
  family: NftFamily,
  named: string | undefined,
  { namespaces, selector }: Selection,
): ServiceReference | { readonly problem: string } {
  const [, namespace, name, port] = reference.exec(named ?? '') ?? [];
  if (named !== undefined && name === undefined)
    return { problem: `"${named}" is no Service: expected [NAMESPACE/]NAME[:PORT]` };
  if (selector !== undefined && compiled === undefined)
    return { problem: 'a ruleset has no labels of Services, so -l finds none: take --service' };
  const tables = ruleset.tables.filter((table) => table.family === family);
  const here = servicesOfRuleset({ tables });
  const known = compiled === undefined ? here : joinServices(servicesOfCluster(compiled.cluster));
  const full = namespace === undefined ? undefined : `${namespace}/${name}`;
  if (namespace !== undefined && namespaces.length > 0 && !namespaces.includes(namespace))
    return { problem: `${full} is not in the namespace ${namespaces.join(', ')} of -n` };
  // What is wrong with the whole name is told where its destinations are looked for.
  if (full !== undefined && selector === undefined) return { service: full, port };
  const [only] = namespaces;
  if (only !== undefined && namespaces.length === 1 && name !== undefined && selector === undefined)
    return { service: `${only}/${name}`, port };
  const names = full ?? name;
  const chosen = { namespaces, selector, names: names === undefined ? [] : [names] };
  const found = [...here.keys()].filter((service) => isSelected(chosen, service, known));
  const [service, ...others] = found;
  const version = family === 'ip' ? 4 : 6;
  if (service === undefined) {
    const near =
      name &&
      didYouMean(
        name,
        [...here.keys()].map((each) => each.replace(/.*\//, '')),
      );
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    return { problem: `there is no Service ${saidOf(chosen)}for IPv${version}${hint}` };
  }
  if (others.length > 0) {
    const list = found.length > 6 ? [...found.slice(0, 5), 'others'] : found;
    return { problem: `several Services are meant, name one with --service: ${list.join(', ')}` };
  }
  return { service, port };
}

/** `web with app=a in shop `, or less. */
function saidOf({ names: [name], namespaces, selector }: Selection): string {
  return [
    name,
    selector && `with the labels ${selector.text}`,
    namespaces.length > 0 ? `in ${namespaces.join(', ')}` : undefined,
  ]
    .flatMap((part) => (part === undefined ? [] : [`${part} `]))
    .join('');
}
