import { expect, test } from 'vitest';
import { buildModel } from '../../src/model/model.ts';
import { defaultOptions } from '../../src/options.ts';
import { readObjects } from '../../src/read/read.ts';

const read = (text: string) =>
  readObjects([{ name: 'input.json', bytes: Buffer.from(text) }]).objects;

const service = (ports: string): string =>
  `{"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"clusterIP":"172.30.0.10","ports":${ports}}}`;

test('fields that JSON gives twice are known of each object', () => {
  const twice = service('[{"port":80,"p\\u006frt":81,"name":"a"}]');
  const once = service('[{"port":80,"name":"a"},{"port":81,"name":"b"}]');
  expect(read(twice).map(({ repeated }) => repeated)).toEqual([[['spec', 'ports', 0, 'port']]]);
  const list = `{"apiVersion":"v1","kind":"List","items":[${once},${twice}]}`;
  expect(read(list).map(({ repeated }) => repeated)).toEqual([
    undefined,
    [['spec', 'ports', 0, 'port']],
  ]);
});

test('they are refused, and with --validate warn the last one counts', () => {
  const objects = read(service('[{"port":80,"port":81}]'));
  const strict = buildModel(objects, defaultOptions);
  expect(strict.diagnostics.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
    'error NATC2124',
  ]);
  const { cluster } = buildModel(objects, { ...defaultOptions, validate: 'warn' });
  expect(cluster.services[0]?.ports[0]?.port).toBe(81);
});

test('deep nesting and large texts cost nothing', () => {
  const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;
  expect(read(service('[]').replace('"web"', `"web","labels":${deep}`))).toHaveLength(1);
});
