import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { hasErrors } from '../../src/diagnostics/diagnostic.ts';
import { buildModel } from '../../src/model/model.ts';
import { type CompileOptions, defaultOptions } from '../../src/options.ts';
import { objectOf } from '../support/objects.ts';

const folder = '../shared/cases';
const files = existsSync(folder)
  ? readdirSync(folder).filter((name) => name.endsWith('.yaml'))
  : [];

const options: CompileOptions = {
  ...defaultOptions,
  validate: 'warn',
  serviceNodePortRange: { first: 1, last: 65535 },
};

describe.skipIf(files.length === 0)('shared cases', () => {
  test.for(files)('%s loses nothing that kube-proxy honours', (file) => {
    const { input } = parse(readFileSync(`${folder}/${file}`, 'utf8'));
    const { cluster, diagnostics } = buildModel(
      input.map((item: object) => objectOf(item)),
      options,
    );
    expect(hasErrors(diagnostics)).toBe(false);
    const count = (kind: string): number =>
      input.filter((item: { kind: string }) => item.kind === kind).length;
    expect(cluster.services).toHaveLength(count('Service'));
    expect(cluster.endpointSlices).toHaveLength(count('EndpointSlice'));
    expect(cluster.endpoints).toHaveLength(count('Endpoints'));
  });
});
