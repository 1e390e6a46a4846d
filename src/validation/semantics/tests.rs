//! What is refused, and what is not: small objects, and what is told of them.

use crate::kube::{Resource, ResourceId, load};
use crate::schema::Fault;
use crate::syntax::parse_yaml;
use crate::syntax::scalar::Dialect;
use crate::text::FileId;
use crate::validation::harmless::is_harmless;
use crate::validation::semantics::problems;

/// What is told of an object: the path, the bytes that are shown, the words, the related bytes.
fn told(text: &str, custom: bool) -> Vec<String> {
    let parsed = parse_yaml(FileId(0), text);
    let body = load(parsed.documents[0].root(), Dialect::Resource).unwrap();
    let id = ResourceId::of(&body);
    let origin = body.span();
    let resource = Resource { original: id.clone(), id, body, origin };
    let found = problems(&resource, custom);
    let found = found.iter().filter(|problem| !is_harmless(problem, false));
    found
        .map(|problem| {
            let words = match &problem.fault {
                Fault::Missing { fields } => format!("lacks {}", fields.join("|")),
                Fault::Enum { allowed } => format!("not among {}", allowed.join("|")),
                Fault::Key { key, .. } => format!("key {key}"),
                Fault::Dangling { what, known } => format!("no {what}: {}", known.join("|")),
                Fault::Clash(words) | Fault::Other(words) => words.clone(),
                fault => panic!("{fault:?}"),
            };
            let shown = &text[problem.span.range()];
            let related = problem.related.iter().map(|(span, _)| &text[span.range()]);
            let related: String = related.map(|text| format!(" <- {text}")).collect();
            format!("{} @{shown}: {words}{related}", problem.path)
        })
        .collect()
}

/// A pod with these lines in its spec, indented by two.
fn pod(spec: &str) -> String {
    let head = "apiVersion: v1\nkind: Pod\nmetadata: {name: orders}\nspec:\n";
    format!("{head}  {}\n", spec.trim().replace('\n', "\n  "))
}

/// A pod with one container that has these lines.
fn container(lines: &str) -> String {
    let lines = lines.trim().replace('\n', "\n  ");
    pod(&format!("containers:\n- name: api\n  image: a\n  {lines}"))
}

/// An object of a kind with a spec in flow style.
fn object(api_version: &str, kind: &str, rest: &str) -> String {
    format!("{{apiVersion: {api_version}, kind: {kind}, metadata: {{name: orders}}, {rest}}}")
}

#[track_caller]
fn one(text: &str, expected: &str) {
    assert_eq!(told(text, false), [expected], "\n{text}");
}

#[track_caller]
fn silent(text: &str) {
    assert_eq!(told(text, false), <[String; 0]>::default(), "\n{text}");
}

#[test]
fn words_of_containers() {
    let at = "spec.containers[name=api]";
    for (lines, expected) in [
        ("imagePullPolicy: always", "imagePullPolicy @always: not among Always|IfNotPresent|Never"),
        (
            "ports: [{containerPort: 80, protocol: tcp}]",
            "ports[0].protocol @tcp: not among TCP|UDP|SCTP",
        ),
        ("ports: [{containerPort: 0}]", "ports[0].containerPort @0: must be between 1 and 65535"),
        (
            "ports: [{containerPort: 70000}]",
            "ports[0].containerPort @70000: must be between 1 and 65535",
        ),
        (
            "ports: [{name: a, containerPort: 1}, {name: a, containerPort: 2}]",
            "ports[name=a].name @a: stands twice in the list <- a",
        ),
        (
            "env: [{name: A, value: b, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]",
            "env[name=A].valueFrom @valueFrom: cannot stand beside `value` <- value",
        ),
        (
            "env: [{name: A, valueFrom: {}}]",
            "env[name=A].valueFrom @valueFrom: lacks \
             fieldRef|resourceFieldRef|configMapKeyRef|secretKeyRef|fileKeyRef",
        ),
        (
            "env: [{name: A, valueFrom: {secretKeyRef: {key: b}}}]",
            "env[name=A].valueFrom.secretKeyRef @secretKeyRef: lacks name",
        ),
        ("envFrom: [{prefix: A}]", "envFrom[0] @prefix: lacks configMapRef|secretRef"),
        ("resources: {requests: {mem: 1Gi}}", "resources.requests @mem: key mem"),
        (
            "resources: {requests: {cpu: 1500m}, limits: {cpu: 1}}",
            "resources.requests.cpu @1500m: must be at most the limit 1 <- 1",
        ),
        (
            "resources: {limits: {cpu: -1m}}",
            "resources.limits.cpu @-1m: must be a quantity of at least 0",
        ),
        (
            "livenessProbe: {periodSeconds: 5}",
            "livenessProbe @livenessProbe: lacks exec|httpGet|tcpSocket|grpc",
        ),
        (
            "livenessProbe: {tcpSocket: {port: 1}, httpGet: {port: 1}}",
            "livenessProbe.httpGet @httpGet: cannot stand beside `tcpSocket` <- tcpSocket",
        ),
        (
            "livenessProbe: {successThreshold: 2, exec: {command: [a]}}",
            "livenessProbe.successThreshold @2: must be 1",
        ),
        (
            "readinessProbe: {periodSeconds: -1, exec: {command: [a]}}",
            "readinessProbe.periodSeconds @-1: must be at least 0",
        ),
        (
            "readinessProbe: {httpGet: {port: 1, scheme: https}}",
            "readinessProbe.httpGet.scheme @https: not among HTTP|HTTPS",
        ),
        (
            "readinessProbe: {httpGet: {port: web}}\nports: [{name: http, containerPort: 1}]",
            "readinessProbe.httpGet.port @web: no port of the container: http",
        ),
        (
            "lifecycle: {preStop: {}}",
            "lifecycle.preStop @preStop: lacks exec|httpGet|tcpSocket|sleep",
        ),
        (
            "securityContext: {allowPrivilegeEscalation: false, privileged: true}",
            "securityContext.allowPrivilegeEscalation @false: cannot be `false` for a privileged \
             container <- true",
        ),
        (
            "securityContext: {seccompProfile: {type: Localhost}}",
            "securityContext.seccompProfile @seccompProfile: lacks `localhostProfile`, which the \
             type `Localhost` asks for",
        ),
    ] {
        one(&container(lines), &format!("{at}.{expected}"));
    }
}

#[test]
fn numbers_in_quotes_are_names_of_ports() {
    let found = told(&container("readinessProbe: {httpGet: {port: '8080'}}"), false);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("a number in quotes is a name"), "{found:?}");
}

#[test]
fn containers_that_are_right() {
    for lines in [
        "imagePullPolicy: ''",
        "imagePullPolicy: ${POLICY}",
        "env: [{name: A, value: '', valueFrom: {fieldRef: {fieldPath: \"metadata.labels['a']\"}}}]",
        "env: [{name: A, value: null, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]",
        "env: [{name: A}, {name: A}, {name: a.b-c}]",
        "resources: {requests: {cpu: 0.1, memory: 1024Mi}, limits: {cpu: 100m, memory: 1Gi}}",
        "resources: {requests: {cpu: '${CPU}'}, limits: {cpu: 1, example.org/gpu: 1}}",
        "livenessProbe: {timeoutSeconds: 0, successThreshold: 0, httpGet: {port: 80}}",
        "livenessProbe: {'${HANDLER}': {}}",
        "livenessProbe: {httpGet: null, exec: {command: [a]}}",
        "readinessProbe: {tcpSocket: {port: a}}\nports: [{name: '${NAME}', containerPort: 1}]",
        "ports: [{name: a, containerPort: 1}, {containerPort: 1}, {containerPort: 1, hostPort: 0}]",
        "lifecycle: {preStop: {sleep: {seconds: 5}}}",
        "securityContext: {allowPrivilegeEscalation: true, privileged: true}",
    ] {
        silent(&container(lines));
    }
}

#[test]
fn volumes_and_mounts() {
    let base =
        "containers:\n- name: api\n  image: a\n  volumeMounts:\n  - {name: data, mountPath: /a}\n";
    one(
        &pod(&format!("{base}volumes: [{{name: date, emptyDir: {{}}}}]")),
        "spec.containers[name=api].volumeMounts[name=data].name @data: no volume of the pod: date",
    );
    one(
        &pod(base),
        "spec.containers[name=api].volumeMounts[name=data].name @data: no volume of the pod: ",
    );
    one(
        &pod(&format!("{base}  - {{name: data, mountPath: /a}}\nvolumes: [{{name: data}}]")),
        "spec.containers[name=api].volumeMounts[name=data].mountPath @/a: stands twice in the list \
         <- /a",
    );
    one(
        &pod(&format!(
            "{base}volumes: [{{name: data, emptyDir: {{}}, secret: {{secretName: a}}}}]"
        )),
        "spec.volumes[name=data].secret @secret: cannot stand beside `emptyDir` <- emptyDir",
    );
    one(
        &pod(&format!(
            "{base}volumes:\n- {{name: data, secret: {{secretName: a, defaultMode: 644}}}}"
        )),
        "spec.volumes[name=data].secret.defaultMode @644: must be at most 0777; without a leading 0 it is decimal, and at most 511",
    );
    silent(&pod(&format!(
        "{base}volumes: [{{name: data, secret: {{secretName: a, defaultMode: 0644}}}}]"
    )));
    silent(&pod(&format!("{base}volumes: [{{name: '${{NAME}}'}}]")));
    let set = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: a}\nspec:\n  selector: \
               {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec:\n      \
               containers:\n      - {name: a, image: a, volumeMounts: [{name: data, mountPath: /a}]}\n";
    let claim = "  volumeClaimTemplates:\n  - metadata: {name: data}\n    spec: {accessModes: \
                 [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n";
    silent(&format!("{set}{claim}"));
    assert_eq!(told(set, false).len(), 1);
}

#[test]
fn pods() {
    let with = |rest: &str| pod(&format!("containers:\n- {{name: api, image: a}}\n{rest}"));
    for (rest, expected) in [
        ("restartPolicy: always", "restartPolicy @always: not among Always|OnFailure|Never"),
        (
            "initContainers:\n- {name: api, image: a}",
            "initContainers[name=api].name @api: stands twice in the list <- api",
        ),
        (
            "initContainers:\n- {name: wait, image: a, livenessProbe: {exec: {command: [a]}}}",
            "initContainers[name=wait].livenessProbe @livenessProbe: needs `restartPolicy: Always` \
             in an init container",
        ),
        (
            "tolerations: [{key: a, operator: exists}]",
            "tolerations[0].operator @exists: not among Exists|Equal|Lt|Gt",
        ),
        (
            "tolerations: [{effect: NoSchedule}]",
            "tolerations[0] @effect: lacks `key`, which every operator but `Exists` asks for",
        ),
        (
            "tolerations: [{key: a, operator: Exists, value: 'true'}]",
            "tolerations[0].value @'true': cannot be set with the operator `Exists`",
        ),
        (
            "affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: \
             0, preference: {}}]}}",
            "affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight @0: \
             must be between 1 and 100",
        ),
        (
            "topologySpreadConstraints: [{maxSkew: 0, topologyKey: a, whenUnsatisfiable: DoNotSchedule}]",
            "topologySpreadConstraints[0].maxSkew @0: must be at least 1",
        ),
        ("dnsPolicy: None", "dnsPolicy @None: cannot be `None` without `dnsConfig.nameservers`"),
        (
            "hostNetwork: true\ninitContainers: []\nserviceAccountName: A",
            "serviceAccountName @A: must be at most 253 lower-case letters, digits, `-` and `.`, \
             with a letter or digit at both ends of every part",
        ),
    ] {
        one(&with(rest), &format!("spec.{expected}"));
    }
    silent(&with(
        "tolerations: [{operator: Exists}, {key: a, effect: NoExecute, tolerationSeconds: 3}]",
    ));
    silent(&with(
        "initContainers:\n- {name: b, image: a, restartPolicy: Always, livenessProbe: {exec: {command: [a]}}}",
    ));
    let shared = "hostNetwork: true\ncontainers:\n- name: a\n  image: a\n  ports: [{containerPort: 80, hostPort: 8080}]";
    one(
        &pod(shared),
        "spec.containers[name=a].ports[0].hostPort @8080: must be the `containerPort`: the pod has \
         `hostNetwork` <- 80",
    );
}

#[test]
fn selectors_match_templates() {
    let deployment = |selector: &str, labels: &str| {
        object(
            "apps/v1",
            "Deployment",
            &format!(
                "spec: {{selector: {selector}, template: {{metadata: {{labels: {labels}}}, spec: \
             {{containers: [{{name: a, image: a}}]}}}}}}"
            ),
        )
    };
    one(
        &deployment("{matchLabels: {app: a}}", "{app: b}"),
        "spec.selector.matchLabels.app @a: is not the label of the template <- b",
    );
    one(
        &deployment("{matchLabels: {app: a}}", "{tier: b}"),
        "spec.selector.matchLabels.app @a: matches no label of the template <- labels",
    );
    one(
        &deployment("{matchExpressions: [{key: a, operator: In, values: [b]}]}", "{a: c}"),
        "spec.selector.matchExpressions[0] @key: does not match the labels of the template <- c",
    );
    one(&deployment("{}", "{a: c}"), "spec.selector @selector: must not be empty");
    one(
        &deployment("{matchExpressions: [{key: a, operator: Exists, values: [c]}]}", "{a: c}"),
        "spec.selector.matchExpressions[0].values @values: cannot be set with `Exists`",
    );
    for (selector, labels) in [
        ("{matchLabels: {app: a}}", "{app: a, b: c}"),
        ("{matchLabels: {app: '${APP}'}}", "{app: a}"),
        ("{matchLabels: {app: a}}", "{'${KEY}': a}"),
        ("{matchExpressions: [{key: a, operator: NotIn, values: [b]}]}", "{}"),
        ("{matchExpressions: [{key: a, operator: DoesNotExist}]}", "{b: c}"),
    ] {
        silent(&deployment(selector, labels));
    }
    let job = "spec: {selector: {matchLabels: {a: b}}, template: {spec: {restartPolicy: Never, \
               containers: [{name: a, image: a}]}}}";
    silent(&object("batch/v1", "Job", job));
}

#[test]
fn workloads() {
    let template =
        "template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: a}]}}";
    let of = |kind: &str, rest: &str| {
        let spec = format!("spec: {{selector: {{matchLabels: {{a: b}}}}, {template}, {rest}}}");
        object("apps/v1", kind, &spec)
    };
    for (kind, rest, expected) in [
        ("Deployment", "replicas: -1", "replicas @-1: must be at least 0"),
        (
            "Deployment",
            "strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}",
            "strategy.rollingUpdate @rollingUpdate: cannot be set with the type `Recreate` <- Recreate",
        ),
        (
            "Deployment",
            "strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}",
            "strategy.rollingUpdate.maxUnavailable @0%: cannot be 0 when `maxSurge` is 0 <- 0",
        ),
        (
            "Deployment",
            "strategy: {rollingUpdate: {maxUnavailable: 150%}}",
            "strategy.rollingUpdate.maxUnavailable @150%: must be at most 100%",
        ),
        (
            "Deployment",
            "strategy: {rollingUpdate: {maxSurge: '25'}}",
            "strategy.rollingUpdate.maxSurge @'25': must be a whole number, or a percentage such as \
             `25%`",
        ),
        (
            "StatefulSet",
            "podManagementPolicy: parallel",
            "podManagementPolicy @parallel: not among OrderedReady|Parallel",
        ),
        (
            "DaemonSet",
            "updateStrategy: {rollingUpdate: {maxSurge: 1}}",
            "updateStrategy.rollingUpdate.maxSurge @1: needs `maxUnavailable: 0`, which is 1 where \
             it is left out",
        ),
    ] {
        one(&of(kind, rest), &format!("spec.{expected}"));
    }
    silent(&of("DaemonSet", "updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}"));
    silent(&of("DaemonSet", "updateStrategy: {type: OnDelete, rollingUpdate: {maxSurge: 1}}"));
    silent(&of("Deployment", "strategy: {type: Recreate, rollingUpdate: null}"));
    let job = |restarts: &str| {
        let pod = format!("{{containers: [{{name: a, image: a}}], {restarts}}}");
        object("batch/v1", "Job", &format!("spec: {{template: {{spec: {pod}}}}}"))
    };
    one(&job(""), "spec.template.spec @spec: lacks restartPolicy");
    let always = told(&job("restartPolicy: Always"), false);
    assert_eq!(always, ["spec.template.spec.restartPolicy @Always: not among Never|OnFailure"]);
    silent(&job("restartPolicy: OnFailure"));
    let cron = |name: &str, schedule: &str| {
        format!(
            "{{apiVersion: batch/v1, kind: CronJob, metadata: {{name: {name}}}, spec: {{schedule: \
             \"{schedule}\", jobTemplate: {{spec: {{template: {{spec: {{restartPolicy: Never, \
             containers: [{{name: a, image: a}}]}}}}}}}}}}}}"
        )
    };
    one(&cron("a", "0 3 * *"), "spec.schedule @\"0 3 * *\": must have five fields, not 4");
    assert_eq!(told(&cron(&"a".repeat(53), "@daily"), false).len(), 1);
    silent(&cron(&"a".repeat(52), "${SCHEDULE}"));
}

#[test]
fn services_and_ingresses() {
    let service = |spec: &str| object("v1", "Service", &format!("spec: {{{spec}}}"));
    for (spec, expected) in [
        (
            "type: Loadbalancer, ports: [{port: 1}]",
            "spec.type @Loadbalancer: not among ClusterIP|NodePort|LoadBalancer|ExternalName",
        ),
        ("selector: {a: b}", "spec @spec: lacks ports"),
        ("type: ExternalName", "spec @spec: lacks externalName"),
        (
            "ports: [{port: 1, nodePort: 30000}]",
            "spec.ports[0].nodePort @30000: cannot be set for the type `ClusterIP`",
        ),
        (
            "ports: [{port: 1}, {port: 2, name: b}]",
            "spec.ports[0] @port: lacks `name`, which a service with several ports asks for",
        ),
        (
            "ports: [{port: 1, name: a}, {port: 1, name: b}]",
            "spec.ports[name=b].port @1: is taken twice for TCP <- 1",
        ),
        (
            "ports: [{port: 1, name: a}, {port: 2, name: a}]",
            "spec.ports[name=a].name @a: stands twice in the list <- a",
        ),
        (
            "externalTrafficPolicy: Local, ports: [{port: 1}]",
            "spec.externalTrafficPolicy @Local: can only be set for the types `NodePort` and `LoadBalancer`",
        ),
        (
            "type: LoadBalancer, clusterIP: None, ports: [{port: 1}]",
            "spec.clusterIP @None: cannot be `None` for the type `LoadBalancer`",
        ),
    ] {
        one(&service(spec), expected);
    }
    for spec in [
        "clusterIP: None, selector: {a: b}",
        "type: ExternalName, externalName: a.example.org.",
        "type: '${TYPE}'",
        "ports: [{port: 1, name: a}, {port: 1, name: b, protocol: UDP}]",
        "ports: [{port: 1, targetPort: 0}]",
        "type: NodePort, externalTrafficPolicy: Local, ports: [{port: 1, nodePort: 30000}]",
        "type: LoadBalancer, loadBalancerSourceRanges: [' 10.0.0.0/8 '], ports: [{port: 1}]",
    ] {
        silent(&service(spec));
    }
    let ingress = |path: &str| {
        object(
            "networking.k8s.io/v1",
            "Ingress",
            &format!("spec: {{rules: [{{host: a.example.org, http: {{paths: [{path}]}}}}]}}"),
        )
    };
    let at = "spec.rules[0].http.paths[0]";
    let backend = "backend: {service: {name: a, port: {number: 80}}}";
    for (path, expected) in [
        (format!("{{path: /, pathType: prefix, {backend}}}"), ".pathType @prefix: not among Exact|Prefix|ImplementationSpecific"),
        (format!("{{path: a, pathType: Exact, {backend}}}"), ".path @a: must be a path that begins with `/`"),
        (format!("{{path: /a//b, pathType: Exact, {backend}}}"), ".path @/a//b: must not have `//` with the type `Exact`"),
        ("{path: /, pathType: Exact, backend: {service: {name: a, port: {name: http, number: 80}}}}".to_owned(), ".backend.service.port.number @number: cannot stand beside `name` <- name"),
        ("{path: /, pathType: Exact, backend: {service: {name: a}}}".to_owned(), ".backend.service @service: lacks port"),
    ] {
        one(&ingress(&path), &format!("{at}{expected}"));
    }
    silent(&ingress(&format!("{{pathType: ImplementationSpecific, {backend}}}")));
}

#[test]
fn the_rest() {
    for (group, kind, rest, expected) in [
        (
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            "spec: {minReplicas: 3, maxReplicas: 2}",
            "spec.maxReplicas @2: must be at least `minReplicas`, 3 <- 3",
        ),
        (
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            "spec: {maxReplicas: 2, metrics: [{type: Resource}]}",
            "spec.metrics[0] @type: lacks `resource`, which the type `Resource` asks for",
        ),
        (
            "policy/v1",
            "PodDisruptionBudget",
            "spec: {minAvailable: 1, maxUnavailable: 1}",
            "spec.maxUnavailable @maxUnavailable: cannot stand beside `minAvailable` <- minAvailable",
        ),
        (
            "networking.k8s.io/v1",
            "NetworkPolicy",
            "spec: {policyTypes: [ingress]}",
            "spec.policyTypes[0] @ingress: not among Ingress|Egress",
        ),
        (
            "networking.k8s.io/v1",
            "NetworkPolicy",
            "spec: {ingress: [{from: [{}]}]}",
            "spec.ingress[0].from[0] @{}: lacks podSelector|namespaceSelector|ipBlock",
        ),
        (
            "networking.k8s.io/v1",
            "NetworkPolicy",
            "spec: {egress: [{to: [{ipBlock: {cidr: 10.0.0.1}}]}]}",
            "spec.egress[0].to[0].ipBlock.cidr @10.0.0.1: must be an address range such as `10.0.0.0/8`",
        ),
        (
            "v1",
            "PersistentVolumeClaim",
            "spec: {accessModes: [RWO], resources: {requests: {storage: 1Gi}}}",
            "spec.accessModes[0] @RWO: not among ReadWriteOnce|ReadOnlyMany|ReadWriteMany|ReadWriteOncePod",
        ),
        (
            "v1",
            "PersistentVolumeClaim",
            "spec: {accessModes: [ReadWriteOnce]}",
            "spec @spec: lacks `resources.requests.storage`, which every claim asks for",
        ),
        (
            "rbac.authorization.k8s.io/v1",
            "Role",
            "rules: [{apiGroups: [''], resources: [pods]}]",
            "rules[0] @apiGroups: lacks verbs",
        ),
        (
            "rbac.authorization.k8s.io/v1",
            "ClusterRole",
            "rules: [{verbs: [get], resources: [pods]}]",
            "rules[0] @verbs: lacks apiGroups",
        ),
        (
            "rbac.authorization.k8s.io/v1",
            "ClusterRoleBinding",
            "roleRef: {kind: Role, name: a}",
            "roleRef.kind @Role: not among ClusterRole",
        ),
        (
            "rbac.authorization.k8s.io/v1",
            "ClusterRoleBinding",
            "subjects: [{kind: ServiceAccount, name: a}]",
            "subjects[name=a] @ServiceAccount: lacks `namespace`, which a ServiceAccount in a ClusterRoleBinding asks for",
        ),
        ("v1", "ConfigMap", "data: {a/b: c}", "data @a/b: key a/b"),
        (
            "v1",
            "ConfigMap",
            "data: {a: b}, binaryData: {a: Yg==}",
            "binaryData.a @Yg==: stands in `data` as well <- a",
        ),
        (
            "v1",
            "Secret",
            "type: kubernetes.io/tls, stringData: {tls.crt: a}",
            " @Secret: lacks `tls.key`, which the type `kubernetes.io/tls` asks for",
        ),
    ] {
        one(&object(group, kind, rest), expected);
    }
    for (group, kind, rest) in [
        (
            "rbac.authorization.k8s.io/v1",
            "RoleBinding",
            "subjects: [{kind: ServiceAccount, name: a}]",
        ),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", "aggregationRule: {}, rules: []"),
        (
            "rbac.authorization.k8s.io/v1",
            "ClusterRole",
            "rules: [{verbs: [get], nonResourceURLs: [/healthz]}]",
        ),
        ("policy/v1", "PodDisruptionBudget", "spec: {minAvailable: null, maxUnavailable: 1}"),
        (
            "networking.k8s.io/v1",
            "NetworkPolicy",
            "spec: {podSelector: {}, ingress: [{}], egress: [{to: []}]}",
        ),
        ("v1", "Secret", "type: kubernetes.io/tls, data: {tls.crt: '', tls.key: ''}"),
        ("example.org/v1", "Deployment", "spec: {replicas: -1}"),
    ] {
        silent(&object(group, kind, rest));
    }
}

#[test]
fn names_and_labels() {
    let named = |kind: &str, metadata: &str| {
        format!("{{apiVersion: v1, kind: {kind}, metadata: {{{metadata}}}, data: {{}}}}")
    };
    assert_eq!(told(&named("ConfigMap", "name: My_Config"), false).len(), 1);
    assert_eq!(told(&named("Namespace", "name: a.b"), false).len(), 1);
    one(&named("ConfigMap", "name: a, labels: {a b: c}"), "metadata.labels @a b: key a b");
    assert_eq!(told(&named("ConfigMap", "name: a, labels: {a: a/b}"), false).len(), 1);
    assert_eq!(told(&named("ConfigMap", "name: a, annotations: {a/b/c: d}"), false).len(), 1);
    silent(&named(
        "ConfigMap",
        "name: a.b, labels: {a: '', x.y/Z: A_b}, annotations: {X.y/z: '!'}",
    ));
    silent(&named("ConfigMap", "name: '${NAME}', labels: {'${A}': '{{ b }}'}"));
    let role = "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: 'a:B'}}";
    silent(role);
    let queue = "{apiVersion: nordwerk.example/v1, kind: Queue, metadata: {name: A}}";
    assert_eq!(told(queue, true).len(), 1);
    silent(queue);
}

#[test]
fn nothing_breaks_on_odd_shapes() {
    let kinds = [
        ("v1", "Pod"),
        ("v1", "Service"),
        ("v1", "Secret"),
        ("v1", "ConfigMap"),
        ("v1", "PersistentVolumeClaim"),
        ("apps/v1", "Deployment"),
        ("apps/v1", "StatefulSet"),
        ("apps/v1", "DaemonSet"),
        ("batch/v1", "Job"),
        ("batch/v1", "CronJob"),
        ("networking.k8s.io/v1", "Ingress"),
        ("networking.k8s.io/v1", "NetworkPolicy"),
        ("autoscaling/v2", "HorizontalPodAutoscaler"),
        ("policy/v1", "PodDisruptionBudget"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole"),
        ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
    ];
    // Types are the schema's matter: nothing is told of a value that is none of the right type.
    for odd in
        ["null", "[]", "[[]]", "[null]", "7", "text", "99999999999999999999999999999999999999999"]
    {
        for (group, kind) in kinds {
            for field in ["spec", "data", "type", "rules", "subjects", "roleRef"] {
                told(&object(group, kind, &format!("{field}: {odd}")), false);
            }
        }
        for spec in [
            format!("containers: {odd}"),
            format!("containers:\n- {odd}"),
            format!("volumes: {odd}\ntolerations: {odd}\naffinity: {odd}\ninitContainers: {odd}"),
            format!(
                "containers:\n- {{name: {odd}, ports: {odd}, env: {odd}, volumeMounts: {odd}}}"
            ),
        ] {
            told(&pod(&spec), false);
        }
    }
    silent("{apiVersion: v1, kind: Pod}");
    silent("{apiVersion: v1, kind: Pod, spec: {containers: {a: b}}}");
    let many = "- {name: a, image: a, imagePullPolicy: x}\n".repeat(500);
    assert!(told(&pod(&format!("containers:\n{many}")), false).len() <= 100);
}
