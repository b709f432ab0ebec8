/**
 * Processes inside network namespaces of their own, driven over a pipe. A namespace lives as long as
 * its process, and the process as long as the pipe: a test that dies leaves nothing behind.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What a command that ran inside a namespace left. */
export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process in a network namespace of its own. */
export interface KernelAgent {
  readonly pid: number;
  /** Asks for one operation of kernel-agent/main.py; rejects with what went wrong there. */
  request<Result>(operation: string, parameters: object): Promise<Result>;
  /** Runs a command in the namespace, whatever its exit status. */
  run(argv: readonly string[], stdin?: string): Promise<CommandResult>;
  /** Runs a command in the namespace; rejects unless it ends with status 0. */
  must(argv: readonly string[], stdin?: string): Promise<string>;
  /** Ends the process and with it the namespace. */
  dispose(): Promise<void>;
}

const script = fileURLToPath(new URL('./kernel-agent/main.py', import.meta.url));

/** Version managers put slow wrappers first in the path. */
export const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

/**
 * Starts a process in a new network namespace, as root or inside a user namespace.
 *
 * @param sharing an earlier agent, when virtual cables shall run between the two namespaces
 */
export async function startAgent(sharing?: KernelAgent): Promise<KernelAgent> {
  const command = [python, '-E', '-s', '-S', '-B', script];
  if (process.getuid?.() === 0) return connect(['unshare', '-n', ...command]);
  if (sharing === undefined) return connect(['unshare', '-Urn', ...command]);
  const enter = ['nsenter', '-U', '--preserve-credentials', '-t', `${sharing.pid}`];
  return connect([...enter, 'unshare', '-n', ...command]);
}

async function connect(argv: readonly string[]): Promise<KernelAgent> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { stdio: 'pipe' });
  const { ask, closed } = conversation(child);
  const { ready: pid } = await ask<{ ready: number }>(undefined);
  const run = (command: readonly string[], stdin = '') =>
    request<CommandResult>('run', { argv: command, stdin });
  const request = async <Result>(operation: string, parameters: object): Promise<Result> => {
    const answer = await ask<{ result: Result } | { error: string }>({ operation, ...parameters });
    if ('error' in answer) throw new Error(`${operation}: ${answer.error}`);
    return answer.result;
  };
  return {
    pid,
    request,
    run,
    async must(command, stdin) {
      const { status, stdout, stderr } = await run(command, stdin);
      if (status === 0) return stdout;
      throw new Error(`${command.join(' ')} ended with status ${status}: ${stderr}`);
    },
    async dispose() {
      child.stdin.end();
      await closed;
    },
  };
}

/** One question, one answer, a line each. Questions that come meanwhile wait in the pipe. */
function conversation(child: ChildProcessWithoutNullStreams) {
  const waiting: { resolve(answer: unknown): void; reject(error: Error): void }[] = [];
  let stderr = '';
  let failure: Error | undefined;
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  child.stdin.on('error', () => {});
  createInterface({ input: child.stdout }).on('line', (line) => {
    waiting.shift()?.resolve(JSON.parse(line));
  });
  const closed = new Promise<void>((resolve) => {
    const fail = (reason: string) => {
      failure = new Error(`the process in the namespace ended: ${reason}${stderr}`);
      for (const { reject } of waiting.splice(0)) reject(failure);
      resolve();
    };
    child.on('error', (error) => fail(error.message));
    child.on('close', () => fail(''));
  });
  const ask = <Answer>(question: object | undefined): Promise<Answer> =>
    new Promise((resolve, reject) => {
      if (failure !== undefined) return reject(failure);
      waiting.push({ resolve: (answer) => resolve(answer as Answer), reject });
      if (question !== undefined) child.stdin.write(`${JSON.stringify(question)}\n`);
    });
  return { ask, closed };
}
