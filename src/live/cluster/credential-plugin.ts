import { dirname, resolve } from 'node:path';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { clusterFailure, oneLine } from './failure.ts';
import { isMapping } from './list-text.ts';

/** What a credential plugin gives: a token, a client certificate (PEM) with its key, or both. */
export interface Credential {
  readonly token: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

/**
 * Runs the `exec` of a kubeconfig's user, as client-go does: with KUBERNETES_EXEC_INFO, and a relative path
 * from the kubeconfig's folder. The client library would run it too, but for as long as it likes.
 *
 * @param exec as it stands in the kubeconfig
 * @param file the kubeconfig
 * @param seconds after which it is ended
 */
export async function runCredentialPlugin(
  exec: Readonly<Record<string, unknown>>,
  file: string,
  seconds: number,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Credential | Diagnostic> {
  const { command, apiVersion } = exec;
  if (typeof command !== 'string' || command === '')
    return failed(`${file} names a credential plugin without a command`);
  const { execa } = await import('execa');
  const info = { kind: 'ExecCredential', apiVersion, spec: { interactive: false } };
  const program = command.includes('/') ? resolve(dirname(resolve(file)), command) : command;
  const result = await execa(program, strings(exec['args']), {
    env: {
      ...environment,
      ...variables(exec['env']),
      KUBERNETES_EXEC_INFO: JSON.stringify(info),
    },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    timeout: seconds * 1000,
    forceKillAfterDelay: 1000,
    maxBuffer: 1024 * 1024,
  });
  const name = `the credential plugin ${oneLine(command)}`;
  if (result.timedOut) return failed(`${name} took longer than ${seconds} s`);
  if (result.isMaxBuffer) return failed(`${name} printed more than 1 MiB`);
  if (result.exitCode === undefined && result.signal === undefined)
    return failed(`${name} cannot be started: ${result.code ?? 'unknown error'}`);
  if (result.failed) {
    const end =
      result.signal === undefined ? `exit status ${result.exitCode}` : `signal ${result.signal}`;
    // Its stdout may hold a token.
    const says = oneLine(result.stderr);
    return failed(`${name} failed (${end})${says === '' ? '' : `: ${says}`}`);
  }
  return (
    credentialOf(result.stdout) ?? failed(`${name} printed no ExecCredential with a credential`)
  );
}

function credentialOf(text: string): Credential | undefined {
  let object: unknown;
  try {
    object = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isMapping(object) || object['kind'] !== 'ExecCredential') return undefined;
  const { status } = object;
  if (!isMapping(status)) return undefined;
  const token = string(status['token']);
  const certificate = string(status['clientCertificateData']);
  const key = string(status['clientKeyData']);
  const isUseful = token !== undefined || (certificate !== undefined && key !== undefined);
  return isUseful ? { token, certificate, key } : undefined;
}

const string = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];

function variables(value: unknown): Readonly<Record<string, string>> {
  const entries = Array.isArray(value) ? value : [];
  return Object.fromEntries(
    entries.flatMap((each) =>
      isMapping(each) && typeof each['name'] === 'string'
        ? [[each['name'], String(each['value'] ?? '')]]
        : [],
    ),
  );
}

const failed = (message: string): Diagnostic =>
  clusterFailure('NATC5076', message, 'run it by hand, as the same user, to see what it lacks');
