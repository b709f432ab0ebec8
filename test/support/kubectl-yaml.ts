/** Small documents in every style that kubectl and its users write, as seeds for mutation. */
export const kubectlDocuments: readonly string[] = [
  `apiVersion: v1
kind: Service
metadata:
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: |
      {"apiVersion":"v1","kind":"Service","metadata":{"name":"web"}}
    note: 'it''s a "quoted" note: yes'
    long: a long text that go-yaml wraps after eighty columns because it has so many
      words in it, and continues here
    wrapped: "a double-quoted text with\\ttabs and \\u00e9 that is wrapped after eighty\\
      \\ columns"
    single: 'a single-quoted text that is wrapped since it has: a colon and so many

      words'
  creationTimestamp: "2026-01-02T03:04:05Z"
  labels:
    app.kubernetes.io/name: web
    version: "1.0"
  managedFields:
  - apiVersion: v1
    fieldsType: FieldsV1
    fieldsV1:
      f:metadata:
        f:labels:
          .: {}
          f:app: {}
      f:spec:
        f:ports:
          k:{"port":80,"protocol":"TCP"}:
            .: {}
            f:port: {}
    manager: kubectl
  name: web
  namespace: shop
spec:
  clusterIP: 10.96.0.10
  clusterIPs:
  - 10.96.0.10
  - fd00::a
  externalIPs: []
  internalTrafficPolicy: Cluster
  ports:
  - name: http
    nodePort: 30080
    port: 80
    protocol: TCP
    targetPort: 8080
  - port: 443
  selector:
    app: web
  sessionAffinity: None
  type: NodePort
status:
  loadBalancer: {}
`,
  `apiVersion: v1
items:
- addressType: IPv4
  apiVersion: discovery.k8s.io/v1
  endpoints:
  - addresses:
    - 10.1.0.6
    conditions:
      ready: true
      serving: true
      terminating: false
    nodeName: node-1
    targetRef:
      kind: Pod
      name: web-1
  - addresses:
    - 10.1.0.7
    conditions: {}
  kind: EndpointSlice
  metadata:
    labels:
      kubernetes.io/service-name: web
    name: web-abc
    ownerReferences:
    - blockOwnerDeletion: true
      controller: true
  ports:
  - name: ""
    port: 8080
    protocol: TCP
- apiVersion: v1
  kind: Service
  metadata:
    name: b
kind: List
metadata:
  resourceVersion: ""
`,
  `---
# A comment first
apiVersion: v1   # and one behind
kind: Endpoints

metadata:
    name: "db"   # quoted
    labels: {}
subsets:
    - addresses:
        - ip: 192.168.1.5
        -   ip: '192.168.1.6'
      # a comment between
      ports:
        -
          port: 5432
          name: null

        - port: ~
          name:
---
apiVersion: v1
items:
  - kind: Node

  - - nested
    - - deeper
      - text
  -
    kind: Service
`,
  `items:
- a: |
    one

     two
  b: |-

    text
    more

  c: |+
    keep

- |
  literal
- 'quoted'
- "quoted
  on"
- plain
  on

  and on
-
- null
- 5
kind: List
`,
  'kind: Service\r\nmetadata:\r\n  name: x\r\n  text: |\r\n    a\r\n    b\r\n  more: y\r\n    z\r\n',
  `---
{
  apiVersion: "v1",
  items: [{
    apiVersion: "v1", # the core group
    kind: "Service",
    metadata: {
      name: "web",
      labels: {
        "no": "a quoted key",
        app.kubernetes.io/name: "web",
      },
      annotations: {},
    },
    spec: {
      clusterIPs: [
        "10.96.0.10",
        fd00::a,
      ],
      ports: [{
        port: 80,
        targetPort: 8080,
      }, {
        port: -1,
      }],
      text: "a text\\n\\
        over two lines",
    },
  }, {
    kind: "Node",
  }],
  kind: "List",
}
`,
  `apiVersion: v1
items:
- command: ["sh", "-c", 'echo yes', plain text, -1, 0x10]
  labels: { app: web, "tier": back }   # flow
  empty: { }
  nested: [[a, b], {c: [d]}, ]
  lines: [
    a,   # one
    b
  ]
- {kind: Service, metadata: {name: x}}
kind: List
`,
];
