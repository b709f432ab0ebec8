import { STATUS_CODES } from 'node:http';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { isMapping } from '../../diagnostics/mapping.ts';
import type { ServerAnswer } from './connection.ts';
import { clusterFailure, oneLine } from './failure.ts';
import type { AnyListKind } from './list-text.ts';

/** What was asked for. */
export interface Asked {
  readonly list: AnyListKind;
  /** From 1. */
  readonly page: number;
  readonly server: string;
  /** How often. */
  readonly count: number;
}

/** Why a request gave no page of a list. */
export function answerFailure(answer: ServerAnswer, asked: Asked): Diagnostic {
  const { list, server } = asked;
  switch (answer.kind) {
    case 'answer':
      return statusFailure(answer, asked);
    case 'closed':
      return clusterFailure(
        'NATC5072',
        `${listing(asked)}: ${answer.reason} before the whole list was there`,
        'is the API server, or a load balancer before it, overloaded or restarting?',
      );
    case 'unreachable':
      return clusterFailure(
        'NATC5070',
        `${oneLine(server)} cannot be reached: ${oneLine(answer.reason)}`,
        'is that the address of the API server, and one that works without Services?',
      );
    case 'untrusted':
      return clusterFailure(
        'NATC5073',
        `the certificate of ${oneLine(server)} is not trusted: ${oneLine(answer.reason)}`,
        "name the cluster's CA with certificate-authority in the kubeconfig, and the server by a name that its certificate has",
      );
    case 'timeout':
      return clusterFailure(
        'NATC5077',
        `${listing(asked)}: no whole answer from ${oneLine(server)} in time`,
        'a slow API server may need a longer --request-timeout',
      );
    case 'too-large':
      return clusterFailure(
        'NATC5074',
        `the list of ${list.resource} is not whole: with page ${asked.page} the lists are larger than 256 MiB`,
        'larger clusters are beyond what natc reads',
      );
  }
}

/** `services, page 2, could not be listed in 2 attempts` */
function listing({ list, page, count }: Asked): string {
  const attempts = count > 1 ? ` in ${count} attempts` : '';
  return `${list.resource}, page ${page}, could not be listed${attempts}`;
}

function statusFailure(
  { status, reason, body }: Extract<ServerAnswer, { kind: 'answer' }>,
  asked: Asked,
): Diagnostic {
  const { list } = asked;
  const says = whatItSays(body, reason, status);
  if (status === 401)
    return clusterFailure(
      'NATC5071',
      `${listing(asked)}: the credentials are not accepted: ${says}`,
      'has the token or the client certificate expired, or is it of another cluster?',
    );
  if (status === 403)
    return clusterFailure(
      'NATC5071',
      `${listing(asked)}: no permission: ${says}`,
      list.kind === 'Pod'
        ? 'allow it to list pods'
        : `allow it to list ${list.resource}, as the ClusterRole in docs/deploy/daemonset.yaml does`,
    );
  if (status === 404)
    return clusterFailure(
      'NATC5072',
      `${listing(asked)}: ${says}`,
      'is that the address of an API server of Kubernetes 1.21 or newer?',
    );
  return clusterFailure('NATC5072', `${listing(asked)}: ${says}`);
}

/** `503 ServiceUnavailable: the server is currently unable …`, whoever said it, and however. */
export function whatItSays(body: Buffer, words: string, status: number): string {
  const text = body.toString('utf8');
  const object = parsed(text);
  const { reason, message } = isMapping(object) && object['kind'] === 'Status' ? object : {};
  const name =
    typeof reason === 'string' && reason !== '' ? reason : words || (STATUS_CODES[status] ?? '');
  const said = typeof message === 'string' ? message : object === undefined ? text : '';
  const head = oneLine(`${status} ${name}`);
  return oneLine(said) === '' ? head : `${head}: ${oneLine(said)}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
