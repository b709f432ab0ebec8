import { dirname, resolve } from 'node:path';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { isMapping } from '../../diagnostics/mapping.ts';
import { programsOn } from '../machine/programs.ts';
import { sharedReaper } from '../machine/reaper.ts';
import { runChild } from '../machine/run-child.ts';
import { clusterFailure, oneLine } from './failure.ts';

/** Bytes. A token has a few hundred, a certificate a few thousand. */
const mostOutput = 1024 * 1024;

/** What a credential plugin gives: a token, a client certificate (PEM) with its key, or both. */
export interface Credential {
  readonly token: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

/**
 * Runs the `exec` of a kubeconfig's user, as client-go does: with KUBERNETES_EXEC_INFO, and a relative path
 * from the kubeconfig's folder. The client library would run it too, but for as long as it likes. It ends with
 * natc, and with it what it started.
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
  const info = { kind: 'ExecCredential', apiVersion, spec: { interactive: false } };
  const program = command.includes('/') ? resolve(dirname(resolve(file)), command) : command;
  const result = await runChild(
    {
      path: program,
      args: strings(exec['args']),
      stdin: '',
      env: {
        ...environment,
        ...variables(exec['env']),
        KUBERNETES_EXEC_INFO: JSON.stringify(info),
      },
      cwd: undefined,
    },
    { seconds, output: mostOutput, grace: 1 },
    await sharedReaper(programsOn(environment['PATH'])),
  );
  const name = `the credential plugin ${oneLine(command)}`;
  if (result.kind === 'not-started')
    return failed(
      `${name} cannot be started: ${/\bE[A-Z]+\b/.exec(result.message) ?? 'unknown error'}`,
    );
  if (result.kind === 'signalled' && result.limit !== undefined)
    return failed(`${name} was stopped: ${result.limit}`);
  if (result.kind === 'signalled' || result.exitCode !== 0) {
    const end =
      result.kind === 'signalled' ? `signal ${result.signal}` : `exit status ${result.exitCode}`;
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
