import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { programsOn } from '../../../src/host/machine/programs.ts';
import { notifierFor } from '../../../src/host/serve/notify.ts';
import { type DatagramSocket, datagramSocket } from '../../support/unix-datagrams.ts';

const folder = mkdtempSync(join(tmpdir(), 'natc-notify-'));
const NOTIFY_SOCKET = join(folder, 'notify');
let manager: DatagramSocket;
beforeAll(async () => {
  manager = await datagramSocket(NOTIFY_SOCKET);
});
afterAll(async () => {
  await manager.close();
  rmSync(folder, { recursive: true });
});

const isInstalled = (await programsOn(undefined).find('systemd-notify')).kind === 'found';

test.runIf(isInstalled)('the service manager is told what sd_notify(3) knows', async () => {
  const notifier = notifierFor({ NOTIFY_SOCKET });
  const said = [
    ...(await notifier!.ready('follows\nthe cluster: 3 Services')),
    ...(await notifier!.alive()),
    ...(await notifier!.reloading()),
    ...(await notifier!.stopping()),
  ];
  expect(said).toEqual([]);
  await manager.has(4);
  // systemd-notify may add lines of its own, such as BARRIER=1.
  const told = manager.messages.filter((message) => !message.startsWith('BARRIER'));
  expect(told[0]).toMatch(/^READY=1\nSTATUS=follows\\u000athe cluster: 3 Services/);
  expect(told[1]).toMatch(/^WATCHDOG=1/);
  expect(told[2]).toMatch(/^RELOADING=1\nMONOTONIC_USEC=\d+/);
  expect(told[3]).toMatch(/^STOPPING=1/);
});

test('nobody asked: nobody is told', () => {
  expect(notifierFor({})).toBeUndefined();
  expect(notifierFor({ NOTIFY_SOCKET: '' })).toBeUndefined();
});

test('a program that is missing is told once, until it is there', async () => {
  const missing = {
    find: async () =>
      ({ kind: 'not-found', message: 'systemd-notify: command not found' }) as const,
    environment: async () => ({}),
  };
  const notifier = notifierFor({ NOTIFY_SOCKET }, missing);
  const [first, second] = [await notifier!.ready(''), await notifier!.alive()];
  expect(first).toMatchObject([{ code: 'NATC5152', severity: 'warning' }]);
  expect(first[0]!.message).toContain('systemd-notify: command not found');
  expect(second).toEqual([]);
});

test.runIf(isInstalled)('a socket that is gone is told', async () => {
  const notifier = notifierFor({ NOTIFY_SOCKET: join(folder, 'gone') });
  expect(await notifier!.ready('')).toMatchObject([{ code: 'NATC5152' }]);
});

test.each([
  [{ WATCHDOG_USEC: '3000000' }, 3000],
  [{ WATCHDOG_USEC: '3000000', WATCHDOG_PID: `${process.pid}` }, 3000],
  [{ WATCHDOG_USEC: '3000000', WATCHDOG_PID: '1' }, undefined],
  [{ WATCHDOG_USEC: 'soon' }, undefined],
  [{}, undefined],
])('%j: the watchdog waits for %s ms', (variables, milliseconds) => {
  expect(notifierFor({ NOTIFY_SOCKET, ...variables })?.watchdog).toBe(milliseconds);
});
