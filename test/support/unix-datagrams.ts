/** A Unix datagram socket, as a service manager has it for sd_notify(3); Node has none of its own. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { python } from './kernel-agent.ts';

export interface DatagramSocket {
  /** What came, in order. */
  readonly messages: readonly string[];
  /** Waits until there are so many. */
  readonly has: (count: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

const script = `
import json, socket, sys
own = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
own.bind(sys.argv[1])
print(flush=True)
while True:
    print(json.dumps(own.recv(65536).decode()), flush=True)
`;

export async function datagramSocket(path: string): Promise<DatagramSocket> {
  const child = spawn(python, ['-E', '-s', '-S', '-B', '-c', script, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const messages: string[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let isBound = false;
  const bound = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (isBound) messages.push(JSON.parse(line) as string);
      isBound = true;
      resolve();
      for (const each of waiting) if (messages.length >= each.count) each.resolve();
    });
  });
  await bound;
  return {
    messages,
    has: (count) =>
      new Promise((resolve) => {
        if (messages.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    close: () =>
      new Promise((resolve) => {
        child.once('close', () => resolve());
        child.kill();
      }),
  };
}
