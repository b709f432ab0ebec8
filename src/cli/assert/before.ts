import { defaultBackend } from '../../options.ts';
import { kindOfSide } from '../diff/load-sides.ts';
import type { SubjectFlags } from '../reach/options.ts';
import type { AssertFlags } from './options.ts';

/**
 * The flags of the side that assertions compare with, which is named as the sides of natc diff are.
 *
 * @returns undefined for the rules of a kube-proxy, which cannot be compared with
 */
export function flagsBefore(name: string, flags: AssertFlags): SubjectFlags | undefined {
  const { filename: _, fromCluster: __, ruleset: ___, live: ____, ...rest } = flags;
  switch (kindOfSide(name)) {
    case 'live':
      return { ...rest, backend: defaultBackend, live: true };
    case 'ruleset':
      return { ...rest, backend: defaultBackend, ruleset: name };
    case 'cluster':
      return { ...rest, fromCluster: true };
    case 'kube-proxy':
      return undefined;
    case 'manifests':
      return { ...rest, filename: [name] };
  }
}
