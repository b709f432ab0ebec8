/**
 * What an apply sends to the kernel, and what it has to look at afterwards, decided of what is observed, what is
 * desired and what the last apply that did everything left behind. Everything that costs time or changes
 * something comes after this decision:
 *
 * | observed                                  | last apply was of | send           | look at afterwards |
 * |-------------------------------------------|-------------------|----------------|--------------------|
 * | the stamps of the desired rules           | the desired       | nothing        | nothing            |
 * | the stamps of the desired rules           | something else    | nothing        | everything         |
 * | the desired rules, known or listed        | the observed      | nothing        | nothing            |
 * | the desired rules, known or listed        | something else    | nothing        | everything         |
 * | no rules                                  | whatever          | the difference | the difference     |
 * | other rules, known from the state         | the observed      | the difference | the difference     |
 * | other rules, known from the state         | something else    | the difference | everything         |
 * | other rules, listed                       | whatever          | the difference | everything         |
 * | rules that cannot be read                 | whatever          | all rules      | everything         |
 *
 * Rules that had to be listed were changed by others, or by a natc that did not come to its end: what those left
 * undone is looked for everywhere. Where there are no rules, nothing can be left of them.
 */
export function planApply(
  observed: ObservedRules,
  desired: { readonly digest: string },
  last: { readonly digest: string } | undefined,
): ApplyPlan {
  switch (observed.kind) {
    case 'stamped':
      return {
        send: 'nothing',
        lookAt: last?.digest === desired.digest ? 'nothing' : 'everything',
      };
    case 'unreadable':
      return { send: 'everything', lookAt: 'everything' };
    case 'known': {
      const { source, digest, isEmpty, differs } = observed;
      const wasDone = last !== undefined && last.digest === digest;
      if (!differs) return { send: 'nothing', lookAt: wasDone ? 'nothing' : 'everything' };
      const isSure = isEmpty || (wasDone && source === 'state');
      return { send: 'difference', lookAt: isSure ? 'difference' : 'everything' };
    }
  }
}

/** What is known of the rules that the kernel holds. */
export type ObservedRules =
  /** Their stamps are those of the desired rules; nobody looked closer. */
  | { readonly kind: 'stamped' }
  | {
      readonly kind: 'known';
      /** Whether the state directory knew them by their stamps, or they were listed. */
      readonly source: 'state' | 'kernel';
      /** Of the revision that the stamps make up; undefined: there are none. */
      readonly digest: string | undefined;
      readonly isEmpty: boolean;
      /** Whether something leads from them to the desired ones, be it a stamp. */
      readonly differs: boolean;
    }
  | { readonly kind: 'unreadable' };

export interface ApplyPlan {
  readonly send: 'nothing' | 'difference' | 'everything';
  readonly lookAt: 'nothing' | 'difference' | 'everything';
}
