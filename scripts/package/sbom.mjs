/** What the executables are made of, as CycloneDX: npm's list, less what only development needs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { integrity, nodeVersion } from './node-binaries.mjs';
import { output } from './run.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @param {readonly string[]} packages the folders of the npm packages that are in the executables
 * @param {number} epoch seconds since 1970
 * @returns {string} JSON; the same for the same packages
 */
export function softwareBill(packages, epoch) {
  const npm = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
  const { serialNumber: _, ...bill } = JSON.parse(output('npm', npm, { cwd: root }));
  const inside = new Set(packages.map(reference));
  const components = bill.components
    .filter((component) => inside.has(component['bom-ref']))
    // To npm all are for development, since they are bundled and not installed with natc.
    .map(({ scope: _, properties: __, ...component }) => component);
  const missing = [...inside].filter((each) => !components.some((one) => one['bom-ref'] === each));
  if (missing.length > 0) throw new Error(`npm sbom does not know ${missing.join(' ')}`);
  const self = bill.metadata.component['bom-ref'];
  const ours = new Set([...inside, self]);
  const dependencies = bill.dependencies
    .filter(({ ref }) => ours.has(ref))
    .map(({ ref, dependsOn }) => ({
      ref,
      dependsOn: dependsOn.filter((each) => inside.has(each)),
    }));
  const nodes = Object.entries(integrity).map(nodeComponent);
  const made = {
    ...bill,
    metadata: {
      ...bill.metadata,
      // npm calls it by its folder.
      component: { ...bill.metadata.component, name: 'natc' },
      timestamp: new Date(epoch * 1000).toISOString(),
    },
    components: [...nodes, ...components.sort(byReference)],
    dependencies: dependencies.sort((a, b) => compare(a.ref, b.ref)),
  };
  return `${JSON.stringify(made, null, 2)}\n`;
}

/** The name and version of an installed package, as npm refers to it. */
function reference(folder) {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return `${name}@${version}`;
}

const nodeComponent = ([architecture, hash]) => ({
  'bom-ref': `node-linux-${architecture}@${nodeVersion}`,
  type: 'platform',
  name: `node-linux-${architecture}`,
  version: nodeVersion,
  description: 'Node.js, the runtime of the executable',
  purl: `pkg:npm/node-linux-${architecture}@${nodeVersion}`,
  cpe: `cpe:2.3:a:nodejs:node.js:${nodeVersion}:*:*:*:lts:*:*:*`,
  hashes: [
    {
      alg: 'SHA-512',
      content: Buffer.from(hash.slice('sha512-'.length), 'base64').toString('hex'),
    },
  ],
  licenses: [{ license: { id: 'MIT' } }],
});

const compare = (a, b) => (a < b ? -1 : Number(a > b));
const byReference = (a, b) => compare(a['bom-ref'], b['bom-ref']);
