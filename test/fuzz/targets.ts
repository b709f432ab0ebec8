/**
 * What `npm run fuzz` feeds with bytes. A target throws when natc does what it must not: an exception for
 * bad input, two readers that disagree, a text that does not come back as it was written.
 */
import { deepStrictEqual } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import { compile } from '../../src/compile.ts';
import { flowServicesIn } from '../../src/host/state/stored-flow-services.ts';
import { parseIptablesSave } from '../../src/iptables/parse/iptables-save.ts';
import { kubeProxyConfigOf } from '../../src/model/kube-proxy-config.ts';
import { tableFromJson } from '../../src/nftables/canonical/canonical-json.ts';
import { parseNft } from '../../src/nftables/parse/parse-nft.ts';
import { renderNft } from '../../src/nftables/render/nft.ts';
import { defaultOptions } from '../../src/options.ts';
import { readObjects } from '../../src/read/read.ts';
import { compareItems, compareReaders } from '../support/compare-readers.ts';
import { kubectlDocuments } from '../support/kubectl-yaml.ts';

export interface Target {
  /** What the first inputs are made of. */
  readonly seeds: () => readonly string[];
  /** @throws when natc is wrong */
  readonly run: (text: string) => void;
}

/** The files of this name in the folders below a folder of fixtures. */
const fixtures = (folder: string, name: RegExp): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => name.test(path))
    .map((path) => readFileSync(`${folder}/${path}`, 'utf8'))
    .filter((text) => text.length < 8192);

const objectsIn = (text: string) =>
  readObjects([{ name: 'fuzz', bytes: Buffer.from(text) }]).objects;

const config = `apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
nodePortAddresses: [primary, 10.0.0.0/8]
detectLocal: { clusterCIDRs: [10.244.0.0/16] }
nftables: { masqueradeBit: 14, masqueradeAll: false }
`;

const flows = JSON.stringify([
  {
    ...{ family: 'IPv4', protocol: 'UDP', name: 'a/b', nodePorts: [30053] },
    ...{ addresses: ['10.96.0.10:53'], serving: ['10.244.0.1:53'] },
  },
]);

export const targets: Readonly<Record<string, Target>> = {
  yaml: {
    seeds: () => kubectlDocuments,
    run: (text) => {
      compareReaders(text);
      compareItems(text);
    },
  },
  json: {
    seeds: () => fixtures('fixtures/incomplete', /\.json$/),
    run: (text) => {
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {
        objectsIn(text);
        return;
      }
      const [object, second] = objectsIn(text);
      const isList = typeof expected === 'object' && expected !== null && 'items' in expected;
      if (object !== undefined && second === undefined && !isList)
        deepStrictEqual(object.value, expected);
    },
  },
  compile: {
    seeds: () => [...fixtures('fixtures/incomplete', /\.json$/), ...kubectlDocuments],
    run: (text) => {
      compile(objectsIn(text), { ...defaultOptions, validate: 'warn', nodeName: 'node-a' });
    },
  },
  config: {
    seeds: () => [config],
    run: (text) => {
      kubeProxyConfigOf(objectsIn(text), 'fuzz');
    },
  },
  nft: {
    seeds: () => fixtures('fixtures/compile', /\.nft$/),
    run: (text) => {
      const { ruleset } = parseNft({ name: 'fuzz', text });
      if (ruleset === undefined) return;
      const again = renderNft(ruleset);
      const back = parseNft({ name: 'fuzz', text: again }).ruleset;
      if (back === undefined) throw new Error(`what was read is not written readably:\n${again}`);
      deepStrictEqual(renderNft(back), again);
    },
  },
  'iptables-save': {
    seeds: () => fixtures('fixtures/compile', /\.iptables$/),
    run: (text) => {
      parseIptablesSave(text);
    },
  },
  state: {
    seeds: () => [flows, '{"family":"ip","chains":[],"collections":[]}'],
    run: (text) => {
      try {
        JSON.parse(text);
      } catch {
        return;
      }
      tableFromJson(text);
      flowServicesIn(JSON.parse(text));
    },
  },
};
