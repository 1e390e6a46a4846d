//! What Flux makes of values and variables, held against what its controllers do.

#![expect(clippy::unwrap_used, reason = "a test reads its cases")]

use std::collections::BTreeMap;

use paritylint::check;
use paritylint::config::Config;
use paritylint::kube::{Kind, Value};
use paritylint::source::Snapshot;
use paritylint::syntax::Store;
use paritylint::syntax::scalar::Tag;

fn shown(value: &Value) -> String {
    match &value.kind {
        Kind::Scalar(scalar) if scalar.tag == Tag::Str => format!("'{}'", scalar.text),
        Kind::Scalar(scalar) => scalar.text.to_string(),
        Kind::List(items) => format!("{:?}", items.iter().map(shown).collect::<Vec<_>>()),
        Kind::Map(map) => {
            let entries = map.iter().map(|entry| format!("{}: {}", entry.key, shown(&entry.value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// The value at a path of the only object of a kind, by environment; with the text at its place.
fn found(files: &[(&str, &str)], kind: &str, path: &[&str]) -> BTreeMap<String, (String, String)> {
    let snapshot = Snapshot::from_memory(files.iter().copied());
    let store = Store::new(&snapshot);
    let (config, _) = Config::load_what_is_right(&snapshot, None);
    let layout = check::layout(&store, &config);
    let renderer = check::renderer(&store, &layout);
    let evaluated = check::evaluate(&renderer, &layout, |_| true);
    let mut all = BTreeMap::new();
    for evaluated in &evaluated {
        let resources = &evaluated.output().unwrap().resources;
        let object = resources.iter().find(|object| &*object.id.gvk.kind == kind);
        let Some(value) = object.and_then(|object| object.body.at(path)) else { continue };
        let place = snapshot.slice(value.provenance.last().span).to_owned();
        all.insert(layout.name_of(evaluated.overlay), (shown(value), place));
    }
    all
}

const RELEASE: &str =
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a, namespace: n}\n";

/// The values of a release in production, whose `valuesFrom` and `values` are given.
fn values(spec: &str, objects: &str) -> String {
    let release = format!("{RELEASE}spec:\n{spec}---\n{objects}");
    let files = [("apps/staging/a.yaml", release.as_str()), ("apps/production/a.yaml", &release)];
    found(&files, "HelmRelease", &["spec", "values"])["production"].0.clone()
}

fn config_map(name: &str, data: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: n}}\ndata:\n{data}---\n"
    )
}

#[test]
fn sources_are_laid_in_their_order_and_own_values_over_them() {
    let objects =
        config_map("one", "  values.yaml: |\n    a: 1\n    b: {c: 1, d: 1}\n    l: [1]\n")
            + &config_map("two", "  other: |\n    b: {c: 2}\n    l: [2, 3]\n");
    let spec = "  valuesFrom:\n  - {kind: ConfigMap, name: one}\n  \
                - {kind: ConfigMap, name: two, valuesKey: other}\n  \
                - {kind: ConfigMap, name: two, valuesKey: none, optional: true}\n  values: {a: 3}\n";
    assert_eq!(values(spec, &objects), r#"{a: 3, b: {c: 2, d: 1}, l: ["2", "3"]}"#);
}

/// The controller lays the release's own values over what there is, and puts the single value into
/// the result: into the very maps of the release where it took them over whole.
#[test]
fn single_values_win_where_the_controller_lets_them() {
    let one = config_map("one", "  v: '5'\n  t: '\"5\"'\n  values.yaml: 'b: {x: 1}'\n");
    let from = |more: &str, values: &str| values_of(more, values, &one);
    let set = |key: &str, path: &str| {
        format!("  - {{kind: ConfigMap, name: one, valuesKey: {key}, targetPath: '{path}'}}\n")
    };
    assert_eq!(from(&set("v", "b.c"), "{b: {c: 1, d: 1}}"), "{b: {c: 5, d: 1}}");
    assert_eq!(from(&set("t", "b.c"), "{b: {c: 1}}"), "{b: {c: '5'}}");
    // At the top there is no map to put it into.
    assert_eq!(from(&set("v", "a"), "{a: 1}"), "{a: 1}");
    let whole = "  - {kind: ConfigMap, name: one}\n".to_owned();
    assert_eq!(from(&(whole + &set("v", "b.c")), "{b: {c: 1}}"), "{b: {c: 1, x: 1}}");
    assert_eq!(from(&set("v", "l[1].p"), "{}"), "{l: [\"\", \"{p: 5}\"]}");
}

fn values_of(from: &str, own: &str, objects: &str) -> String {
    values(&format!("  valuesFrom:\n{from}  values: {own}\n"), objects)
}

#[test]
fn secrets_are_read_and_not_shown() {
    let objects = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: n}\nstringData:\n  \
                   values.yaml: 'a: {b: hunter2, c: [hunter3]}'\ndata:\n  p: aHVudGVyNA==\n---\n\
                   apiVersion: v1\nkind: Secret\nmetadata: {name: e, namespace: n}\nstringData: {values.yaml: \
                   'ENC[AES256_GCM,data:x]'}\nsops: {mac: x}\n";
    let from = "  - {kind: Secret, name: s}\n  - {kind: Secret, name: e}\n  \
                - {kind: Secret, name: s, valuesKey: p, targetPath: d}\n";
    let shown = values_of(from, "{z: 1}", objects);
    assert_eq!(shown, "{a: {b: '(secret)', c: [\"'(secret)'\"]}, d: '(secret)', z: 1}");
}

fn kustomization(post: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: a, namespace: \
         flux-system}}\nspec:\n  interval: 1m\n  path: ./apps/a\n  prune: true\n  sourceRef: {{kind: GitRepository, \
         name: flux-system}}\n  postBuild: {post}\n"
    )
}

/// The controller fills in what kustomize prints, and kustomize prints no quotes that are not needed.
#[test]
fn variables_become_the_same_wherever_they_are_defined() {
    let settings = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: s, namespace: flux-system}\ndata: \
                    {N: '4', T: '\"4\"'}\n";
    let inline = kustomization("{substitute: {N: '4', T: '\"4\"'}}");
    let other = kustomization("{substituteFrom: [{kind: ConfigMap, name: s}]}") + settings;
    let strategy = kustomization("{substituteStrategy: Always, substitute: {}}");
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: \"${N:=3}\"\n  b: ${N}\n  \
                  c: '${D:=3}'\n  d: \"${T}\"\n  e: 'x: ${N}'\n";
    let files = [
        ("clusters/dev/a.yaml", strategy.as_str()),
        ("clusters/staging/a.yaml", &inline),
        ("clusters/production/a.yaml", &other),
        ("apps/a/a.yaml", object),
    ];
    let all = found(&files[1..], "ConfigMap", &["data"]);
    let filled = "{a: 4, b: 4, c: 3, d: '4', e: 'x: 4'}";
    assert_eq!(all["staging"].0, filled);
    let snapshot = Snapshot::from_memory(files.iter().copied());
    let store = Store::new(&snapshot);
    let (config, _) = Config::load_what_is_right(&snapshot, None);
    let layout = check::layout(&store, &config);
    let renderer = check::renderer(&store, &layout);
    let evaluated = check::evaluate(&renderer, &layout, |unit| unit.name == "a");
    let of = |name: &str| {
        let one = evaluated.iter().find(|it| layout.name_of(it.overlay) == name).unwrap();
        shown(one.output().unwrap().resources[0].body.get("data").unwrap())
    };
    assert_eq!(of("production"), filled);
    assert_eq!(of("dev"), "{a: 3, b: , c: 3, d: , e: 'x: '}");
}

/// Values that variables were filled into stand where the text stands that asked for them.
#[test]
fn filled_in_values_keep_their_places() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: v, namespace: n}\ndata:\n  values.yaml: |\n    \
               host: a.${DOMAIN}\n    port: 80\n";
    let release = format!("{RELEASE}spec: {{valuesFrom: [{{kind: ConfigMap, name: v}}]}}\n");
    let staging = kustomization("{substitute: {DOMAIN: staging.example.org}}");
    let production = kustomization("{substitute: {DOMAIN: example.org}}");
    let files = [
        ("clusters/staging/a.yaml", staging.as_str()),
        ("clusters/production/a.yaml", &production),
        ("apps/a/map.yaml", map),
        ("apps/a/release.yaml", &release),
    ];
    let host = found(&files, "HelmRelease", &["spec", "values", "host"]);
    assert_eq!(host["production"], ("'a.example.org'".to_owned(), "example.org".to_owned()));
    let port = found(&files, "HelmRelease", &["spec", "values", "port"]);
    assert_eq!(port["production"], ("80".to_owned(), "80".to_owned()));
}
