/** The package for Fedora, RHEL and the like: the same tree, under a description of their own. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { author, output } from './run.mjs';
import { setTimes } from './tree.mjs';

const rpmArchitecture = { x64: 'x86_64', arm64: 'aarch64' };

export const rpmName = (version, architecture) =>
  `natc-${version}-1.${rpmArchitecture[architecture]}.rpm`;

export function hasRpmbuild() {
  try {
    output('rpmbuild', ['--version']);
    return true;
  } catch {
    return false;
  }
}

/** Folders of shells are its own too, where these are not installed. */
const spec = (version, tree) => `Name: natc
Version: ${version}
Release: 1
Summary: Compile Kubernetes Services into NAT rules of nftables or iptables
License: Apache-2.0 AND MIT AND BSD-3-Clause AND ISC
Packager: ${process.env['DEBFULLNAME'] ?? author()}
AutoReqProv: no
Requires: nftables >= 1.0.1, util-linux, glibc >= 2.28, libstdc++, libgcc
Recommends: conntrack-tools, iptables

%description
natc makes of Kubernetes Services and EndpointSlices the rules that a service proxy such as kube-proxy
would have on a node, without a daemon. Node.js is part of the program. The systemd units are not enabled.

%install
cp -a ${tree}/. %{buildroot}/

%preun
if [ "$1" = 0 ] && command -v systemctl >/dev/null; then
  units="natc.timer natc-verify.timer natc-follow.service natc.service natc-verify.service"
  if [ -d /run/systemd/system ]; then systemctl stop $units || :; fi
  systemctl --quiet disable $units natc-rules.service || :
fi

%postun
if [ -d /run/systemd/system ]; then systemctl daemon-reload || :; fi

%files
%defattr(-,root,root)
%config(noreplace) /etc/default/natc
%dir %attr(0700,root,root) /etc/natc
/usr/bin/natc
/usr/lib/systemd/system/*
/usr/share/man/man1/*
%dir /usr/share/bash-completion
%dir /usr/share/bash-completion/completions
/usr/share/bash-completion/completions/natc
%dir /usr/share/fish
%dir /usr/share/fish/vendor_completions.d
/usr/share/fish/vendor_completions.d/natc.fish
%dir /usr/share/zsh
%dir /usr/share/zsh/site-functions
/usr/share/zsh/site-functions/_natc
%doc /usr/share/doc/natc
`;

/** Nothing that the tree does not have, and nothing that says where or when it was made. */
const macros = {
  __os_install_post: '%{nil}',
  _build_id_links: 'none',
  _buildhost: 'localhost',
  _binary_payload: 'w2T1.xzdio',
  use_source_date_epoch_as_buildtime: '1',
  clamp_mtime_to_source_date_epoch: '1',
};

/** @param {string} tree that layTree has filled */
export function buildRpm(tree, { version, architecture, epoch, file, fast }) {
  const work = mkdtempSync(join(tmpdir(), 'natc-rpm-'));
  try {
    setTimes(tree, epoch);
    writeFileSync(join(work, 'natc.spec'), spec(version, tree));
    mkdirSync(join(work, 'tmp'));
    const definitions = {
      ...macros,
      ...(fast ? { _binary_payload: 'w0.ufdio' } : {}),
      _topdir: work,
      _tmppath: join(work, 'tmp'),
    };
    const defines = Object.entries(definitions).flatMap(([name, value]) => [
      '--define',
      `${name} ${value}`,
    ]);
    const target = ['--target', `${rpmArchitecture[architecture]}-linux`];
    const env = { ...process.env, SOURCE_DATE_EPOCH: `${epoch}` };
    output('rpmbuild', ['-bb', ...target, ...defines, join(work, 'natc.spec')], { env });
    const folder = join(work, 'RPMS', rpmArchitecture[architecture]);
    const [made = ''] = readdirSync(folder);
    output('cp', [join(folder, made), file]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
