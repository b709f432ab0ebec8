/** What people call things elsewhere, in kubectl, kube-proxy and other tools. */

const list = 'natc list shows the Services and where their traffic goes';
const check = 'natc check reports everything wrong with the manifests';
const compile = 'natc compile makes a ruleset of manifests';
const apply = 'natc apply makes the kernel hold the ruleset';
const plan =
  'natc diff live MANIFESTS says what changes for packets, natc apply --dry-run what would be sent';
const cleanup = 'natc cleanup removes what natc apply made';
const explain = 'natc explain FROM TO says what happens to a packet, and why';
const status = 'natc status shows what natc has in the kernel, and how the last runs ended';
const config = 'natc config shows the settings and where each comes from';
const again =
  'natc ends when its work is done; a timer runs natc apply again, and it sends only what differs';

/** Commands that natc does not have under that name, and the sentence that says which one it has. */
export const otherCommands: ReadonlyMap<string, string> = new Map(
  Object.entries({
    [list]: ['get', 'describe', 'ls', 'show', 'services', 'service', 'svc', 'endpoints', 'table'],
    [check]: ['validate', 'lint', 'verify', 'test', 'vet', 'analyze', 'audit', 'kubeconform'],
    [compile]: ['build', 'generate', 'gen', 'render', 'template', 'convert', 'translate', 'create'],
    [apply]: ['install', 'load', 'sync', 'run', 'start', 'reload', 'restore', 'update', 'deploy'],
    [plan]: ['plan', 'preview', 'dry-run', 'dryrun', 'what-if'],
    [cleanup]: ['delete', 'remove', 'uninstall', 'flush', 'clean', 'destroy', 'stop', 'reset'],
    'natc rollback goes back to the revision before': ['undo', 'revert', 'rollout', 'back'],
    [explain]: ['trace', 'packet', 'route', 'lookup', 'why', 'ping', 'curl'],
    'natc diff OLD NEW says what changes for packets': ['compare', 'changes'],
    'natc assert -r RULES judges statements about who may reach what': [
      ...['policy', 'rules', 'assertions', 'guard', 'enforce'],
    ],
    'natc reach lists what answers clients outside, pods or a network': [
      'exposure',
      'expose',
      'ports',
    ],
    [status]: ['history', 'info', 'state', 'health', 'logs', 'log', 'drift', 'dump', 'save'],
    [config]: ['options', 'settings', 'env', 'configuration'],
    [again]: ['watch', 'follow', 'daemon', 'serve', 'server', 'proxy'],
    'natc explain-code CODE explains a diagnostic': ['code', 'error', 'errors', 'codes'],
  }).flatMap(([sentence, words]) => words.map((word) => [word, sentence] as const)),
);

/** Flags by which natc's own are called elsewhere: the first that the command has is meant. */
export const otherFlags: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    '--filename': [
      ...['--file', '--files', '--filenames', '--manifest', '--manifests', '--input', '-i'],
      ...['--path', '--paths', '--dir', '--directory', '--from', '--yaml-file'],
    ],
    '--namespace': ['-n', '--ns', '--namespaces'],
    '--selector': ['-l', '--label', '--labels', '--label-selector'],
    '--service': ['--services', '--svc', '--name', '-s'],
    '--all-namespaces': ['-A', '--all'],
    '--node-name': ['--node', '--nodename', '--hostname', '--host', '-N'],
    '--out-file': ['--out', '--outfile', '--output-file', '-O'],
    '--output': ['--format', '--output-format', '--json', '--yaml', '--wide'],
    '--diagnostics': [
      '-o',
      '--output',
      '--sarif',
      '--github',
      '--error-format',
      '--diagnostics-format',
      '--format',
    ],
    '--validate': ['--strict', '--lenient', '--no-strict', '--no-validate', '--validation'],
    '--from-cluster': ['--cluster', '--server', '--master', '--live-cluster'],
    '--kubeconfig': ['--kube-config', '--kubecfg'],
    '--backend': ['--mode', '--proxy-mode', '--iptables', '--nftables', '--nft', '--ipvs'],
    '--masquerade-bit': ['--iptables-masquerade-bit', '--mark', '--masquerade-mark'],
    '--masquerade-all': ['--iptables-masquerade-all'],
    '--ip-family': ['--family', '--families', '--ipv4', '--ipv6', '-4', '-6', '--dual-stack'],
    '--nodeport-addresses': ['--node-port-addresses', '--node-port-address', '--nodeport-address'],
    '--service-node-port-range': ['--node-port-range', '--nodeport-range'],
    '--service-cidr': ['--service-cluster-ip-range', '--service-cidrs', '--service-network'],
    '--cluster-cidr': ['--cluster-cidrs', '--pod-network-cidr', '--pod-network'],
    '--config': ['--kube-proxy-config', '-c', '--kube-proxy'],
    '--natc-config': ['--configuration', '--config-file', '--settings'],
    '--fail-on': ['--fail-on-warning', '--fail-on-warnings', '--werror', '-W', '--max-warnings'],
    '--verbose': ['--debug', '--verbosity', '--loglevel', '--log-level', '--trace', '-d', '--v'],
    '--quiet': ['--silent', '-s', '--no-output'],
    '--view': ['--text', '--kernel', '--traffic', '-u', '--unified'],
    '--dry-run': ['--plan', '--check', '--noop', '--what-if', '--simulate'],
    '--allow-mass-removal': ['--prune', '--yes', '-y', '--allow-empty'],
    '--confirm-timeout': ['--rollback-after', '--confirm', '--timeout'],
    '--command-timeout': ['--nft-timeout', '--timeout'],
    '--request-timeout': ['--timeout'],
    '--state-dir': ['--state', '--state-directory', '--cache-dir', '--cache'],
    '--no-kernel': ['--offline', '--skip-kernel', '--kernel=false', '--no-nft'],
    '--version': ['-v', '-version', '--ver'],
  }).reduce((table, [flag, words]) => {
    for (const word of words) table.set(word, [...(table.get(word) ?? []), flag]);
    return table;
  }, new Map<string, readonly string[]>()),
);

/** What kubectl takes after `get`, and natc's commands take for a file. */
export const resourceWords: ReadonlySet<string> = new Set([
  ...['service', 'services', 'svc', 'endpoints', 'ep', 'endpointslice', 'endpointslices'],
  ...['node', 'nodes', 'no', 'pod', 'pods', 'po', 'all'],
]);

const allServices =
  'A ruleset is made of the Services of all namespaces; natc list, natc explain and natc diff can show some of them.';
const kustomize =
  'this command reads manifests as they are: kubectl kustomize DIRECTORY | natc apply -f -';

/** Said of a flag that commands lack for a reason. */
export const flagRemarks: ReadonlyMap<string, string> = new Map([
  ...['-n', '--namespace', '-A', '--all-namespaces', '-l', '--selector'].map(
    (flag) => [flag, allServices] as const,
  ),
  ...['-k', '--kustomize'].map((flag) => [flag, kustomize] as const),
]);
