import { expect, test } from 'vitest';
import {
  isKubeProxyConfigMap,
  kubeProxyConfigKinds,
  kubeProxyConfigOf,
} from '../../src/model/kube-proxy-config.ts';
import { inputOfConfigMap } from '../../src/read/config-map.ts';
import { readObjects } from '../../src/read/read.ts';
import { locateDiagnostic } from '../support/natc-config.ts';

const configuration =
  'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nclusterCIDR: 10.180.0.0/16\nmodee: x\n';

/** What the ConfigMaps of a text hold. */
function held(text: string) {
  const bytes = new TextEncoder().encode(text);
  const { objects } = readObjects([{ name: 'map.yaml', bytes }], kubeProxyConfigKinds);
  const inputs = objects.flatMap((object) => inputOfConfigMap(object, 'config.conf') ?? []);
  const read = readObjects(inputs, kubeProxyConfigKinds);
  return { read, objects, config: kubeProxyConfigOf(read.objects, 'map.yaml') };
}

const indented = (text: string, by: string) => text.replace(/^(?=.)/gm, by).trimEnd();

const metadata = 'metadata:\n  name: kube-proxy\n  namespace: kube-system\n';

test.each(['|', '|-', '|+', '| # as kubeadm has it'])(
  'a block after %s keeps its lines and columns',
  (header) => {
    const text = `apiVersion: v1\nkind: ConfigMap\ndata:\n  config.conf: ${header}\n${indented(configuration, '    ')}\n${metadata}`;
    const { config, read } = held(text);
    expect(read.diagnostics).toEqual([]);
    expect(config.options).toEqual({ clusterCIDRs: ['10.180.0.0/16'] });
    expect(config.diagnostics.map(locateDiagnostic)).toEqual(['map.yaml:8:5']);
  },
);

test('so it does within a List, and syntax errors do', () => {
  const map = `apiVersion: v1\nkind: ConfigMap\n${metadata}data:\n  config.conf: |\n${indented(configuration, '    ')}\n`;
  const list = `apiVersion: v1\nkind: List\nitems:\n- ${indented(map, '  ').trimStart()}\n`;
  expect(held(list).config.diagnostics.map(locateDiagnostic)).toEqual(['map.yaml:14:7']);
  const broken = held(map.replace('10.180.0.0/16', '[10.180.0.0/16'));
  expect(broken.read.diagnostics.map(locateDiagnostic)).toEqual([
    expect.stringMatching(/^map\.yaml:(10|11):/),
  ]);
});

test('JSON and quoted text have lines of their own, under a name that says so', () => {
  const json = JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    data: { 'config.conf': configuration },
  });
  expect(held(json).config.diagnostics.map(locateDiagnostic)).toEqual([
    'map.yaml, data["config.conf"]:4:1',
  ]);
});

test("kubeadm's ConfigMap is told from others", () => {
  const map = (name: string, namespace?: string) => ({
    ...held(`apiVersion: v1\nkind: ConfigMap\n`).objects[0]!,
    value: { metadata: { name, namespace } },
  });
  expect(isKubeProxyConfigMap(map('kube-proxy', 'kube-system'))).toBe(true);
  expect(isKubeProxyConfigMap(map('kube-proxy'))).toBe(true);
  expect(isKubeProxyConfigMap(map('kube-proxy', 'shop'))).toBe(false);
  expect(isKubeProxyConfigMap(map('coredns', 'kube-system'))).toBe(false);
});

test.each(['data: 5', 'data: {}', 'data: { config.conf: 5 }', 'kind: ConfigMap'])(
  'a ConfigMap without the text holds nothing: %s',
  (data) => {
    const { objects } = held(
      `apiVersion: v1\nkind: ConfigMap\n${data.replace('kind: ConfigMap', '')}\n`,
    );
    expect(inputOfConfigMap(objects[0]!, 'config.conf')).toBeUndefined();
  },
);
