//! What Applications and `ApplicationSet`s of Argo CD tell about units: small repositories.

use paritylint::layout::{Choices, Layout};
use paritylint::source::Snapshot;
use paritylint::syntax::Store;

const EMPTY: &str = "resources: []\n";
const CHART: &str = "apiVersion: v2\nname: orders\nversion: 1.0.0\n";

fn discover(files: &[(&str, &str)]) -> Layout {
    let snapshot = Snapshot::from_memory(files.iter().copied());
    Layout::discover(&Store::new(&snapshot), &Choices::default())
}

/// `unit: environment[/variant]=root …`, one line a unit, sorted.
fn units(files: &[(&str, &str)]) -> Vec<String> {
    let layout = discover(files);
    let told = layout.units.iter().map(|unit| {
        let overlays = unit.overlays.iter().map(|overlay| {
            let name = &layout.environment(overlay.environment).expect("it exists").name;
            let variant = overlay.variant.as_ref().map_or(String::new(), |v| format!("/{v}"));
            let by = overlay.application.and_then(|at| layout.applications.get(at));
            let by = by.map_or(String::new(), |it| format!("<{}>", it.name));
            format!("{name}{variant}={}{by}", overlay.root)
        });
        format!("{}: {}", unit.name, overlays.collect::<Vec<_>>().join(" "))
    });
    told.collect()
}

fn names(files: &[(&str, &str)]) -> Vec<String> {
    let layout = discover(files);
    let told = layout.applications.iter().map(|application| {
        let paths: Vec<&str> =
            application.sources.iter().filter_map(|source| source.text("path")).collect();
        format!("{} {}", application.name, paths.join(" "))
    });
    told.collect()
}

fn orphans(files: &[(&str, &str)]) -> Vec<String> {
    let layout = discover(files);
    let orphans = layout.unplaced.iter().filter(|unplaced| unplaced.why.starts_with("orphaned"));
    orphans.map(|unplaced| unplaced.root.to_string()).collect()
}

fn application(name: &str, path: &str, more: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: {name}\n\
         spec:\n  project: default\n  source:\n    repoURL: https://git.example.org/nordwerk/deploy.git\n    \
         path: {path}\n    targetRevision: main\n{more}  destination:\n    \
         server: https://kubernetes.default.svc\n    namespace: orders\n"
    )
}

fn set(generators: &str, go: bool, name: &str, path: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata:\n  name: all\nspec:\n  \
         goTemplate: {go}\n  generators:\n{generators}  template:\n    metadata:\n      name: '{name}'\n    \
         spec:\n      project: default\n      source:\n        \
         repoURL: https://git.example.org/nordwerk/deploy.git\n        path: '{path}'\n        \
         targetRevision: main\n      destination:\n        server: https://kubernetes.default.svc\n"
    )
}

#[test]
fn a_chart_without_an_environment_in_its_path_has_one_overlay_for_each() {
    let helm = |file: &str| format!("    helm:\n      valueFiles: [{file}]\n");
    let staging = application("orders-staging", "charts/orders", &helm("a.yaml"));
    let prod = application("orders-prod", "charts/orders", &helm("b.yaml"));
    let found = units(&[
        ("apps/one.yaml", &format!("{staging}---\n{prod}")),
        ("charts/orders/Chart.yaml", CHART),
        ("charts/orders/a.yaml", "replicas: 1\n"),
        ("charts/orders/b.yaml", "replicas: 2\n"),
    ]);
    assert_eq!(
        found,
        ["orders: staging=charts/orders<orders-staging> prod=charts/orders<orders-prod>"]
    );
}

#[test]
fn values_files_that_tell_their_environment_keep_their_unit() {
    let helm = |file: &str| format!("    helm:\n      valueFiles: [values.yaml, {file}]\n");
    let staging = application("orders-staging", "charts/orders", &helm("values-staging.yaml"));
    let prod = application("orders-prod", "charts/orders", &helm("values-prod.yaml"));
    let found = units(&[
        ("apps/one.yaml", &format!("{staging}---\n{prod}")),
        ("charts/orders/Chart.yaml", CHART),
        ("charts/orders/values.yaml", "replicas: 1\n"),
        ("charts/orders/values-staging.yaml", "replicas: 1\n"),
        ("charts/orders/values-prod.yaml", "replicas: 2\n"),
    ]);
    assert_eq!(
        found,
        ["charts/orders: staging=charts/orders/values-staging.yaml<orders-staging> \
          prod=charts/orders/values-prod.yaml<orders-prod>"]
    );
}

#[test]
fn overlays_whose_path_tells_it_know_their_application() {
    let generators = "  - list:\n      elements: [{env: staging}, {env: production}]\n";
    let set = set(generators, false, "orders-{{env}}", "apps/orders/overlays/{{env}}");
    let found = units(&[
        ("argocd/orders.yaml", &set),
        ("apps/orders/overlays/staging/kustomization.yaml", EMPTY),
        ("apps/orders/overlays/production/kustomization.yaml", EMPTY),
    ]);
    assert_eq!(
        found,
        ["apps/orders: staging=apps/orders/overlays/staging<orders-staging> \
          production=apps/orders/overlays/production<orders-production>"]
    );
}

#[test]
fn clusters_whose_environment_only_the_generator_tells() {
    let generators = "  - list:\n      elements:\n      - {cluster: falcon, env: staging}\n      \
                      - {cluster: osprey, env: prod}\n      - {cluster: heron, env: prod}\n";
    let set = set(generators, true, "orders-{{.cluster}}", "clusters/{{.cluster}}/orders");
    let found = units(&[
        ("argocd/orders.yaml", &set),
        ("clusters/falcon/orders/kustomization.yaml", EMPTY),
        ("clusters/osprey/orders/kustomization.yaml", EMPTY),
        ("clusters/heron/orders/kustomization.yaml", EMPTY),
    ]);
    assert_eq!(
        found,
        ["orders: staging/falcon=clusters/falcon/orders<orders-falcon> \
          prod/heron=clusters/heron/orders<orders-heron> \
          prod/osprey=clusters/osprey/orders<orders-osprey>"]
    );
}

#[test]
fn what_several_environments_deploy_as_it_is_is_compared_as_applications() {
    let prod = application("orders-prod", "k8s", "").replace("main", "v1.4.0");
    let found = units(&[
        ("deploy/all.yaml", &format!("{}---\n{prod}", application("orders-staging", "k8s", ""))),
        ("k8s/kustomization.yaml", EMPTY),
    ]);
    assert_eq!(
        found,
        ["orders: staging=deploy/all.yaml<orders-staging> prod=deploy/all.yaml<orders-prod>"]
    );
}

#[test]
fn every_generator_that_the_repository_alone_tells() {
    let directories = "  - git:\n      repoURL: git@git.example.org:nordwerk/deploy.git\n      directories:\n      \
                       - path: apps/*\n      - path: apps/old\n        exclude: true\n";
    let files: &[(&str, &str)] = &[
        ("apps/orders/kustomization.yaml", EMPTY),
        ("apps/routes/kustomization.yaml", EMPTY),
        ("apps/old/kustomization.yaml", EMPTY),
        ("apps/.hidden/kustomization.yaml", EMPTY),
        ("config/prod/orders.json", r#"{"app": {"name": "orders"}, "size": 3}"#),
        ("config/prod/routes.yaml", "- app: {name: routes}\n- app: {name: tours}\n"),
    ];
    let with = |generators: &str, go: bool, name: &str, path: &str| {
        let set = set(generators, go, name, path);
        let mut all = files.to_vec();
        all.push(("argocd/set.yaml", &set));
        names(&all)
    };
    assert_eq!(
        with(directories, false, "{{path.basename}}-{{path[0]}}", "{{path}}"),
        ["orders-apps apps/orders", "routes-apps apps/routes"]
    );
    assert_eq!(
        with(directories, true, "{{ .path.basename | upper }}", "{{ .path.path }}"),
        ["ORDERS apps/orders", "ROUTES apps/routes"]
    );
    let by_file = "  - git:\n      repoURL: https://git.example.org/nordwerk/deploy\n      files:\n      \
                   - path: config/**/*.json\n      - path: config/prod/*.yaml\n";
    assert_eq!(
        with(by_file, false, "{{app.name}}-{{path.basename}}", "apps/{{app.name}}"),
        ["orders-prod apps/orders", "routes-prod apps/routes", "tours-prod apps/tours"]
    );
    assert_eq!(
        with(by_file, true, "{{.app.name}}-{{index .path.segments 1}}", "apps/{{.path.filename}}"),
        [
            "orders-prod apps/orders.json",
            "routes-prod apps/routes.yaml",
            "tours-prod apps/routes.yaml"
        ]
    );
    let matrix = "  - matrix:\n      generators:\n      - list:\n          elements: [{env: dev}, {env: prod}]\n      \
                  - git:\n          repoURL: https://git.example.org/nordwerk/deploy\n          files:\n          \
                  - path: 'config/{{env}}/orders.json'\n";
    assert_eq!(
        with(matrix, false, "{{app.name}}-{{env}}", "apps/{{app.name}}"),
        ["orders-prod apps/orders"]
    );
    let merge = "  - merge:\n      mergeKeys: [env]\n      generators:\n      - list:\n          \
                 elements: [{env: dev, size: small}, {env: prod, size: small}]\n      - list:\n          \
                 elements: [{env: prod, size: large}, {env: other, size: none}]\n";
    assert_eq!(
        with(merge, false, "{{env}}-{{size}}", "apps/orders"),
        ["dev-small apps/orders", "prod-large apps/orders"]
    );
}

#[test]
fn clusters_are_those_whose_secrets_the_repository_has() {
    let secret = |name: &str, env: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}-secret\n  labels:\n    \
             argocd.argoproj.io/secret-type: cluster\n    env: {env}\nstringData:\n  name: {name}\n  \
             server: https://{name}.example.org\n"
        )
    };
    let generators = "  - clusters:\n      selector:\n        matchLabels: {env: prod}\n      \
                      values: {size: large}\n";
    let set =
        set(generators, true, "orders-{{.name}}-{{.values.size}}", "apps/{{.metadata.labels.env}}");
    let found = names(&[
        ("argocd/set.yaml", &set),
        ("clusters/a.yaml", &secret("falcon", "staging")),
        ("clusters/b.yaml", &secret("osprey", "prod")),
    ]);
    assert_eq!(
        found,
        ["orders-osprey-large apps/prod", "orders-{{.name}}-large apps/{{.metadata.labels.env}}"]
    );
}

#[test]
fn an_application_that_deploys_the_overlay_of_another_environment_keeps_its_own() {
    let staging = application("orders-staging", "apps/orders/staging", "");
    let prod = application("orders-prod", "apps/orders/staging", "");
    let found = units(&[
        ("argocd/all.yaml", &format!("{staging}---\n{prod}")),
        ("apps/orders/staging/kustomization.yaml", EMPTY),
        ("apps/orders/prod/kustomization.yaml", EMPTY),
    ]);
    assert_eq!(
        found,
        ["apps/orders: staging=apps/orders/staging<orders-staging> \
          prod=apps/orders/prod<orders-prod>"]
    );
}

#[test]
fn contradictions_are_no_evidence() {
    let layout = discover(&[
        ("apps/a.yaml", &application("orders-prod", "charts/staging/orders", "")),
        ("apps/b.yaml", &application("orders-staging", "charts/staging/orders", "")),
        ("charts/staging/orders/Chart.yaml", CHART),
    ]);
    assert!(layout.units.is_empty(), "{:?}", layout.units);
    let why = &layout.unplaced[0].why;
    assert!(why.contains("orders-prod") && why.contains("not clear"), "{why}");
}

#[test]
fn an_overlay_that_no_application_reaches_is_orphaned() {
    let root = application("root", "argocd", "");
    let orders = application("orders-prod", "apps/orders/overlays/prod", "");
    let routes = application("routes-prod", "apps/routes/overlays/prod", "");
    let files = [
        ("root.yaml", root.as_str()),
        ("argocd/orders.yaml", &orders),
        ("argocd/routes.yaml", &routes),
        ("apps/orders/overlays/prod/kustomization.yaml", EMPTY),
        (
            "apps/routes/overlays/prod/kustomization.yaml",
            "resources: [../../parts/overlays/prod]\n",
        ),
        ("apps/routes/parts/overlays/prod/kustomization.yaml", EMPTY),
        ("apps/tours/overlays/prod/kustomization.yaml", EMPTY),
        ("apps/tours/overlays/staging/kustomization.yaml", EMPTY),
    ];
    // Nobody says who deploys staging.
    assert_eq!(orphans(&files), ["apps/tours/overlays/prod"]);
    // What something unknown may reach is reached.
    let unknown = set("  - scmProvider: {}\n", false, "{{x}}", "apps/{{x}}/overlays/prod");
    let template = "kind: Application\napiVersion: argoproj.io/v1alpha1\n{{ if .x }}\n    path: apps/{{ .y }}\n{{ end }}\n";
    let patched = "resources: [../argocd/orders.yaml]\npatches: [{path: x.yaml}]\n";
    let other =
        orders.replace("name: orders-prod", "name: x").replace("nordwerk/deploy", "nordwerk/else");
    for (path, more, orphaned) in [
        ("argocd/more.yaml", unknown.as_str(), false),
        ("chart/templates/more.yaml", template, false),
        ("env/kustomization.yaml", patched, false),
        ("argocd/more.yaml", &application("tours", "apps/tours/overlays/prod", ""), false),
        ("argocd/more.yaml", &application("tours", "apps/tours", ""), false),
        (
            "flux/x.yaml",
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: x}\nspec: {interval: 1h, path: ./y}\n",
            false,
        ),
        ("argocd/more.yaml", &other.replace("apps/orders", "apps/tours"), true),
    ] {
        let mut files = files.to_vec();
        files.push((path, more));
        assert_eq!(!orphans(&files).is_empty(), orphaned, "{path} {more}");
    }
}

#[test]
fn hostile_repositories_end_quickly() {
    let list = format!(
        "list: {{elements: [{}]}}",
        (0..500).map(|n| format!("{{a: x{n}}}")).collect::<Vec<_>>().join(", ")
    );
    let mut generator = list.clone();
    for _ in 0..8 {
        generator = format!("matrix: {{generators: [{{{generator}}}, {{{list}}}, {{{list}}}]}}");
    }
    let explosion = set(&format!("  - {{{generator}}}\n"), false, "x-{{a}}", "apps/{{a}}/../../..");
    let paths: Vec<String> = ["../..", "/etc/passwd", ".", "", "a/../../b"]
        .iter()
        .enumerate()
        .map(|(at, path)| {
            application(
                &format!("p{at}"),
                &format!("'{path}'"),
                "    helm: {valueFiles: [/../x, '$a', '$/b', '{{']}\n",
            )
        })
        .collect();
    let one = application("one", "two", "");
    let two = application("two", "one", "");
    let layout = discover(&[
        ("argocd/explosion.yaml", &explosion),
        ("argocd/paths.yaml", &paths.join("---\n")),
        ("one/two.yaml", &one),
        ("two/one.yaml", &two),
        (
            "argocd/odd.yaml",
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: []\nspec: {source: [1], sources: {a: b}}\n",
        ),
        (
            "argocd/set.yaml",
            "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nspec: {generators: {a: 1}, template: {spec: {source: {path: x}}}}\n",
        ),
        (
            "argocd/glob.yaml",
            &set(
                "  - git: {directories: [{path: '[a-'}, {path: '{a,b}**[**'}]}\n",
                true,
                "{{",
                "{{.x}",
            ),
        ),
    ]);
    assert!(layout.applications.len() < 10_000);
    assert!(layout.units.is_empty());
}

#[test]
fn further_files_of_values_are_no_units_of_their_own() {
    let helm = |env: &str| {
        format!("    helm:\n      valueFiles: [values-{env}.yaml, secrets-{env}.yaml]\n")
    };
    let staging = application("orders-staging", "charts/orders", &helm("staging"));
    let prod = application("orders-prod", "charts/orders", &helm("prod"));
    let one = format!("{staging}---\n{prod}");
    let files = [
        ("apps/one.yaml", one.as_str()),
        ("charts/orders/Chart.yaml", CHART),
        ("charts/orders/values-staging.yaml", "replicas: 1\n"),
        ("charts/orders/values-prod.yaml", "replicas: 2\n"),
        ("charts/orders/secrets-staging.yaml", "key: a\n"),
        ("charts/orders/secrets-prod.yaml", "key: b\n"),
    ];
    let unit = "charts/orders: staging=charts/orders/values-staging.yaml<orders-staging> \
                prod=charts/orders/values-prod.yaml<orders-prod>";
    assert_eq!(units(&files), [unit]);
    // What an Application does not read stays.
    let without = one.replace(", secrets-prod.yaml", "");
    let mut files = files.to_vec();
    files[0].1 = &without;
    assert_eq!(units(&files).len(), 2);
}

#[test]
fn large_templates_of_many_applications_are_cut() {
    let elements: Vec<String> = (0..1_900).map(|at| format!("{{name: n{at}}}")).collect();
    let list = format!("  - list: {{elements: [{}]}}\n", elements.join(", "));
    let values: String = (0..2_000)
        .fold(String::new(), |text, at| text + &format!("            k{at}: '{{{{name}}}}'\n"));
    let text: String = (0..500).map(|_| "{{name}} ").collect();
    let big = set(&list, false, "x-{{name}}", "apps/{{name}}")
        .replace("        targetRevision", &format!("        helm:\n          values: \"{text}\"\n          valuesObject:\n{values}        targetRevision"));
    let layout = discover(&[("argocd/big.yaml", &big), ("apps/n1/kustomization.yaml", EMPTY)]);
    let made = layout.applications.len();
    assert!(made > 0 && made < 1_000, "{made}");
}

#[test]
fn an_application_that_reads_no_values_of_its_environment_deploys_the_defaults() {
    let helm = "    helm:\n      valueFiles: [values-staging.yaml]\n";
    let staging = application("orders-staging", "charts/orders", helm);
    let prod = application("orders-prod", "charts/orders", "");
    let found = units(&[
        ("apps/staging/orders.yaml", &staging),
        ("apps/prod/orders.yaml", &prod),
        ("charts/orders/Chart.yaml", CHART),
        ("charts/orders/values-staging.yaml", "replicas: 1\n"),
        ("charts/orders/values-prod.yaml", "replicas: 2\n"),
    ]);
    assert!(
        found.contains(
            &"charts/orders: staging=charts/orders/values-staging.yaml<orders-staging> \
              prod=charts/orders/values-prod.yaml<orders-prod>"
                .to_owned()
        ),
        "{found:?}"
    );
}

#[test]
fn charts_below_directories_of_environments_are_one_unit_each() {
    let generators = "  - git:\n      repoURL: https://git.example.org/nordwerk/deploy.git\n      \
                      revision: HEAD\n      directories:\n      - path: workloads/*/*\n";
    let set = set(generators, false, "{{path[1]}}-{{path.basename}}", "{{path}}");
    let files = [
        ("bootstrap/workloads.yaml", set.as_str()),
        ("workloads/production/orders/Chart.yaml", CHART),
        ("workloads/production/orders/values.yaml", "orders: {replicas: 3}\n"),
        ("workloads/staging/orders/Chart.yaml", CHART),
        ("workloads/staging/orders/values.yaml", "orders: {replicas: 1}\n"),
    ];
    let expected = "workloads/orders: \
                    staging=workloads/staging/orders/values.yaml<staging-orders> \
                    production=workloads/production/orders/values.yaml<production-orders>";
    assert_eq!(units(&files), [expected]);
}

/// Values of `levels` below `config/`, each in a file of its own, and the Applications that read them
/// in this order: names, charts and the levels.
fn layered(applications: &[(&str, &str, &[&str])]) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for (at, (name, chart, levels)) in applications.iter().enumerate() {
        let names: Vec<String> =
            levels.iter().map(|level| format!("/config/{level}/values.yaml")).collect();
        let helm = format!("    helm:\n      valueFiles: [{}]\n", names.join(", "));
        files.push((
            format!("argocd/{at}.yaml"),
            application(name, &format!("charts/{chart}"), &helm),
        ));
        files.push((format!("charts/{chart}/Chart.yaml"), CHART.replace("orders", chart)));
        for name in names {
            files.push((name[1..].to_owned(), "replicas: 2\n".to_owned()));
        }
    }
    files.sort();
    files.dedup_by(|a, b| a.0 == b.0);
    files
}

fn units_of(files: &[(String, String)]) -> Vec<String> {
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    units(&files)
}

#[test]
fn an_application_with_several_levels_of_values_is_one_overlay() {
    let found = units_of(&layered(&[
        ("web-staging", "web", &["base", "staging", "staging/eu-west-1", "staging/eu-west-1/web"]),
        ("web-prod", "web", &["base", "prod", "prod/eu-west-1", "prod/eu-west-1/web"]),
    ]));
    let web = "web: staging=config/staging/eu-west-1/web/values.yaml<web-staging> \
               prod=config/prod/eu-west-1/web/values.yaml<web-prod>";
    assert_eq!(found, [web]);
}

#[test]
fn each_region_is_a_variant_with_its_levels() {
    let mut applications = Vec::new();
    let names = [
        "web-staging-eu-west-1",
        "web-staging-us-east-1",
        "web-prod-eu-west-1",
        "web-prod-us-east-1",
    ];
    let levels = [
        ["staging", "staging/eu-west-1"],
        ["staging", "staging/us-east-1"],
        ["prod", "prod/eu-west-1"],
        ["prod", "prod/us-east-1"],
    ];
    for (name, levels) in names.iter().zip(&levels) {
        applications.push((*name, "web", &levels[..]));
    }
    let overlays = |told: [&str; 4]| {
        let overlay = |environment: &str, region: &str, by: &str| {
            format!("{environment}/{region}=config/{environment}/{region}/values.yaml<{by}>")
        };
        let [a, b, c, d] = told;
        let [a, b] = [overlay("staging", "eu-west-1", a), overlay("staging", "us-east-1", b)];
        let [c, d] = [overlay("prod", "eu-west-1", c), overlay("prod", "us-east-1", d)];
        vec![format!("web: {a} {b} {c} {d}")]
    };
    assert_eq!(units_of(&layered(&applications)), overlays(names));
    // Where neither names nor clusters tell them apart, their values do.
    for application in &mut applications {
        application.0 = if application.2[0] == "prod" { "web-prod" } else { "web-staging" };
    }
    let same = ["web-staging", "web-staging", "web-prod", "web-prod"];
    assert_eq!(units_of(&layered(&applications)), overlays(same));
}

#[test]
fn levels_that_several_charts_share_are_no_unit() {
    let found = units_of(&layered(&[
        ("orders-staging", "orders", &["staging"]),
        ("orders-prod", "orders", &["prod", "prod/orders"]),
        ("web-staging", "web", &["staging", "staging/web"]),
        ("web-prod", "web", &["prod", "prod/web"]),
    ]));
    let orders = "orders: staging=config/staging/values.yaml<orders-staging> \
                  prod=config/prod/orders/values.yaml<orders-prod>";
    let web = "config/web: staging=config/staging/web/values.yaml<web-staging> \
               prod=config/prod/web/values.yaml<web-prod>";
    assert_eq!(found, [web, orders]);
}

#[test]
fn a_chart_of_another_name_in_one_environment_is_the_same_unit() {
    let mut files = layered(&[
        ("web-staging", "web", &["staging", "staging/eu-west-1"]),
        ("web-prod", "old", &["prod", "prod/eu-west-1"]),
    ]);
    let web = "web: staging=config/staging/eu-west-1/values.yaml<web-staging> \
               prod=config/prod/eu-west-1/values.yaml<web-prod>";
    assert_eq!(units_of(&files), [web]);
    files.retain(|(path, _)| !path.starts_with("charts/old/"));
    assert_eq!(units_of(&files), [web]);
}

#[test]
fn an_application_without_values_of_its_own_is_no_reason_to_leave_the_paths() {
    let helm = "    helm:\n      valueFiles: [/values/staging/redis.yaml]\n";
    let staging = application("redis-staging", "charts/redis", helm);
    let prod = application("redis-prod", "charts/redis", "");
    let found = units(&[
        ("apps/one.yaml", &format!("{staging}---\n{prod}")),
        ("charts/redis/Chart.yaml", CHART),
        ("values/staging/redis.yaml", "replicas: 1\n"),
        ("values/prod/redis.yaml", "replicas: 2\n"),
    ]);
    let redis = "values/redis: staging=values/staging/redis.yaml<redis-staging> \
                 prod=values/prod/redis.yaml";
    assert!(found.contains(&redis.to_owned()), "{found:?}");
    // One whose file is not there is deployed with that one all the same.
    let lost = prod.replace(
        "  destination",
        "    helm: {valueFiles: [/values/prod/lost.yaml]}\n  destination",
    );
    let found = units(&[
        ("apps/one.yaml", &format!("{staging}---\n{lost}")),
        ("charts/redis/Chart.yaml", CHART),
        ("values/staging/redis.yaml", "replicas: 1\n"),
        ("values/prod/redis.yaml", "replicas: 2\n"),
    ]);
    assert_eq!(found, [format!("{redis}<redis-prod>")]);
}

#[test]
fn levels_that_no_other_environment_answers_keep_the_units_of_their_paths() {
    let found = units_of(&layered(&[
        ("web-staging", "web", &["staging", "staging/eu-west-1"]),
        ("shop-prod", "shop", &["prod", "prod/eu-west-1"]),
    ]));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("config: "), "{found:?}");
}

#[test]
fn a_directory_that_a_generator_leaves_out_is_orphaned() {
    let generators = |more: &str| {
        format!(
            "  - git:\n      repoURL: https://git.example.org/nordwerk/deploy.git\n      \
             revision: main\n      directories:\n      - path: envs/*\n{more}"
        )
    };
    let all = |more: &str| {
        let set = set(&generators(more), false, "{{path.basename}}-orders", "charts/orders");
        set.replace(
            "        targetRevision",
            "        helm: {valueFiles: ['../../{{path}}/values.yaml']}\n        targetRevision",
        )
    };
    let files = |set: &str| {
        let files = [
            ("argocd/orders.yaml", set),
            ("charts/orders/Chart.yaml", CHART),
            ("envs/dev/values.yaml", "replicas: 1\n"),
            ("envs/staging/values.yaml", "replicas: 2\n"),
            ("envs/prod/values.yaml", "replicas: 3\n"),
        ];
        (units(&files), orphans(&files))
    };
    let (found, left_out) = files(&all(""));
    assert!(found[0].contains("prod=envs/prod/values.yaml<prod-orders>"), "{found:?}");
    assert!(left_out.is_empty());
    let (found, left_out) = files(&all("      - path: envs/prod\n        exclude: true\n"));
    let rest = "orders: dev=envs/dev/values.yaml<dev-orders> \
                staging=envs/staging/values.yaml<staging-orders>";
    assert_eq!(
        (found, left_out),
        (vec![rest.to_owned()], vec!["envs/prod/values.yaml".to_owned()])
    );
}
