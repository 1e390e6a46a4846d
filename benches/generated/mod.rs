//! Repositories made in memory: units, each with a base and an overlay for every environment.

use std::fmt::Write as _;

use paritylint::source::Snapshot;

/// Environments in promotion order.
const ENVIRONMENTS: [&str; 4] = ["test", "staging", "preprod", "production"];

/// A repository of so many units in so many environments: the last ones, four at most.
pub(crate) fn repository(units: usize, environments: usize) -> Snapshot {
    let mut files = Vec::new();
    for unit in 0..units {
        let name = format!("service-{unit:03}");
        let base = format!("apps/{name}/base");
        files.push((format!("{base}/kustomization.yaml"), BASE.replace("NAME", &name)));
        files.push((format!("{base}/workload.yaml"), workload(&name)));
        for (rank, environment) in ENVIRONMENTS.iter().rev().take(environments).enumerate() {
            let overlay = format!("apps/{name}/overlays/{environment}");
            let text = OVERLAY.replace("ENVIRONMENT", environment).replace("NAME", &name);
            files.push((format!("{overlay}/kustomization.yaml"), text));
            let patch = PATCH.replace("NAME", &name).replace("SECONDS", &format!("{}s", 30 + rank));
            files.push((format!("{overlay}/patch.yaml"), patch));
        }
    }
    Snapshot::from_memory(files)
}

const BASE: &str = "\
resources: [workload.yaml]
labels:
  - pairs: {app.kubernetes.io/name: NAME}
    includeSelectors: true
configMapGenerator:
  - name: NAME-settings
    literals: [MODE=plain, REGION=north]
";

const OVERLAY: &str = "\
namespace: shop-ENVIRONMENT
resources: [../../base]
patches: [{path: patch.yaml}]
images:
  - name: registry.example.org/NAME
    newTag: 1.4.0
replicas:
  - name: NAME
    count: 2
";

const PATCH: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME}
spec:
  template:
    spec:
      containers:
        - name: main
          env:
            - {name: TIMEOUT, value: SECONDS}
            - {name: LOG_LEVEL, value: info}
";

/// A Deployment with forty variables, and a Service.
pub(crate) fn workload(name: &str) -> String {
    let mut text = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  \
         replicas: 1 # set by the overlays\n  template:\n    spec:\n      containers:\n        \
         - name: main\n          image: registry.example.org/{name}:1.0.0\n          \
         envFrom:\n            - configMapRef: {{name: {name}-settings}}\n          env:\n"
    );
    for number in 0..40 {
        // Writing to a text cannot fail.
        let _ = writeln!(
            text,
            "            - name: SETTING_{number}\n              value: \"value {number}\""
        );
    }
    let _ = write!(
        text,
        "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\nspec:\n  \
         ports:\n    - name: http\n      port: 80\n      targetPort: 8080\n"
    );
    text
}
