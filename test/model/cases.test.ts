import { describe, expect, test } from 'vitest';
import { hasErrors } from '../../src/diagnostics/diagnostic.ts';
import { buildModel } from '../../src/model/model.ts';
import { type CompileOptions, defaultOptions } from '../../src/options.ts';
import { caseNames, readCase } from '../support/cases.ts';
import { objectOf } from '../support/objects.ts';

const options: CompileOptions = {
  ...defaultOptions,
  validate: 'warn',
  serviceNodePortRange: { first: 1, last: 65535 },
};

describe('of the behaviour cases', () => {
  test.for(caseNames)('%s loses nothing that kube-proxy honours', (file) => {
    const { input } = readCase(file);
    const { cluster, diagnostics } = buildModel(
      input.map((item) => objectOf(item)),
      options,
    );
    expect(hasErrors(diagnostics)).toBe(false);
    const count = (kind: string): number => input.filter((item) => item.kind === kind).length;
    expect(cluster.services).toHaveLength(count('Service'));
    expect(cluster.endpointSlices).toHaveLength(count('EndpointSlice'));
    expect(cluster.endpoints).toHaveLength(count('Endpoints'));
  });
});
