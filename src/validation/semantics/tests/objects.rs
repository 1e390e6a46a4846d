//! Workloads, services and all that is no pod.

use crate::validation::semantics::tests::{object, one, silent, told};

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
