/** The Debian package. */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { author, output } from './run.mjs';
import { setTimes } from './tree.mjs';

const debianArchitecture = { x64: 'amd64', arm64: 'arm64' };

export const debName = (version, architecture) =>
  `natc_${version}_${debianArchitecture[architecture]}.deb`;

/** What Node.js needs of the system, which is the same for both architectures. */
const depends = [
  'nftables (>= 1.0.1)',
  'util-linux',
  'libc6 (>= 2.28)',
  'libgcc-s1 | libgcc1',
  'libstdc++6 (>= 6)',
];

/** Debian wants an address; of .invalid everybody knows that it is none. */
const noAddress = 'no-address@natc.invalid';

/** Who answers for the package: whoever builds it and says so, as Debian's tools ask for it, or else the author. */
function maintainer() {
  const { DEBFULLNAME, DEBEMAIL } = process.env;
  return `${DEBFULLNAME ?? author()} <${DEBEMAIL ?? noAddress}>`;
}

const control = (version, architecture, size) => `Package: natc
Version: ${version}
Architecture: ${debianArchitecture[architecture]}
Maintainer: ${maintainer()}
Installed-Size: ${size}
Depends: ${depends.join(', ')}
Recommends: conntrack, iptables
Section: net
Priority: optional
Description: compile Kubernetes Services into NAT rules of nftables or iptables
 natc makes of Kubernetes Services and EndpointSlices the rules that a service
 proxy such as kube-proxy would have on a node, without a daemon: it compiles,
 checks and explains them, says what a change does to packets, and brings the
 kernel up to date in one transaction.
 .
 Node.js is part of the program. The systemd units are not enabled.
`;

const reload = `if [ -d /run/systemd/system ]; then systemctl --system daemon-reload || true; fi`;

const scripts = {
  postinst: `#!/bin/sh
set -e
if [ "$1" = configure ]; then
  ${reload}
fi
`,
  // The rules stay in the kernel: packets go on while the package is away. natc cleanup removes them.
  prerm: `#!/bin/sh
set -e
if [ "$1" = remove ] && command -v systemctl >/dev/null; then
  units="natc.timer natc-verify.timer natc-follow.service natc.service natc-verify.service"
  if [ -d /run/systemd/system ]; then systemctl stop $units || true; fi
  systemctl --quiet disable $units natc-rules.service || true
fi
`,
  postrm: `#!/bin/sh
set -e
if [ "$1" = remove ] || [ "$1" = purge ]; then
  ${reload}
fi
if [ "$1" = purge ]; then
  rm -rf /run/natc
fi
`,
};

/**
 * Writes the package of a tree that layTree has filled.
 *
 * @param {string} tree which also gets DEBIAN/
 * @param {{ version: string, architecture: 'x64' | 'arm64', epoch: number, file: string, compression: string }} to
 */
export function buildDeb(tree, { version, architecture, epoch, file, compression }) {
  const files = readdirSync(tree, { recursive: true })
    .filter((name) => statSync(join(tree, name)).isFile())
    .sort();
  const kibibytes = (name) => Math.ceil(statSync(join(tree, name)).size / 1024);
  const size = files.reduce((sum, name) => sum + kibibytes(name), 0);
  const sums = files.map((name) => `${md5(readFileSync(join(tree, name)))}  ${name}\n`);
  const debian = join(tree, 'DEBIAN');
  mkdirSync(debian, { mode: 0o755 });
  const put = (name, text, mode = 0o644) => {
    writeFileSync(join(debian, name), text);
    chmodSync(join(debian, name), mode);
  };
  put('control', control(version, architecture, size));
  put('conffiles', '/etc/default/natc\n');
  put('md5sums', sums.join(''));
  for (const [name, text] of Object.entries(scripts)) put(name, text, 0o755);
  setTimes(tree, epoch);
  const env = { ...process.env, SOURCE_DATE_EPOCH: `${epoch}` };
  // As many threads as one gives the same bytes on every machine.
  const options = ['--root-owner-group', '--threads-max=1', ...compression.split(' ')];
  output('dpkg-deb', [...options, '--build', tree, file], { env });
}

const md5 = (data) => createHash('md5').update(data).digest('hex');
