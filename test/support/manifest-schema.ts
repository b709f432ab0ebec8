/** The parts of the API's schema that docs/deploy uses. A `!` marks a required field. */
type Schema =
  | 'string'
  | 'boolean'
  | 'number'
  | readonly [Schema]
  | { readonly [field: string]: Schema };

const labels: Schema = { '*': 'string' };

const probe: Schema = {
  exec: { command: ['string'] },
  httpGet: { 'path!': 'string', 'port!': 'number' },
  ...{ initialDelaySeconds: 'number', periodSeconds: 'number', failureThreshold: 'number' },
};
const metadata: Schema = { 'name!': 'string', namespace: 'string', labels };

const role: Schema = {
  'apiVersion!': 'string',
  'kind!': 'string',
  'metadata!': metadata,
  rules: [{ apiGroups: ['string'], resources: ['string'], 'verbs!': ['string'] }],
};

const binding: Schema = {
  'apiVersion!': 'string',
  'kind!': 'string',
  'metadata!': metadata,
  'roleRef!': { 'apiGroup!': 'string', 'kind!': 'string', 'name!': 'string' },
  subjects: [{ 'kind!': 'string', 'name!': 'string', namespace: 'string', apiGroup: 'string' }],
};

const podTemplate: Schema = {
  'metadata!': { labels },
  'spec!': {
    serviceAccountName: 'string',
    hostNetwork: 'boolean',
    priorityClassName: 'string',
    nodeSelector: labels,
    tolerations: [{ key: 'string', operator: 'string', effect: 'string' }],
    terminationGracePeriodSeconds: 'number',
    'containers!': [
      {
        'name!': 'string',
        'image!': 'string',
        command: ['string'],
        args: ['string'],
        env: [
          {
            'name!': 'string',
            value: 'string',
            valueFrom: { fieldRef: { 'fieldPath!': 'string' } },
          },
        ],
        securityContext: {
          privileged: 'boolean',
          capabilities: { add: ['string'], drop: ['string'] },
          allowPrivilegeEscalation: 'boolean',
          readOnlyRootFilesystem: 'boolean',
          seccompProfile: { 'type!': 'string', localhostProfile: 'string' },
        },
        readinessProbe: probe,
        livenessProbe: probe,
        resources: { requests: labels, limits: labels },
        volumeMounts: [{ 'name!': 'string', 'mountPath!': 'string', readOnly: 'boolean' }],
      },
    ],
    volumes: [
      {
        'name!': 'string',
        hostPath: { 'path!': 'string', type: 'string' },
        emptyDir: { medium: 'string', sizeLimit: 'string' },
      },
    ],
  },
};

const schemas: Readonly<Record<string, Schema>> = {
  ServiceAccount: { 'apiVersion!': 'string', 'kind!': 'string', 'metadata!': metadata },
  Namespace: { 'apiVersion!': 'string', 'kind!': 'string', 'metadata!': metadata },
  ClusterRole: role,
  Role: role,
  ClusterRoleBinding: binding,
  RoleBinding: binding,
  Deployment: {
    'apiVersion!': 'string',
    'kind!': 'string',
    'metadata!': metadata,
    'spec!': {
      replicas: 'number',
      strategy: { type: 'string' },
      'selector!': { matchLabels: labels },
      'template!': podTemplate,
    },
  },
  DaemonSet: {
    'apiVersion!': 'string',
    'kind!': 'string',
    'metadata!': metadata,
    'spec!': {
      'selector!': { matchLabels: labels },
      updateStrategy: { type: 'string' },
      'template!': podTemplate,
    },
  },
};

/** What the API would refuse, or ignore, in an object of one of these kinds. */
export const manifestProblems = (manifest: { readonly kind: string }): readonly string[] =>
  problems(manifest, schemas[manifest.kind], manifest.kind);

function problems(value: unknown, schema: Schema | undefined, path: string): readonly string[] {
  if (schema === undefined) return [`${path}: unknown field`];
  if (typeof schema === 'string')
    return typeof value === schema ? [] : [`${path}: not a ${schema}`];
  if (isList(schema))
    return Array.isArray(value)
      ? value.flatMap((item, index) => problems(item, schema[0], `${path}[${index}]`))
      : [`${path}: not a list`];
  if (typeof value !== 'object' || value === null) return [`${path}: not a mapping`];
  const missing = Object.keys(schema)
    .filter((field) => field.endsWith('!') && !(field.slice(0, -1) in value))
    .map((field) => `${path}.${field.slice(0, -1)}: required`);
  const found = Object.entries(value).flatMap(([field, inner]) =>
    problems(inner, schema[field] ?? schema[`${field}!`] ?? schema['*'], `${path}.${field}`),
  );
  return [...missing, ...found];
}

const isList = (schema: Schema): schema is readonly [Schema] => Array.isArray(schema);
