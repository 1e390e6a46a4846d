//! Pods and their containers.

use crate::validation::semantics::tests::{container, one, pod, silent, told};

#[test]
fn words_of_containers() {
    let at = "spec.containers[name=api]";
    for (lines, expected) in [
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
