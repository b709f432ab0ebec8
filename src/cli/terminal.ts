import type { Writable } from 'node:stream';

/** The process as commands see it: two streams and the environment. */
export interface Terminal {
  /** Data, nothing else. */
  readonly stdout: Channel;
  /** Messages. */
  readonly stderr: Channel;
  readonly stdinIsTerminal: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface Channel {
  readonly isTerminal: boolean;
  /** Width of the terminal; undefined where there is none. */
  readonly columns: number | undefined;
  /**
   * Resolves when the text has left the process, so that nothing is lost when it exits. A reader that
   * went away (`| head`) is no error; any other failure, such as a full disk, rejects.
   */
  readonly write: (text: string) => Promise<void>;
  /** Puts a line of natc's own words in the place of the last one; on terminals only. */
  readonly progress?: (line: string) => void;
}

export function processTerminal(): Terminal {
  return {
    stdout: channel(process.stdout),
    stderr: channel(process.stderr),
    stdinIsTerminal: process.stdin.isTTY === true,
    environment: process.env,
  };
}

function channel(stream: Writable & { isTTY?: boolean; columns?: number }): Channel {
  // Failures are reported by each write's callback; without a listener they would end the process.
  stream.on('error', () => {});
  return {
    isTerminal: stream.isTTY === true,
    columns: stream.columns,
    progress: (line) => stream.write(`\r\x1b[K${line}`),
    write: (text) =>
      new Promise((resolve, reject) => {
        if (text === '' || stream.destroyed) return resolve();
        stream.write(text, (error) => (isFailure(error) ? reject(error) : resolve()));
      }),
  };
}

const isFailure = (error: (Error & { code?: string }) | null | undefined): boolean =>
  error != null && error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED';
