//! Pieces of kustomizations, put together as the bytes say.

/// Objects.
const OBJECTS: &[&str] = &[
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, labels: {app: web}}\nspec:\n  replicas: 1\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n      - {name: a, image: 'nginx:1', env: [{name: A, value: '1'}, {name: B, value: $(V)}], ports: [{containerPort: 80}, {containerPort: 80, protocol: UDP}]}\n      - {name: b, image: busybox, envFrom: [{configMapRef: {name: cm}}]}\n      volumes: [{name: v, configMap: {name: cm}}, {name: s, secret: {secretName: sec}}]\n",
    "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: ns}\nspec: {selector: {app: web}, ports: [{port: 80, name: http}, {port: 443, name: https, targetPort: 0x10}]}\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cm, annotations: {a: 'b'}}\ndata: {a: '1', b: \"x: y\", c: |-\n    line\n    line\n  , d: yes}\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cm\ndata:\n  a: \"1\"\n  b: |\n    line\n     more\n",
    "apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: web}\nspec: {list: [{name: a, v: 1}, {name: b}], n: 0777, f: 1.50, t: 2020-01-01, ref: {name: cm}, containers: [{image: nginx}]}\n",
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: rb, namespace: ns}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}\nsubjects: [{kind: ServiceAccount, name: default}, {kind: ServiceAccount, name: web, namespace: ns}]\n",
    "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: ns}\n",
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: ns}\n",
    "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: job}\nspec: {schedule: '* * * * *', jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: 'nginx@sha256:00'}]}}}}}\n",
    "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: sec}, stringData: {a: b}}\n- {apiVersion: v1, kind: Pod, metadata: {name: pod}, spec: {finalizers: [a, b]}}\n",
];

/// Fields of a kustomization.
const FIELDS: &[&str] = &[
    "namespace: other\n",
    "namePrefix: p-\n",
    "nameSuffix: -s\n",
    "commonLabels: {team: red, app: blue}\n",
    "commonAnnotations: {note: \"1\"}\n",
    "labels: [{pairs: {x: z}}, {pairs: {t: u}, includeTemplates: true}]\n",
    "labels: [{pairs: {sel: a}, includeSelectors: true, fields: [{path: spec/extra, create: true}]}]\n",
    "images: [{name: nginx, newTag: v2}, {name: busybox, newName: box, digest: 'sha256:11'}]\n",
    "images: [{name: ngin., tagSuffix: -x}]\n",
    "replicas: [{name: web, count: 3}]\n",
    "configMapGenerator: [{name: gen, literals: [a=b, 'c=\"d\"'], envs: [data.env]}]\n",
    "configMapGenerator: [{name: cm, behavior: merge, literals: [a=b], options: {labels: {l: m}}}]\n",
    "secretGenerator: [{name: sec, files: [k=data.env], type: t}]\ngeneratorOptions: {disableNameSuffixHash: true, annotations: {g: h}}\n",
    "patches: [{path: merge.yaml}]\n",
    "patches: [{path: merge.yaml, target: {kind: Deployment|Thing}}]\n",
    "patches: [{path: json.yaml, target: {kind: Deployment, name: w.b}}]\n",
    "patchesStrategicMerge: [merge.yaml]\n",
    "patchesJson6902: [{path: json.yaml, target: {group: apps, version: v1, kind: Deployment, name: web}}]\n",
    "components: [comp]\n",
    "replacements: [{source: {kind: Service, fieldPath: spec.ports.0.port}, targets: [{select: {kind: Deployment}, fieldPaths: ['spec.template.spec.containers.[name=a].env.[name=A].value']}]}]\n",
    "replacements: [{source: {kind: ConfigMap, name: cm, fieldPath: data.a}, targets: [{select: {name: web}, fieldPaths: [metadata.annotations.copied], options: {create: true}}]}]\n",
    "vars: [{name: V, objref: {apiVersion: v1, kind: Service, name: web}}]\n",
    "sortOptions: {order: fifo}\n",
    "buildMetadata: [originAnnotations, transformerAnnotations]\n",
    "buildMetadata: [managedByLabel]\n",
    "transformers: [plugin.yaml]\n",
    "configurations: [config.yaml]\n",
];

/// Strategic merge patches.
const MERGES: &[&str] = &[
    "spec: {replicas: 5, template: {spec: {containers: [{name: b, image: 'x:1'}, {name: c, image: y}]}}}\n",
    "spec: {template: {spec: {containers: [{name: a, $patch: delete}], volumes: null}}}\n",
    "spec: {template: {spec: {containers: [{name: a, ports: [{containerPort: 80, hostPort: 1}], env: [{name: B, value: null}, {name: C}]}]}}}\n",
    "spec: {template: {spec: {containers: [{$patch: replace}, {name: z}], tolerations: [{key: a}]}}}\n",
    "spec: {selector: {$patch: replace, matchLabels: {q: r}}, strategy: {a: null, b: {c: null}}}\n",
    "$patch: delete\n",
    "metadata: {name: web, annotations: {m: n}, labels: null}\nspec: {list: [{name: b, v: 2}], n: null}\n",
];

/// JSON patches.
const OPERATIONS: &[&str] = &[
    "- {op: replace, path: /spec/replicas, value: 7}\n",
    "- {op: add, path: /metadata/labels/a~1b, value: yes}\n",
    "- {op: remove, path: /spec/template/spec/containers/1}\n",
    "- {op: copy, from: /spec/selector, path: /spec/copied}\n",
    "- {op: move, from: /metadata/labels, path: /metadata/annotations}\n",
    "- {op: add, path: /spec/template/spec/containers/-, value: {name: d, image: 'e:1'}}\n",
    "- {op: test, path: /spec/replicas, value: 1}\n",
    "- {op: replace, path: /metadata/name, value: renamed}\n",
];

/// Configurations of plugins.
const PLUGINS: &[&str] = &[
    "apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: t}\nprefix: t-\nfieldSpecs: [{path: metadata/name}]\n",
    "apiVersion: builtin\nkind: NamespaceTransformer\nmetadata: {name: t, namespace: tns}\nsetRoleBindingSubjects: allServiceAccounts\nfieldSpecs: [{path: metadata/namespace, create: true}]\n",
    "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: t}\nlabels: {t: u}\nfieldSpecs: [{path: metadata/labels, create: true}, {path: spec/selector, kind: Service}]\n",
    "apiVersion: builtin\nkind: ValueAddTransformer\nmetadata: {name: t}\nvalue: v\ntargets: [{fieldPath: metadata/annotations/added}, {selector: {kind: Thing}, fieldPath: spec/ref/name, filePathPosition: 2}]\n",
];

/// The bytes, one decision after the other; zero when there are none left.
struct Dice<'d> {
    bytes: std::slice::Iter<'d, u8>,
}

impl Dice<'_> {
    fn roll(&mut self, below: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or(0)) % below.max(1)
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[self.roll(from.len())]
    }

    fn some(&mut self, from: &[&'static str], most: usize, between: &str) -> String {
        let count = 1 + self.roll(most);
        let picked: Vec<&str> = (0..count).map(|_| self.pick(from)).collect();
        picked.join(between)
    }
}

/// Files of a tree with an overlay, a base and a component.
pub(crate) fn tree(data: &[u8]) -> Vec<(String, String)> {
    let mut dice = Dice { bytes: data.iter() };
    let mut files = Vec::new();
    for (directory, resources) in
        [("", "[base, more.yaml]"), ("base/", "[objects.yaml]"), ("comp/", "[]")]
    {
        let mut text = match directory {
            "comp/" => "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n".to_owned(),
            _ => format!("resources: {resources}\n"),
        };
        let mut seen = Vec::new();
        for _ in 0..=dice.roll(5) {
            let field = dice.pick(FIELDS);
            let name = field.split(':').next().unwrap_or("");
            if !seen.contains(&name) && !(directory != "" && name == "components") {
                seen.push(name);
                text.push_str(field);
            }
        }
        let head = "apiVersion: apps/v1\nkind: Deployment\n";
        let merge = dice.pick(MERGES);
        let metadata = if merge.contains("metadata:") { "" } else { "metadata: {name: web}\n" };
        for (name, text) in [
            ("kustomization.yaml", text),
            ("merge.yaml", format!("{head}{metadata}{merge}")),
            ("json.yaml", dice.some(OPERATIONS, 3, "")),
            ("plugin.yaml", dice.pick(PLUGINS).to_owned()),
            ("config.yaml", "nameReference: [{kind: ConfigMap, fieldSpecs: [{kind: Thing, path: spec/ref/name}]}]\n".to_owned()),
            ("data.env", "# c\nLEVEL=info\nEMPTY=\n".to_owned()),
        ] {
            files.push((format!("{directory}{name}"), text));
        }
    }
    files.push(("base/objects.yaml".to_owned(), dice.some(OBJECTS, 4, "---\n")));
    files.push(("more.yaml".to_owned(), dice.some(OBJECTS, 3, "---\n")));
    files
}
