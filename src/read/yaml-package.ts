import { createRequire } from 'node:module';

type YamlPackage = typeof import('yaml');

const require = createRequire(import.meta.url);
let loaded: YamlPackage | undefined;

/**
 * The `yaml` package, loaded on first use and without `await`: reading and locating stay plain
 * functions, and a run over JSON or over plain block YAML never pays the 40 ms of loading it.
 */
export function yamlPackage(): YamlPackage {
  loaded ??= require('yaml') as YamlPackage;
  return loaded;
}
