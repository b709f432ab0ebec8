import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { ServerAnswer } from './connection.ts';
import { clusterFailure } from './failure.ts';
import { answerFailure, whatItSays } from './list-failure.ts';
import type { ListKind } from './list-text.ts';

/** Why a watch did not begin, or broke. */
export function watchFailure(answer: ServerAnswer, list: ListKind, server: string): Diagnostic {
  const { resource } = list;
  switch (answer.kind) {
    case 'answer': {
      const says = whatItSays(answer.body, answer.reason, answer.status);
      if (answer.status === 401)
        return notPermitted(
          `${resource} could not be watched: the credentials are not accepted: ${says}`,
        );
      if (answer.status === 403)
        return notPermitted(`${resource} could not be watched: no permission: ${says}`);
      return broken(`${resource} could not be watched: ${says}`);
    }
    case 'closed':
      return broken(`the watch of ${resource} broke: ${answer.reason}`);
    case 'timeout':
      return broken(`${resource} could not be watched: no answer from ${server} in time`);
    case 'too-large':
      return broken(`the watch of ${resource} was given up: an event is larger than 16 MiB`);
    case 'unreachable':
    case 'untrusted':
      return answerFailure(answer, { list, page: 1, server, count: 1 });
  }
}

/** A watch that said what nobody can use. */
export const watchDamage = (problem: string, { resource }: ListKind): Diagnostic =>
  broken(`the watch of ${resource} was given up: ${problem}`);

const broken = (message: string): Diagnostic => ({
  ...clusterFailure('NATC5130', message, 'natc goes on from where it was as soon as it can'),
  severity: 'warning',
});

const notPermitted = (message: string): Diagnostic =>
  clusterFailure(
    'NATC5131',
    message,
    'allow it to list and watch services, nodes and endpointslices, as the ClusterRole in docs/deploy/daemonset.yaml does',
  );
