//! What is refused, and what is not: small objects, and what is told of them.

mod objects;
mod pods;

use crate::kube::{Resource, ResourceId, load};
use crate::schema::Fault;
use crate::syntax::parse_yaml;
use crate::syntax::scalar::Dialect;
use crate::text::FileId;
use crate::validation::harmless::is_harmless;
use crate::validation::semantics::{field, whole};

/// What is told of an object: the path, the bytes that are shown, the words, the related bytes.
fn told(text: &str, custom: bool) -> Vec<String> {
    let parsed = parse_yaml(FileId(0), text);
    let body = load(parsed.documents[0].root(), Dialect::Resource).unwrap();
    let id = ResourceId::of(&body);
    let origin = body.span();
    let resource = Resource { original: id.clone(), id, body, origin };
    let mut found = whole(&resource, custom);
    for entry in resource.body.as_map().into_iter().flat_map(|map| map.iter()) {
        found.extend(field(&resource, entry, custom));
    }
    let found = found.iter().filter(|problem| !is_harmless(problem, false));
    found
        .map(|problem| {
            let words = match &problem.fault {
                Fault::Missing { fields } => format!("lacks {}", fields.join("|")),
                Fault::Enum { allowed } => format!("not among {}", allowed.join("|")),
                Fault::Key { key, .. } => format!("key {key}"),
                Fault::Dangling { what, known } => format!("no {what}: {}", known.join("|")),
                Fault::Beside { words, .. } | Fault::Clash(words) | Fault::Other(words) => {
                    words.clone()
                }
                fault => panic!("{fault:?}"),
            };
            let shown = &text[problem.span.range()];
            let related = problem.related.iter().map(|(span, _)| &text[span.range()]);
            let related: Vec<_> = related.map(|text| format!(" <- {text}")).collect();
            format!("{} @{shown}: {words}{}", problem.path, related.concat())
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
fn names_and_labels() {
    one("{apiVersion: v1, kind: Pod}", " @Pod: lacks metadata");
    one(
        "{apiVersion: v1, kind: Pod, metadata: {labels: {a: b}}}",
        "metadata @metadata: lacks name",
    );
    silent("{apiVersion: v1, kind: Pod, metadata: {generateName: a-}}");
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
    silent(&object("v1", "Pod", ""));
    silent(&object("v1", "Pod", "spec: {containers: {a: b}}"));
    let many = "- {name: a, image: a, imagePullPolicy: x}\n".repeat(500);
    assert!(told(&pod(&format!("containers:\n{many}")), false).len() <= 100);
}
