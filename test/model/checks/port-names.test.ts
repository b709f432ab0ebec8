import { expect, test } from 'vitest';
import { endpoints, errors, findings, service, slice } from '../../support/findings.ts';

const unnamed = { port: 80 };
const http = { name: 'http', port: 80 };
const https = { name: 'https', port: 443 };

test('ports of a Service are named when there are several (V3)', () => {
  expect(findings([service({ ports: [unnamed] })])).toEqual([]);
  expect(findings([service({ ports: [http, https] })])).toEqual([]);
  expect(findings([service({ ports: [http, { port: 443 }] })])).toEqual([
    'error NATC2021 spec.ports[1]',
  ]);
  expect(findings([service({ ports: [http, { ...https, name: 'http' }] })])).toEqual([
    'error NATC2022 spec.ports[1].name spec.ports[0].name',
  ]);
});

test('a port that is left out keeps its name', () => {
  expect(findings([service({ ports: [{ ...http, protocol: 'tcp' }, { port: 443 }] })])).toEqual([
    'error NATC2004 spec.ports[0].protocol',
    'error NATC2021 spec.ports[1]',
  ]);
});

test('ports of a slice have different names, one may have none (V19)', () => {
  expect(findings([slice({ ports: [unnamed, http] })])).toEqual([]);
  expect(findings([slice({ ports: [http, https, { ...http, port: 81 }] })])).toEqual([
    'error NATC2022 ports[2].name ports[0].name',
  ]);
  expect(findings([slice({ ports: [unnamed, { port: 81 }] })])).toEqual([
    'error NATC2022 ports[1] ports[0]',
  ]);
});

test('ports of a subset are named when there are several (V22)', () => {
  const addresses = [{ ip: '10.180.0.5' }];
  expect(errors([endpoints({ addresses, ports: [unnamed] })])).toEqual([]);
  expect(
    errors([endpoints({ addresses, ports: [unnamed] }, { addresses, ports: [http, unnamed] })]),
  ).toEqual(['error NATC2021 subsets[1].ports[1]']);
});
