import type { CodeEntry } from './entry.ts';

/** NATC214x about which Services a command is to show. Codes are never reused. */
export const selectionCodes = {
  NATC2140: {
    title: 'no such Service to show',
    explanation:
      'A Service was named with --service that the input does not have, on neither side of a diff. Showing nothing would look like a Service of which nothing is to be told.',
    remedy:
      'Correct the name; natc list -o name prints all of them. A name without a namespace is looked for in all.',
  },
  NATC2141: {
    title: 'namespace without Services',
    explanation:
      'No Service of the input is in a namespace that was named with -n, so none is shown.',
    remedy: 'Correct the name, or leave -n away: natc shows all namespaces without it.',
  },
  NATC2142: {
    title: 'labels that no Service has',
    explanation:
      'No Service of the input has the labels that were asked for with -l, so none is shown. A selector is compared with metadata.labels of the Services, not with the labels of their pods. Rulesets, from a file or from the kernel, have no labels.',
    remedy:
      'Correct the selector, or choose by --service or -n. The syntax is that of kubectl: app=web, tier!=cache, env in (a,b), !old.',
  },
} as const satisfies Record<string, CodeEntry>;
