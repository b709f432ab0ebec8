/** Leads a port of a network namespace to a stand-in for the API server, which listens on a Unix socket. */
import { spawn } from 'node:child_process';
import type { KernelAgent } from './kernel-agent.ts';

const relay = `
  const net = require('node:net');
  net.createServer((near) => {
    const far = net.connect(process.argv[1]);
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  }).listen(Number(process.argv[2]), '127.0.0.1', () => console.log('ready'));
`;

/** How to run a program in the namespace of an agent. */
export const enterArguments = ({ pid }: KernelAgent): readonly string[] => [
  ...['-t', `${pid}`, '-n'],
  ...(process.getuid?.() === 0 ? [] : ['-U', '--preserve-credentials']),
];

/** @returns what ends it */
export async function startRelay(
  agent: KernelAgent,
  socket: string,
  port: number,
): Promise<() => void> {
  await agent.must(['ip', 'link', 'set', 'lo', 'up']);
  const enter = [...enterArguments(agent), process.execPath];
  const tunnel = spawn('nsenter', [...enter, '-e', relay, socket, String(port)]);
  await new Promise((resolve) => tunnel.stdout?.once('data', resolve));
  return () => tunnel.kill();
}
