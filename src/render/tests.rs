use super::{Grade, Options, Rendered, Renderer};
use crate::kube::{Action, Value};
use crate::source::Snapshot;
use crate::syntax::Store;
use crate::text::RepoPath;

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 1
  template:
    spec:
      containers:
      - {name: api, image: 'api:1', envFrom: [{configMapRef: {name: settings}}]}
";

const OVERLAY: &str = "resources: [../base]
namespace: prod
namePrefix: p-
labels: [{pairs: {tier: back}}]
images: [{name: api, newTag: v2}]
replicas: [{name: api, count: 3}]
configMapGenerator:
- {name: settings, literals: [MODE=live], envs: [x.env]}
";

fn files() -> Vec<(&'static str, &'static str)> {
    vec![
        ("base/kustomization.yaml", "resources: [d.yaml]\n"),
        ("base/d.yaml", DEPLOYMENT),
        ("prod/kustomization.yaml", OVERLAY),
        ("prod/x.env", "# c\nLEVEL=info\n"),
    ]
}

/// Renders `prod` and hands the result with its snapshot to `test`.
fn with(
    files: &[(&str, &str)],
    options: Options,
    test: impl FnOnce(Result<Rendered, super::RenderError>, &Snapshot),
) {
    let snapshot = Snapshot::from_memory(files.iter().map(|(path, text)| (path, *text)));
    let store = Store::new(&snapshot);
    let rendered = Renderer::new(&store, options).render(&RepoPath::new("prod").unwrap());
    test(rendered, &snapshot);
}

/// The history of a value: what happened, and the text that says so.
fn history(value: &Value, snapshot: &Snapshot) -> Vec<(Action, String)> {
    let steps = value.provenance.steps().iter();
    steps.map(|step| (step.action, snapshot.slice(step.span).to_owned())).collect()
}

#[test]
fn every_value_knows_who_set_it() {
    with(&files(), Options::default(), |rendered, snapshot| {
        let rendered = rendered.unwrap();
        assert_eq!(rendered.grade, Grade::Whole);
        assert_eq!(rendered.inputs.len(), 4);
        let [settings, api] = &rendered.resources[..] else { unreachable!("two objects") };
        let check = |body: &Value, path: &[&str], text: &str, steps: &[(Action, &str)]| {
            let value = path.iter().fold(body, |value, key| match value.as_list() {
                Some(items) => &items[key.parse::<usize>().unwrap()],
                None => value.get(key).unwrap(),
            });
            assert_eq!(value.text(), Some(text), "{path:?}");
            let steps: Vec<_> = steps.iter().map(|&(what, at)| (what, at.to_owned())).collect();
            assert_eq!(history(value, snapshot), steps, "{path:?}");
        };
        let name = "p-api";
        let steps = [(Action::Declared, "api"), (Action::NamePrefix, "p-")];
        check(&api.body, &["metadata", "name"], name, &steps);
        check(&api.body, &["metadata", "namespace"], "prod", &[(Action::Namespace, "prod")]);
        check(&api.body, &["metadata", "labels", "tier"], "back", &[(Action::Labelled, "back")]);
        let steps = [(Action::Declared, "1"), (Action::Replicas, "3")];
        check(&api.body, &["spec", "replicas"], "3", &steps);
        let container = ["spec", "template", "spec", "containers", "0"];
        let steps = [(Action::Declared, "'api:1'"), (Action::Image, "v2")];
        check(&api.body, &[&container[..], &["image"]].concat(), "api:v2", &steps);
        check(&settings.body, &["data", "MODE"], "live", &[(Action::Generated, "MODE=live")]);
        check(&settings.body, &["data", "LEVEL"], "info", &[(Action::Generated, "info")]);
        let generator = "{name: settings, literals: [MODE=live], envs: [x.env]}";
        check(
            &settings.body,
            &["metadata", "name"],
            &settings.id.name,
            &[
                (Action::Generated, "settings"),
                (Action::NamePrefix, "p-"),
                (Action::Hashed, generator),
            ],
        );
        let reference = [&container[..], &["envFrom", "0", "configMapRef", "name"]].concat();
        check(
            &api.body,
            &reference,
            &settings.id.name,
            &[(Action::Declared, "settings"), (Action::Referenced, generator)],
        );
        assert_eq!((&*api.original.name, &*api.original.namespace), ("api", ""));
    });
}

#[test]
fn a_gap_excuses_what_may_be_in_it() {
    let mut files = files();
    files[2].1 = "resources: [../base, 'https://example.org/base?ref=v1']
helmCharts: [{name: cache}]
patches: [{patch: '{apiVersion: v1, kind: Service, metadata: {name: far}, spec: null}'}]
replicas: [{name: far, count: 2}]
";
    let partial = Options { partial: true, restricted: false };
    with(&files, partial, |rendered, snapshot| {
        let rendered = rendered.unwrap();
        assert_eq!(rendered.grade, Grade::Partial);
        assert_eq!(rendered.resources.len(), 1);
        let gaps: Vec<_> = rendered.gaps.iter().map(|gap| (gap.what, &*gap.detail)).collect();
        assert_eq!(
            gaps,
            [
                ("remote base", "https://example.org/base?ref=v1"),
                ("helm chart", "cache"),
                ("patch target", "Service far"),
                ("replicas target", "far"),
            ]
        );
        let first = rendered.gaps.first().map(|gap| snapshot.slice(gap.span));
        assert_eq!(first, Some("'https://example.org/base?ref=v1'"));
    });
    with(&files, Options::default(), |rendered, _| assert!(rendered.is_err()));
}

#[test]
fn errors_say_where_and_how_one_came_there() {
    let mut files = files();
    files[0].1 = "resources: [d.yaml]\nnamePrefx: x-\n";
    with(&files, Options::default(), |rendered, snapshot| {
        let error = rendered.unwrap_err();
        assert_eq!(snapshot.slice(error.span), "namePrefx");
        assert_eq!(error.help.as_deref(), Some("did you mean `namePrefix`?"));
        let trail: Vec<_> = error.trail.iter().map(|&span| snapshot.slice(span)).collect();
        assert_eq!(trail, ["../base"]);
    });
    files[0].1 = "resources: [../prod]\n";
    with(&files, Options::default(), |rendered, _| {
        let message = rendered.unwrap_err().message;
        assert_eq!(message, "this leads round in a circle: `prod` → `base` → `prod`");
    });
}

#[test]
fn what_lies_elsewhere_is_remarked_on_or_refused() {
    let mut files = files();
    files[2].1 = "resources: [../base/d.yaml]\n";
    with(&files, Options { restricted: false, partial: false }, |rendered, snapshot| {
        let notices = rendered.unwrap().notices;
        let [notice] = &notices[..] else { unreachable!("one notice") };
        assert_eq!(snapshot.slice(notice.span), "../base/d.yaml");
    });
    with(&files, Options { restricted: true, partial: false }, |rendered, _| {
        assert_eq!(rendered.unwrap_err().message, "`base/d.yaml` lies outside of `prod`");
    });
}

#[test]
fn towers_of_bases_end() {
    let levels: Vec<(String, String)> = (0..100)
        .map(|level| {
            let text = format!("resources: [../l{}]\n", level + 1);
            (format!("l{level}/kustomization.yaml"), text)
        })
        .collect();
    let mut files: Vec<(&str, &str)> = vec![("prod/kustomization.yaml", "resources: [../l0]\n")];
    files.extend(levels.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    with(&files, Options::default(), |rendered, _| {
        assert!(rendered.unwrap_err().message.contains("nested deeper"));
    });
}

#[test]
fn files_that_are_never_committed_are_gaps() {
    let mut files = files();
    files[2].1 = "resources: [../base]
secretGenerator:
- {name: a, envs: [.env], literals: [KEY=value]}
- {name: b, files: [token=local/db], options: {disableNameSuffixHash: true}}
patches: [{path: local/patch.yaml}]
";
    files.push((".gitignore", "local/\n"));
    let partial = Options { partial: true, restricted: false };
    with(&files, partial, |rendered, snapshot| {
        let rendered = rendered.unwrap();
        assert_eq!(rendered.grade, Grade::Partial);
        let gaps: Vec<_> =
            rendered.gaps.iter().map(|gap| (gap.what, snapshot.slice(gap.span))).collect();
        assert_eq!(
            gaps,
            [
                ("local secret file", ".env"),
                ("ignored file", "token=local/db"),
                ("ignored file", "local/patch.yaml"),
            ]
        );
        let names: Vec<_> = rendered.resources.iter().map(|resource| &*resource.id.name).collect();
        assert_eq!((names[1], names[2]), ("b", "api"));
        let known = rendered.resources[0].body.at(&["data", "KEY"]);
        assert_eq!(known.and_then(Value::text), Some("dmFsdWU="));
    });
    with(&files, Options::default(), |rendered, _| {
        let error = rendered.unwrap_err();
        assert_eq!(error.message, "`.env` does not exist");
        assert!(error.help.unwrap().contains("--partial"));
    });
    files[2].1 = "resources: [missing.yaml]\n";
    with(&files, partial, |rendered, _| assert!(rendered.is_err()));
}

#[test]
fn annotations_say_where_objects_come_from_if_asked() {
    let mut files = files();
    files[2].1 = "resources: [../base]
namePrefix: p-
buildMetadata: [originAnnotations, transformerAnnotations]
configMapGenerator: [{name: c, literals: [a=b]}]
";
    with(&files, Options::default(), |rendered, snapshot| {
        let rendered = rendered.unwrap();
        let note = |at: usize, key: &str| {
            let body = &rendered.resources[at].body;
            let value = body.at(&["metadata", "annotations", key]).unwrap();
            assert_eq!(snapshot.slice(value.span()), "originAnnotations");
            value.text().unwrap().to_owned()
        };
        let made = "configuredIn: kustomization.yaml\nconfiguredBy:\n  apiVersion: builtin\n  \
                    kind: ConfigMapGenerator\n";
        assert_eq!(note(0, "config.kubernetes.io/origin"), made);
        assert_eq!(note(1, "config.kubernetes.io/origin"), "path: ../base/d.yaml\n");
        let changed = "- configuredIn: kustomization.yaml\n  configuredBy:\n    apiVersion: builtin\n    \
                       kind: PrefixTransformer\n";
        assert_eq!(note(1, "alpha.config.kubernetes.io/transformations"), changed);
    });
}

#[test]
fn the_target_of_an_old_json_patch_is_a_pattern_and_may_match_nothing() {
    let mut files = files();
    files[2].1 = "resources: [../base]
patchesJson6902:
- {target: {kind: Deployment, name: a.*}, patch: '- {op: add, path: /spec/x, value: 1}'}
- {target: {kind: Deployment, name: b.*}, patch: '- {op: add, path: /spec/y, value: 1}'}
";
    with(&files, Options::default(), |rendered, _| {
        let rendered = rendered.unwrap();
        let spec = rendered.resources[0].body.get("spec").unwrap();
        assert!(spec.get("x").is_some() && spec.get("y").is_none());
    });
}

#[test]
fn a_null_label_is_a_text_where_kustomize_rewrites_labels() {
    let labels = |target: &str| {
        format!(
            "resources: [../base]\nlabels: [{{pairs: {{x: z}}}}]\npatches:\n- patch: '{{apiVersion: \
             apps/v1, kind: Deployment, metadata: {{name: api, labels: {{gone: null}}, \
             annotations: null}}}}'\n{target}"
        )
    };
    for (target, expected) in [("", None), ("  target: {kind: Deployment}\n", Some("null"))] {
        let text = labels(target);
        let mut files = files();
        files[2].1 = &text;
        with(&files, Options::default(), |rendered, snapshot| {
            let rendered = rendered.unwrap();
            let body = &rendered.resources[0].body;
            let gone = body.at(&["metadata", "labels", "gone"]);
            assert_eq!(gone.and_then(Value::as_str), expected, "{target}");
            let notices: Vec<_> =
                rendered.notices.iter().map(|notice| snapshot.slice(notice.span)).collect();
            assert_eq!(notices, expected.map(|_| "gone").as_slice(), "{target}");
        });
    }
}
