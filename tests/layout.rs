//! What is found without configuration: one small repository for each pattern and each trap.

use paritylint::layout::Choices;
use paritylint::layout::Layout;
use paritylint::layout::UnitChoice;
use paritylint::layout::table;
use paritylint::source::Snapshot;
use paritylint::syntax::Store;

const EMPTY: &str = "resources: []\n";
const MANIFEST: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n";

fn discover_with(files: &[(&str, &str)], choices: &Choices) -> Layout {
    let snapshot = Snapshot::from_memory(files.iter().copied());
    Layout::discover(&Store::new(&snapshot), choices)
}

/// `unit: environment[/variant]=root …`, one line a unit, sorted.
fn show(layout: &Layout) -> Vec<String> {
    let told = layout.units.iter().map(|unit| {
        let overlays = unit.overlays.iter().map(|overlay| {
            let name = &layout.environment(overlay.environment).expect("it exists").name;
            let variant = overlay.variant.as_ref().map_or(String::new(), |v| format!("/{v}"));
            format!("{name}{variant}")
        });
        format!("{}: {}", unit.name, overlays.collect::<Vec<_>>().join(" "))
    });
    told.collect()
}

fn units(files: &[(&str, &str)]) -> Vec<String> {
    show(&discover_with(files, &Choices::default()))
}

/// Kustomizations without content in these directories.
fn kustomized(directories: &[&str]) -> Vec<String> {
    units_of(directories, "kustomization.yaml", EMPTY)
}

fn units_of(directories: &[&str], file: &str, text: &str) -> Vec<String> {
    let paths: Vec<String> = directories.iter().map(|dir| format!("{dir}/{file}")).collect();
    units(&paths.iter().map(|path| (path.as_str(), text)).collect::<Vec<_>>())
}

fn files(paths: &[&str], text: &str) -> Vec<String> {
    units(&paths.iter().map(|path| (*path, text)).collect::<Vec<_>>())
}

fn why_not(files: &[(&str, &str)], root: &str) -> String {
    let layout = discover_with(files, &Choices::default());
    let found = layout.unplaced.iter().find(|unplaced| unplaced.root.as_str() == root);
    found.map(|unplaced| unplaced.why.clone()).unwrap_or_default()
}

#[test]
fn overlays_below_their_unit() {
    let found = kustomized(&[
        "apps/orders/base",
        "apps/orders/overlays/production",
        "apps/orders/overlays/staging",
        "apps/routes/overlays/production",
        "apps/routes/overlays/staging",
    ]);
    assert_eq!(found, ["apps/orders: staging production", "apps/routes: staging production"]);
}

#[test]
fn the_environment_directly_below_the_unit_and_at_the_end() {
    let found = kustomized(&["orders/dev", "orders/prod", "a/b/c/k8s/qa", "a/b/c/k8s/prod"]);
    assert_eq!(found, ["a/b/c/k8s: qa prod", "orders: dev prod"]);
}

#[test]
fn the_environment_before_the_unit() {
    let found = kustomized(&["prod/orders", "prod/routes", "staging/orders", "staging/routes"]);
    assert_eq!(found, ["orders: staging prod", "routes: staging prod"]);
    let found = kustomized(&["clusters/prd/orders", "clusters/stg/orders", "clusters/stg/tool"]);
    assert_eq!(found, ["orders: stg prd", "tool: stg"]);
}

#[test]
fn a_base_inside_the_environment_is_no_part_of_the_name() {
    let found = kustomized(&["apps/orders/aat/base", "apps/orders/prod/base"]);
    assert_eq!(found, ["apps/orders: aat prod"]);
}

#[test]
fn clusters_below_the_environment_are_variants() {
    let over = "resources: [../base]\n";
    let found = units(&[
        ("apps/orders/base/kustomization.yaml", EMPTY),
        ("apps/orders/staging/kustomization.yaml", "resources: [../base]\n"),
        ("apps/orders/production/base/kustomization.yaml", "resources: [../../base]\n"),
        ("apps/orders/production/falcon/kustomization.yaml", over),
        ("apps/orders/production/eu-west-1/kustomization.yaml", over),
    ]);
    assert_eq!(found, ["apps/orders: staging production/eu-west-1 production/falcon"]);
}

#[test]
fn composite_names_of_clusters() {
    let found = kustomized(&[
        "clusters/acme-stg-eu01",
        "clusters/acme-prd-eu01",
        "clusters/prod-eu",
        "clusters/prod.02",
    ]);
    assert_eq!(found, ["clusters: stg/acme-eu01 prod/02 prod/acme-eu01 prod/eu"]);
}

#[test]
fn children_renamed_with_their_environment() {
    let found = kustomized(&[
        "apps/orders-prod",
        "apps/orders-stage",
        "apps/routes-prod",
        "apps/routes-stage",
    ]);
    assert_eq!(found, ["apps/orders: stage prod", "apps/routes: stage prod"]);
    let found = kustomized(&["team/prod/orders-prod", "team/stage/orders-stage"]);
    assert_eq!(found, ["team/orders: stage prod"]);
}

#[test]
fn suffixes_beside_plain_environments_are_variants() {
    let found = kustomized(&[
        "parts/controller/production",
        "parts/controller/production-downstream",
        "parts/controller/staging",
        "parts/controller/staging-downstream",
    ]);
    assert_eq!(
        found,
        ["parts/controller: staging staging/downstream production production/downstream"]
    );
}

#[test]
fn rings_do_not_split_a_unit() {
    let found = kustomized(&[
        "apps/orders/rings/ring-1/acme-stg-01",
        "apps/orders/rings/ring-2/acme-prd-01",
        "apps/orders/rings/ring-3/acme-prd-02",
    ]);
    assert_eq!(found, ["apps/orders: stg/acme-01 prd/acme-01 prd/acme-02"]);
}

#[test]
fn a_cluster_belongs_where_it_stands_elsewhere() {
    let found = kustomized(&[
        "apps/orders/production/falcon-dev",
        "apps/orders/staging/heron",
        "apps/routes/production/falcon-dev",
        "apps/routes/staging/heron",
        "apps/queue/rings/ring-1/heron",
        "apps/queue/rings/ring-2/falcon-dev",
    ]);
    assert_eq!(found[1], "apps/queue: staging/heron production/falcon-dev");
}

#[test]
fn values_files_in_every_shape() {
    let shapes: &[&[&str]] = &[
        &["charts/orders/values-prod.yaml", "charts/orders/values-dev.yaml"],
        &["charts/orders/prod.values.yaml", "charts/orders/dev.values.yaml"],
        &["charts/orders/config/prod.yaml", "charts/orders/config/dev.yaml"],
        &["charts/orders/prod/values.yaml", "charts/orders/dev/values.yaml"],
        &["charts/orders/prod/values-prod.yaml", "charts/orders/dev/values-dev.yaml"],
        &["values/prod/charts/orders.yaml", "values/dev/charts/orders.yaml"],
    ];
    for shape in shapes {
        let found = files(shape, "replicas: 1\n");
        let name =
            if shape[0].starts_with("values") { "values/charts/orders" } else { "charts/orders" };
        assert_eq!(found, [format!("{name}: dev prod")], "{shape:?}");
    }
}

#[test]
fn files_named_after_charts_are_values_of_their_environment() {
    let paths = [
        "charts/orders/Chart.yaml",
        "charts/orders/values.yaml",
        "charts/billing/Chart.yaml",
        "environments/staging/orders.yaml",
        "environments/production/orders.yaml",
        "environments/staging/billing.yaml",
        "environments/production/billing.yaml",
        "environments/production/notes.yaml",
        "environments/common/orders.yaml",
    ];
    let found = files(&paths, "a: 1\n");
    let units = ["billing: staging production", "orders: staging production"];
    assert_eq!(found, units);
}

#[test]
fn the_default_values_are_those_of_production_where_they_say_so() {
    let production = ("charts/orders/values.yaml", "global:\n  environment: production\n");
    let staging = ("charts/orders/values-staging.yaml", "a: 1\n");
    let own = ("charts/orders/values-prod.yaml", "a: 1\n");
    assert_eq!(units(&[production, staging]), ["charts/orders: staging production"]);
    assert_eq!(units(&[production, staging, own]), ["charts/orders: staging prod"]);
    let silent = ("charts/orders/values.yaml", "environment: staging\nmode: production\n");
    assert_eq!(units(&[silent, staging]), ["charts/orders: staging"]);
}

#[test]
fn values_and_secrets_beside_each_other_are_two_units() {
    let paths = [
        "charts/orders/Chart.yaml",
        "charts/orders/values.yaml",
        "charts/orders/values-dev.yaml",
        "charts/orders/values-prod.yaml",
        "charts/orders/secrets-dev.yaml",
        "charts/orders/secrets-prod.yaml",
    ];
    let found = files(&paths, "a: 1\n");
    assert_eq!(found, ["charts/orders: dev prod", "charts/orders/secrets: dev prod"]);
}

#[test]
fn site_and_environment_fused_in_one_word() {
    let paths = [
        "charts/orders/values-osldev.yaml",
        "charts/orders/values-oslint.yaml",
        "charts/orders/values-oslprod.yaml",
        "charts/orders/values-bergdev.yaml",
        "charts/orders/values-bergprod.yaml",
        "charts/routes/values-oslprod.yaml",
    ];
    let found = files(&paths, "a: 1\n");
    assert_eq!(
        found,
        ["charts/orders: dev/berg dev/osl int/osl prod/berg prod/osl", "charts/routes: prod/osl"]
    );
}

#[test]
fn words_that_merely_contain_an_environment() {
    let found = kustomized(&["apps/product", "apps/devices", "apps/latest", "apps/interface"]);
    assert_eq!(found, [""; 0]);
}

#[test]
fn terraform_variables() {
    let found =
        files(&["terraform/variables/int/dns.tfvars", "terraform/variables/prod/dns.tfvars"], "");
    assert_eq!(found, ["terraform/dns: int prod"]);
    let found = files(&["tf/dns/prod.tfvars", "tf/dns/staging.tfvars"], "");
    assert_eq!(found, ["tf/dns: staging prod"]);
    let found = files(
        &["dns/environments/prod/terraform.tfvars", "dns/environments/qa/terraform.tfvars"],
        "",
    );
    assert_eq!(found, ["dns: qa prod"]);
    let found = files(&["live/prod/main.tf", "live/dev/main.tf"], "");
    assert_eq!(found, ["live: dev prod"]);
}

#[test]
fn terraform_root_modules() {
    let found = files(
        &[
            "environments/prod/main.tf",
            "environments/prod/terraform.tfvars",
            "environments/prod/variables.tf",
            "environments/staging/main.tf",
            "environments/staging/terraform.tfvars",
            "modules/vpc/main.tf",
            "modules/dev/main.tf",
            "examples/prod/main.tf",
        ],
        "",
    );
    assert_eq!(found, ["environments: staging prod"]);
    let found = files(
        &["infra/orders-prod/main.tf", "infra/orders-staging/main.tf", "infra/dns/main.tf"],
        "",
    );
    assert_eq!(found, ["infra/orders: staging prod"]);
    let found = files(&["envs/dev/network/main.tf", "envs/prod/network/main.tf"], "");
    assert_eq!(found, ["network: dev prod"]);
}

#[test]
fn terraform_variables_in_all_places() {
    for (paths, expected) in [
        (
            ["main.tf", "environments/prod.tfvars", "environments/dev.tfvars"],
            "environments: dev prod",
        ),
        (["main.tf", "vars/prod.tfvars", "vars/staging.tfvars"], "vars: staging prod"),
        (["main.tf", "prod.tfvars", "staging.tfvars"], ".: staging prod"),
        (["main.tf", "prod.auto.tfvars", "dev.auto.tfvars"], ".: dev prod"),
        (["a/main.tf", "a/config/prod.tfvars", "a/config/uat.tfvars"], "a: uat prod"),
        (["a.tf", "stacks/dns/prod.tfvars", "stacks/dns/qa.tfvars"], "stacks/dns: qa prod"),
        (["a.tf", "tfvars/prod/dns.tfvars", "tfvars/dev/dns.tfvars"], "tfvars/dns: dev prod"),
        (["a.tf", "env/prod/terraform.tfvars", "env/dev/terraform.tfvars"], "env: dev prod"),
        (["a.tf", "vars/prod.tfvars.json", "vars/dev.tfvars.json"], "vars: dev prod"),
        (["a.tf", "vars/prod/common.tfvars", "vars/dev/common.tfvars"], "vars/common: dev prod"),
    ] {
        assert_eq!(files(&paths, ""), [expected], "{paths:?}");
    }
}

#[test]
fn where_terraform_keeps_its_state_is_no_overlay() {
    let found = files(
        &[
            "core/main.tf",
            "core/env/prod/backend.tfvars",
            "core/env/prod/terraform.tfvars",
            "core/env/uat/backend.tfvars",
            "core/env/uat/terraform.tfvars",
            "dns/tfvars/backends/dev.tfvars",
            "dns/tfvars/backends/prod.tfvars",
            "dns/tfvars/dev.tfvars",
            "dns/tfvars/prod.tfvars",
            "k8s/workspace_variables/production_backend.tfvars",
            "k8s/workspace_variables/production.tfvars.json",
            "k8s/workspace_variables/qa_backend.tfvars",
            "k8s/workspace_variables/qa.tfvars.json",
        ],
        "",
    );
    assert_eq!(found, ["core: uat prod", "dns: dev prod", "k8s: qa prod"]);
}

#[test]
fn terragrunt_units() {
    let found = files(
        &[
            "terragrunt.hcl",
            "live/prod/env.hcl",
            "live/prod/eu-west-1/vpc/terragrunt.hcl",
            "live/prod/eu-west-1/rds/terragrunt.hcl",
            "live/staging/env.hcl",
            "live/staging/eu-west-1/vpc/terragrunt.hcl",
            "live/staging/eu-west-1/rds/terragrunt.hcl",
        ],
        "",
    );
    assert_eq!(
        found,
        [
            "live: staging prod",
            "live/rds: staging/eu-west-1 prod/eu-west-1",
            "live/vpc: staging/eu-west-1 prod/eu-west-1"
        ]
    );
}

#[test]
fn plain_manifests() {
    let found = files(&["prod/orders/cm.yaml", "uat/orders/cm.yaml"], MANIFEST);
    assert_eq!(found, ["orders: uat prod"]);
}

#[test]
fn manifests_that_a_kustomization_covers_are_not_overlays() {
    let found = units(&[
        ("prod/kustomization.yaml", "resources: [cm.yaml, more/cm.yaml]\n"),
        ("prod/cm.yaml", MANIFEST),
        ("prod/more/cm.yaml", MANIFEST),
        ("dev/kustomization.yaml", "resources: [cm.yaml]\n"),
        ("dev/cm.yaml", MANIFEST),
    ]);
    assert_eq!(found, [".: dev prod"]);
}

#[test]
fn two_spellings_are_one_environment_and_the_common_one_names_it() {
    let layout = discover_with(
        &[
            ("a/prod/kustomization.yaml", EMPTY),
            ("a/dev/kustomization.yaml", EMPTY),
            ("b/production/kustomization.yaml", EMPTY),
            ("b/dev/kustomization.yaml", EMPTY),
            ("c/prod/kustomization.yaml", EMPTY),
            ("c/dev/kustomization.yaml", EMPTY),
        ],
        &Choices::default(),
    );
    assert_eq!(show(&layout), ["a: dev prod", "b: dev prod", "c: dev prod"]);
    assert!(layout.environments[1].aliases.contains(&"production".to_owned()));
}

#[test]
fn different_stages_stay_apart_in_promotion_order() {
    let stages =
        ["production", "preprod", "uat", "staging", "integration", "qa", "test", "dev", "sandbox"];
    let paths: Vec<String> = stages.iter().map(|stage| format!("envs/{stage}")).collect();
    let found = kustomized(&paths.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(found, ["envs: sandbox dev test qa integration staging uat preprod production"]);
}

#[test]
fn a_service_called_integration_is_a_service() {
    let found = kustomized(&[
        "components/integration/production",
        "components/integration/staging",
        "components/orders/production",
        "components/orders/staging",
        "components/preview-controller/production",
        "components/test-runner/staging",
    ]);
    assert_eq!(
        found,
        [
            "components/integration: staging production",
            "components/orders: staging production",
            "components/preview-controller: production",
            "components/test-runner: staging",
        ]
    );
    let repository: &[(&str, &str)] = &[
        ("apps/integration/kustomization.yaml", EMPTY),
        ("apps/orders/kustomization.yaml", EMPTY),
        ("apps/routes/kustomization.yaml", EMPTY),
    ];
    assert_eq!(units(repository), [""; 0]);
    let why = why_not(repository, "apps/integration");
    assert!(why.contains("`integration`"), "{why}");
}

#[test]
fn release_channels_are_not_environments() {
    let repository: &[(&str, &str)] = &[
        ("operator/overlays/alpha/kustomization.yaml", EMPTY),
        ("operator/overlays/preview/kustomization.yaml", EMPTY),
        ("operator/overlays/stage/kustomization.yaml", EMPTY),
    ];
    assert_eq!(units(repository), [""; 0]);
    assert!(why_not(repository, "operator/overlays/stage").contains("release channels"));
}

#[test]
fn models_of_a_data_tool_are_not_an_environment() {
    let found = files(&["models/staging/schema.yml", "models/marts/schema.yml"], "version: 2\n");
    assert_eq!(found, [""; 0]);
    assert_eq!(files(&["models/staging.yml", "models/marts.yml"], "version: 2\n"), [""; 0]);
}

#[test]
fn trees_aside_hold_no_overlays() {
    let found = kustomized(&[
        "docs/demo/prod",
        "docs/demo/dev",
        "examples/prod",
        "examples/dev",
        ".archive/orders/prod",
        "pkg/testdata/overlays/staging",
        "orders/prod",
        "orders/dev",
    ]);
    assert_eq!(found, ["orders: dev prod"]);
    let files: &[(&str, &str)] = &[("examples/prod/kustomization.yaml", EMPTY)];
    assert_eq!(why_not(files, "examples/prod"), "an example (`examples`)");
}

#[test]
fn a_lonely_weak_word_is_not_an_environment() {
    for word in ["test", "int", "demo", "lab", "preview", "live", "integration", "local", "ci"] {
        let root = format!("apps/orders/{word}");
        let path = format!("{root}/kustomization.yaml");
        let repository: &[(&str, &str)] = &[(&path, EMPTY), ("a/kustomization.yaml", EMPTY)];
        assert_eq!(units(repository), [""; 0]);
        let why = why_not(repository, &root);
        assert!(why.contains(&format!("`{word}`")), "{why}");
    }
}

#[test]
fn weak_words_beside_each_other_and_a_base_are_environments() {
    let found = kustomized(&["orders/base", "orders/test", "orders/live"]);
    assert_eq!(found, ["orders: test live"]);
}

#[test]
fn an_environment_that_includes_another_is_still_one() {
    let found = units(&[
        ("orders/overlays/staging/kustomization.yaml", EMPTY),
        ("orders/overlays/production/kustomization.yaml", "resources: [../staging]\n"),
    ]);
    assert_eq!(found, ["orders: staging production"]);
}

#[test]
fn the_environment_itself_is_the_overlay_when_it_includes_its_parts() {
    let found = units(&[
        ("orders/staging/kustomization.yaml", "resources: [base, extra]\n"),
        ("orders/staging/base/kustomization.yaml", EMPTY),
        ("orders/staging/extra/kustomization.yaml", EMPTY),
        ("orders/production/kustomization.yaml", "resources: [base]\n"),
        ("orders/production/base/kustomization.yaml", EMPTY),
    ]);
    assert_eq!(found, ["orders: staging production"]);
}

#[test]
fn a_cluster_that_lists_applications_is_left_out() {
    let list = |env: &str| {
        format!("resources: [../../apps/orders/overlays/{env}, ../../apps/routes/overlays/{env}]\n")
    };
    let (prod, dev) = (list("prod"), list("dev"));
    let repository: &[(&str, &str)] = &[
        ("apps/orders/overlays/dev/kustomization.yaml", EMPTY),
        ("apps/orders/overlays/prod/kustomization.yaml", EMPTY),
        ("apps/routes/overlays/dev/kustomization.yaml", EMPTY),
        ("apps/routes/overlays/prod/kustomization.yaml", EMPTY),
        ("clusters/dev/kustomization.yaml", &dev),
        ("clusters/prod/kustomization.yaml", &prod),
    ];
    assert_eq!(units(repository), ["apps/orders: dev prod", "apps/routes: dev prod"]);
    assert!(why_not(repository, "clusters/prod").contains("lists other overlays"));
}

#[test]
fn components_are_not_overlays() {
    let found = units(&[
        ("orders/prod/kustomization.yaml", EMPTY),
        ("orders/dev/kustomization.yaml", EMPTY),
        ("tweaks/prod/kustomization.yaml", "kind: Component\n"),
    ]);
    assert_eq!(found, ["orders: dev prod"]);
}

#[test]
fn flux_tells_the_environment_of_a_path_without_one() {
    let flux = |name: &str, path: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: {name}\nspec:\n  interval: 5m\n  path: {path}\n"
        )
    };
    let (dev, prod) = (flux("apps", "./stacks/blue"), flux("apps", "./stacks/green"));
    let both = flux("infra", "./stacks/common-parts");
    let repository: &[(&str, &str)] = &[
        ("clusters/dev/apps.yaml", &dev),
        ("clusters/dev/infra.yaml", &both),
        ("clusters/prod/apps.yaml", &prod),
        ("clusters/prod/infra.yaml", &both),
        ("stacks/blue/kustomization.yaml", EMPTY),
        ("stacks/green/kustomization.yaml", EMPTY),
        ("stacks/common-parts/kustomization.yaml", EMPTY),
    ];
    assert_eq!(units(repository), ["apps: dev prod", "clusters: dev prod", "infra: dev prod"]);
}

/// A Flux Kustomization; `more` are further lines of its `spec`, each with its indentation.
fn kustomization(name: &str, path: &str, more: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: {name}\n  namespace: flux-system\nspec:\n  interval: 5m\n  path: {path}\n{more}"
    )
}

fn source(name: &str, url: &str) -> String {
    format!(
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata:\n  name: {name}\n  namespace: flux-system\nspec:\n  url: {url}\n"
    )
}

const OWN: &str = "  sourceRef:\n    kind: GitRepository\n    name: flux-system\n";

#[test]
fn flux_is_followed_from_the_entry_of_each_cluster_down() {
    let entry = |env: &str| {
        let own = kustomization("flux-system", &format!("./clusters/{env}"), OWN);
        format!("{}---\n{own}", source("flux-system", "https://git.example/fleet"))
    };
    let apps = |env: &str| {
        let variables = format!("{OWN}  postBuild:\n    substitute:\n      tier: tier-{env}\n");
        kustomization("apps", "./stacks/apps", &variables)
    };
    // Deployed by `apps`, with a variable of its parent in the path.
    let orders = kustomization("orders", "./services/${tier}", OWN);
    let elsewhere = source("tenant", "https://git.example/tenant")
        + "---\n"
        + &kustomization(
            "tenant",
            "./services/tenant",
            "  sourceRef:\n    kind: GitRepository\n    name: tenant\n",
        );
    let patch = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: flux-system\nspec:\n  timeout: 2m\n";
    let (dev, prod) = (entry("dev"), entry("prod"));
    let (apps_dev, apps_prod) = (apps("dev"), apps("prod"));
    let repository: &[(&str, &str)] = &[
        ("clusters/dev/flux-system/gotk-sync.yaml", &dev),
        ("clusters/dev/flux-system/kustomization.yaml", "resources: [gotk-sync.yaml]\n"),
        ("clusters/dev/apps.yaml", &apps_dev),
        ("clusters/dev/unused-patch.yaml", patch),
        ("clusters/prod/flux-system/gotk-sync.yaml", &prod),
        ("clusters/prod/flux-system/kustomization.yaml", "resources: [gotk-sync.yaml]\n"),
        ("clusters/prod/apps.yaml", &apps_prod),
        ("stacks/apps/orders.yaml", &orders),
        ("stacks/apps/tenant.yaml", &elsewhere),
        ("services/tier-dev/x.yaml", MANIFEST),
        ("services/tier-prod/x.yaml", MANIFEST),
        ("services/tenant/x.yaml", MANIFEST),
    ];
    let layout = discover_with(repository, &Choices::default());
    assert_eq!(show(&layout), ["apps: dev prod", "clusters: dev prod", "services/tier: dev prod"]);
    let mut builds: Vec<String> = layout
        .flux
        .builds
        .iter()
        .map(|build| {
            let parent = build.parent.map(|at| layout.flux.builds[at].name.as_str());
            format!("{} {} {}", build.name, build.path, parent.unwrap_or("-"))
        })
        .collect();
    builds.sort();
    let wanted = [
        "apps stacks/apps flux-system",
        "apps stacks/apps flux-system",
        "flux-system clusters/dev -",
        "flux-system clusters/prod -",
        "orders services/tier-dev apps",
        "orders services/tier-prod apps",
    ];
    assert_eq!(builds, wanted);
}

#[test]
fn several_clusters_of_an_environment_are_variants() {
    let orders = kustomization("orders", "./services/orders", OWN);
    let ledger = |env: &str| kustomization("ledger", &format!("./services/ledger/{env}"), OWN);
    let (prod, stg) = (ledger("prod"), ledger("stg"));
    let repository: &[(&str, &str)] = &[
        ("clusters/prod-eu/orders.yaml", &orders),
        ("clusters/prod-eu/ledger.yaml", &prod),
        ("clusters/prod-us/orders.yaml", &orders),
        ("clusters/prod-us/ledger.yaml", &prod),
        ("clusters/stg/orders.yaml", &orders),
        ("clusters/stg/ledger.yaml", &stg),
        ("services/orders/x.yaml", MANIFEST),
        ("services/ledger/prod/kustomization.yaml", EMPTY),
        ("services/ledger/stg/kustomization.yaml", EMPTY),
    ];
    let found = [
        "clusters: stg prod/eu prod/us",
        "orders: stg prod/eu prod/us",
        "services/ledger: stg prod/eu prod/us",
    ];
    assert_eq!(units(repository), found);
}

#[test]
fn one_cluster_that_deploys_all_environments_is_told_by_names() {
    let (stg, prod) = (
        kustomization("orders-stg", "./services/orders", OWN),
        kustomization("orders-prod", "./services/orders", OWN),
    );
    let repository: &[(&str, &str)] = &[
        ("hub/flux-system/sync.yaml", &kustomization("flux-system", "./hub", OWN)),
        ("hub/orders-stg.yaml", &stg),
        ("hub/orders-prod.yaml", &prod),
        ("services/orders/x.yaml", MANIFEST),
    ];
    assert_eq!(units(repository), ["hub: stg/orders prod/orders", "orders: stg prod"]);
}

#[test]
fn circles_of_flux_end() {
    let grow = "  postBuild:\n    substitute:\n      x: ${x}${x}y\n";
    let (a, b) = (
        kustomization("a${x}", "./circle/two", grow),
        kustomization("b${x}", "./circle/one/../../../../circle/one", grow),
    );
    let entry = kustomization("flux-system", "./clusters/prod", &grow.replace("${x}${x}y", "y"));
    let away = kustomization("away", "../../../circle/one", OWN);
    let repository: &[(&str, &str)] = &[
        ("clusters/prod/sync.yaml", &entry),
        ("clusters/prod/away.yaml", &away),
        ("circle/one/a.yaml", &a),
        ("circle/one/a2.yaml", &a),
        ("circle/two/b.yaml", &b),
        ("circle/two/b2.yaml", &b),
    ];
    let layout = discover_with(repository, &Choices::default());
    assert!(layout.flux.builds.iter().any(|build| build.path.as_str() == "circle/one"));
    let wrong = |(at, build): (usize, &paritylint::layout::FluxBuild)| {
        build.parent.is_some_and(|parent| parent >= at)
    };
    assert!(!layout.flux.builds.iter().enumerate().any(wrong));
}

#[test]
fn the_configuration_decides() {
    let environments = [("field", vec!["base"]), ("hilltop", vec!["peak"])];
    let environments = environments
        .map(|(name, aliases)| (name.to_owned(), aliases.into_iter().map(str::to_owned).collect()));
    let choices = Choices { environments: environments.to_vec(), ..Choices::default() };
    let repository: &[(&str, &str)] = &[
        ("charts/orders/values-base.yaml", "a: 1"),
        ("charts/orders/values-peak.yaml", "a: 1"),
        ("charts/orders/values-prod.yaml", "a: 1"),
    ];
    let layout = discover_with(repository, &choices);
    assert_eq!(show(&layout), ["charts/orders: field hilltop"]);
    let unit = |template: &str| UnitChoice { name: "orders".into(), template: template.into() };
    let choices =
        Choices { units: vec![unit("deep/{variant}/x-{env}[/inner]")], ..Choices::default() };
    let repository: &[(&str, &str)] = &[
        ("deep/one/x-prod/inner/kustomization.yaml", EMPTY),
        ("deep/one/x-dev/kustomization.yaml", EMPTY),
        ("deep/two/x-dev/kustomization.yaml", EMPTY),
    ];
    let layout = discover_with(repository, &choices);
    assert_eq!(show(&layout), ["orders: dev/one dev/two prod/one"]);
}

#[test]
fn units_of_one_name_are_told_apart() {
    let found = units(&[
        ("apps/orders/overlays/dev/kustomization.yaml", EMPTY),
        ("apps/orders/overlays/prod/kustomization.yaml", EMPTY),
        ("apps/orders/values-dev.yaml", "a: 1"),
        ("apps/orders/values-prod.yaml", "a: 1"),
    ]);
    assert_eq!(found.len(), 2);
    assert_ne!(found[0], found[1]);
}

#[test]
fn hostile_repositories_end_quickly() {
    let deep = vec!["prod"; 2_000].join("/");
    let long = "prod-".repeat(20_000);
    let paths = [
        format!("{deep}/kustomization.yaml"),
        format!("{long}/kustomization.yaml"),
        "\u{1b}[31mprod/kustomization.yaml".to_owned(),
        "a/kustomization.yaml".to_owned(),
        "b/kustomization.yaml".to_owned(),
    ];
    let texts = ["", "", "", "resources: [../b]\n", "resources: [../a, ., ../../..]\n"];
    let repository: Vec<(&str, &str)> = paths.iter().map(String::as_str).zip(texts).collect();
    let layout = discover_with(&repository, &Choices::default());
    let shown = table::text(&layout);
    assert!(!shown.contains('\u{1b}'), "{shown}");
}

#[test]
fn the_result_does_not_depend_on_the_order_of_files() {
    let paths = ["z/prod", "z/dev", "a/prod/x", "a/dev/y", "clusters/prod-1", "clusters/dev-1"];
    let mut reversed = paths;
    reversed.reverse();
    assert_eq!(kustomized(&paths), kustomized(&reversed));
}

#[test]
fn table_and_json() {
    let layout = discover_with(
        &[
            ("orders/overlays/dev/kustomization.yaml", EMPTY),
            ("orders/overlays/prod/eu-west-1/kustomization.yaml", EMPTY),
            ("orders/overlays/prod/kustomization.yaml", EMPTY),
            ("tool/kustomization.yaml", EMPTY),
        ],
        &Choices::default(),
    );
    let expected = "\
environment  rank  overlays  also called
dev            20         1  development
prod          100         2  prd, production

unit    dev  prod  kind
orders    1     2  kustomize
    prod: eu-west-1

not placed: 1
  no environment in the path (1)
    tool
";
    assert_eq!(table::text(&layout), expected);
    let json = table::json(&layout);
    assert_eq!(json["schema"], "paritylint-units/v1");
    assert_eq!(json["units"][0]["template"], "orders/overlays/{env}[/{variant}]");
    assert_eq!(json["units"][0]["overlays"][1]["variant"], serde_json::Value::Null);
    assert_eq!(json["unplaced"][0]["root"], "tool");
}

#[test]
fn regions_hold_clusters() {
    let found = kustomized(&[
        "scope/overlays/prod/north/zero",
        "scope/overlays/prod/south/one",
        "scope/overlays/stage/north/two",
    ]);
    assert_eq!(found, ["scope: stage/north/two prod/north/zero prod/south/one"]);
    let found =
        kustomized(&["eu-west-1/prod/orders", "eu-west-1/dev/orders", "us-east-1/prod/orders"]);
    assert_eq!(found, ["orders: dev/eu-west-1 prod/eu-west-1 prod/us-east-1"]);
    let found =
        kustomized(&["clusters/prd/01/orders", "clusters/stg/01/orders", "clusters/prd/02/orders"]);
    assert_eq!(found, ["orders: stg/01 prd/01 prd/02"]);
}

#[test]
fn accounts_above_environments() {
    let found = kustomized(&["nonprod/dev/orders", "nonprod/test/orders", "prod/prod/orders"]);
    assert_eq!(found, ["orders: dev test prod"]);
}

#[test]
fn manifests_of_several_environments_in_one_directory() {
    let found = files(&["k8s/dev.yaml", "k8s/prod.yaml"], MANIFEST);
    assert_eq!(found, ["k8s: dev prod"]);
    let found =
        files(&["k8s/orders-dev.yaml", "k8s/orders-prod.yaml", "k8s/test-job.yaml"], MANIFEST);
    assert_eq!(found, ["k8s/orders: dev prod"]);
}

#[test]
fn what_belongs_to_a_chart_is_no_overlay() {
    let found = files(
        &[
            "prod/orders/Chart.yaml",
            "prod/orders/values.yaml",
            "prod/orders/charts/redis/values.yaml",
            "prod/orders/templates/deployment.yaml",
            "dev/orders/Chart.yaml",
            "dev/orders/values.yaml",
            "dev/orders/ci/test-values.yaml",
        ],
        MANIFEST,
    );
    assert_eq!(found, ["orders: dev prod"]);
}

#[test]
fn many_siblings_are_judged_together() {
    let paths: Vec<String> =
        (0..3_000).map(|n| format!("orders/overlays/prod/c{n}x/kustomization.yaml")).collect();
    let mut repository: Vec<(&str, &str)> =
        paths.iter().map(|path| (path.as_str(), EMPTY)).collect();
    repository.push(("orders/overlays/dev/kustomization.yaml", EMPTY));
    let layout = discover_with(&repository, &Choices::default());
    assert_eq!(layout.units.len(), 1);
    assert_eq!(layout.units[0].overlays.len(), 3_001);
}

#[test]
fn plain_configuration_of_environments() {
    let plain = |paths: &[&str]| files(paths, "");
    let found = plain(&[
        "src/Orders.Api/appsettings.json",
        "src/Orders.Api/appsettings.Production.json",
        "src/Orders.Api/appsettings.Staging.json",
        "src/Orders.Api/serilog.Production.json",
        "src/Orders.Api/serilog.Staging.json",
    ]);
    let names = [
        "src/Orders.Api/appsettings: staging production",
        "src/Orders.Api/serilog: staging production",
    ];
    assert_eq!(found, names);
    let found = plain(&[".env", ".env.production", ".env.staging", ".env.production.local"]);
    assert_eq!(found, [".env: staging production"]);
    let found = plain(&["config/production.json", "config/staging.json", "config/default.json"]);
    assert_eq!(found, ["config: staging production"]);
    let found = plain(&[
        "environments/prod/eu-west-1/app.toml",
        "environments/prod/us-east-1/app.toml",
        "environments/stage/eu-west-1/app.toml",
        "environments/base/app.toml",
    ]);
    assert_eq!(found, ["app: stage/eu-west-1 prod/eu-west-1 prod/us-east-1"]);
    let found = plain(&[
        "etc/settings.prod.ini",
        "etc/settings.uat.ini",
        "a/application-prod.properties",
        "a/application-qa.properties",
    ]);
    assert_eq!(found, ["a/application: qa prod", "etc/settings: uat prod"]);
}

#[test]
fn configuration_is_laid_over_what_has_no_environment() {
    let paths = [
        "app/appsettings.json",
        "app/appsettings.Production.json",
        "app/appsettings.Staging.json",
        "config/default.toml",
        "config/prod.toml",
        "config/stage.toml",
        "envs/base/app.env",
        "envs/prod/app.env",
        "envs/stage/app.env",
        ".env",
        ".env.prod",
        ".env.stage",
        "a/orders-prod.ini",
        "a/orders-stage.ini",
        "a/orders.ini",
    ];
    let files = paths.map(|path| (path, ""));
    let layout = discover_with(&files, &Choices::default());
    let bases: Vec<String> = layout
        .bases
        .iter()
        .map(|(path, below)| format!("{path} <- {}", below[0]))
        .filter(|line| line.to_lowercase().contains("prod"))
        .collect();
    assert_eq!(
        bases,
        [
            ".env.prod <- .env",
            "a/orders-prod.ini <- a/orders.ini",
            "app/appsettings.Production.json <- app/appsettings.json",
            "config/prod.toml <- config/default.toml",
            "envs/prod/app.env <- envs/base/app.env",
        ]
    );
    let changed =
        [paths[0], paths[9]].map(|path| paritylint::text::RepoPath::new(path).expect("a path"));
    let snapshot = Snapshot::from_memory(files);
    let units = layout.units_of(&snapshot, &changed.into_iter().collect());
    assert_eq!(units.into_iter().collect::<Vec<_>>(), [".env", "app/appsettings"]);
}

#[test]
fn files_that_are_no_configuration_of_environments() {
    for paths in [
        // One environment alone.
        &["src/appsettings.Production.json", "src/appsettings.json"][..],
        // Where a program is developed and tested.
        &[".env.development", ".env.test"],
        &[
            "src/main/resources/application-test.properties",
            "src/main/resources/application-dev.properties",
        ],
        &["config/test.json", "config/development.json", "config/ci.json"],
        // Tools, samples, and what other programs wrote.
        &["tsconfig.prod.json", "tsconfig.staging.json"],
        &[".env.production.example", ".env.staging.example"],
        &["node_modules/x/config/production.json", "node_modules/x/config/staging.json"],
        &["docs/config/production.json", "docs/config/staging.json"],
        &[".github/env/production.json", ".github/env/staging.json"],
        &["src/test/resources/a-prod.properties", "src/test/resources/a-stage.properties"],
        // Terraform's own.
        &[
            "live/prod/main.tf",
            "live/prod/policy.json",
            "live/stage/main.tf",
            "live/stage/policy.json",
        ],
        &["prod.tfvars.json", "stage.tfvars.json"],
    ] {
        let found: Vec<String> =
            files(paths, "").into_iter().filter(|unit| !unit.contains("live")).collect();
        let terraform = paths.iter().any(|path| path.ends_with(".tfvars.json"));
        assert!(terraform || found.is_empty(), "{paths:?}: {found:?}");
    }
    let object =
        "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"x\"}}";
    let found = files(&["k8s/prod.json", "k8s/stage.json"], object);
    assert!(found.is_empty(), "{found:?}");
    // What a generator names belongs to its overlay.
    let kustomization = "configMapGenerator:\n- name: x\n  envs: [app.env]\n";
    let found = units(&[
        ("o/prod/kustomization.yaml", kustomization),
        ("o/prod/app.env", "A=1\n"),
        ("o/stage/kustomization.yaml", kustomization),
        ("o/stage/app.env", "A=1\n"),
    ]);
    assert_eq!(found, ["o: stage prod"]);
}

#[test]
fn the_configuration_names_files_as_a_unit() {
    let choices = Choices {
        units: vec![UnitChoice {
            name: "orders".to_owned(),
            template: "deploy/{env}/orders.cfg.ini".to_owned(),
        }],
        ..Choices::default()
    };
    let files = [("deploy/test/orders.cfg.ini", "a=1\n"), ("deploy/prod/orders.cfg.ini", "a=1\n")];
    let layout = discover_with(&files, &choices);
    assert_eq!(show(&layout), ["orders: test prod"]);
    assert!(table::text(&layout).contains("configuration"));
}
