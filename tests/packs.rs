//! The built-in schemas: whole, self-contained, small, and what the scripts say.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads its data")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use paritylint::kube::Version;
use paritylint::schema::Schema;
use paritylint::schema::pack;
use serde_json::Value as Json;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All texts below a key `$ref`.
fn references(schema: &Json, found: &mut BTreeSet<String>) {
    match schema {
        Json::Object(map) => {
            for (key, value) in map {
                match value.as_str() {
                    Some(text) if key == "$ref" => {
                        found.insert(text.to_owned());
                    }
                    _ => references(value, found),
                }
            }
        }
        Json::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// Whether everything that a document refers to is in it, and nothing else.
fn is_self_contained(document: &Json) -> bool {
    let mut found = BTreeSet::new();
    references(document, &mut found);
    let keys = document["$defs"].as_object().unwrap().keys();
    found == keys.map(|key| format!("#/$defs/{key}")).collect()
}

fn holds_key(schema: &Json, key: &str) -> bool {
    match schema {
        // The keys of `properties` are names of fields.
        Json::Object(map) => map.iter().any(|(own, value)| match own.as_str() {
            "properties" => value.as_object().unwrap().values().any(|field| holds_key(field, key)),
            own => own == key || holds_key(value, key),
        }),
        Json::Array(items) => items.iter().any(|item| holds_key(item, key)),
        _ => false,
    }
}

#[test]
fn every_kind_of_every_version_is_whole() {
    let api = pack::kubernetes();
    let versions: Vec<Version> = Version::built_in().collect();
    assert_eq!(api.versions(), versions);
    let mut counts = BTreeMap::new();
    let mut documents = BTreeMap::new();
    for version in versions {
        for kind in api.kinds() {
            let id = api.schema(version, &kind.group, &kind.version, &kind.name);
            let (first, last) = kind.served().unwrap();
            // No kind comes back once it is gone.
            assert_eq!(id.is_some(), (first..=last).contains(&version), "{kind:?} in {version}");
            let Some(id) = id else { continue };
            *counts.entry(version.to_string()).or_insert(0) += 1;
            documents.entry(id).or_insert_with(|| api.document(id).unwrap());
        }
    }
    let counts: Vec<i32> = counts.into_values().collect();
    assert_eq!(counts, [65, 71, 73, 76, 77, 83, 83, 83, 91, 93, 93, 98, 103]);
    for document in documents.values() {
        assert!(is_self_contained(document));
        assert!(!holds_key(document, "description"), "{document}");
        let root = document["$ref"].as_str().unwrap().trim_start_matches("#/$defs/");
        let kind = &document["$defs"][root];
        assert_eq!(kind["additionalProperties"], false, "{kind}");
        assert!(kind["properties"]["metadata"]["$ref"].is_string(), "{kind}");
    }
}

#[test]
fn a_deployment_is_described_to_its_end() {
    let api = pack::kubernetes();
    let id = api.schema("1.31".parse().unwrap(), "apps", "v1", "Deployment").unwrap();
    let document = api.document(id).unwrap();
    assert!(is_self_contained(&document));
    let follow = |schema: &Json, field: &str| {
        let field = &schema["properties"][field];
        let field = field.get("items").unwrap_or(field);
        match field["$ref"].as_str() {
            Some(reference) => document.pointer(&reference[1..]).unwrap().clone(),
            None => field.clone(),
        }
    };
    let root = document.pointer(&document["$ref"].as_str().unwrap()[1..]).unwrap();
    let spec = follow(root, "spec");
    assert_eq!(spec["required"], serde_json::json!(["selector", "template"]));
    let pod = follow(&follow(&spec, "template"), "spec");
    let containers = &pod["properties"]["containers"];
    assert_eq!(containers["x-kubernetes-list-map-keys"], serde_json::json!(["name"]));
    let probe = follow(&follow(&pod, "containers"), "livenessProbe");
    let port = follow(&follow(&probe, "httpGet"), "port");
    assert_eq!(port["format"], "int-or-string");
    let limits = &follow(&follow(&pod, "containers"), "resources")["properties"]["limits"];
    let quantity = limits["additionalProperties"]["$ref"].as_str().unwrap();
    assert_eq!(document.pointer(&quantity[1..]).unwrap()["format"], "quantity");
}

#[test]
fn schemas_compile_and_judge() {
    let api = pack::kubernetes();
    let id = api.schema("1.37".parse().unwrap(), "", "v1", "Service").unwrap();
    let validator = jsonschema::validator_for(&api.document(id).unwrap()).unwrap();
    let service = |port: Json| {
        serde_json::json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": "orders", "labels": null},
            "spec": {"ports": [{"port": port, "targetPort": null}]},
        })
    };
    assert!(validator.is_valid(&service(80.into())));
    assert!(!validator.is_valid(&service("80".into())));
    let mut wrong = service(80.into());
    wrong["spec"]["prots"] = Json::Null;
    assert!(!validator.is_valid(&wrong));
    let of_type = |value: Json| {
        let mut service = service(80.into());
        service["spec"]["type"] = value;
        validator.is_valid(&service)
    };
    assert!(of_type("NodePort".into()) && of_type("".into()) && of_type(Json::Null));
    assert!(!of_type("Nodeport".into()));
}

#[test]
fn the_files_are_small_and_say_where_they_come_from() {
    let size = std::fs::metadata(root().join("schemas/kubernetes.zz")).unwrap().len();
    assert!(size < 60_000, "{size} bytes");
    let script = std::fs::read_to_string(root().join("scripts/kube_schemas.py")).unwrap();
    let source = pack::kubernetes().source();
    assert!(script.contains(&format!("REQUIREMENT = \"{source}\"")), "{source}");
    let size = std::fs::metadata(root().join("schemas/custom.zz")).unwrap().len();
    assert!(size < 400_000, "{size} bytes");
    let table = std::fs::read_to_string(root().join("scripts/crd_packages.tsv")).unwrap();
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    let listed: BTreeSet<String> =
        rows.map(|row| row.split('\t').skip(1).take(2).collect::<Vec<_>>().join(" ")).collect();
    let kinds = pack::custom().kinds().iter();
    let used: BTreeSet<String> = kinds.map(|kind| kind.package.to_string()).collect();
    assert_eq!(used, listed);
}

#[test]
fn every_custom_resource_compiles() {
    let custom = pack::custom();
    let groups: Vec<&str> = custom.groups().collect();
    assert!(groups.len() > 50, "{groups:?}");
    let mut failed = Vec::new();
    for kind in custom.kinds() {
        let schema = custom.schema(&kind.group, &kind.version, &kind.name).unwrap();
        let name = format!("{}/{} {}", kind.group, kind.version, kind.name);
        assert!(!holds_key(&schema, "description"), "{name}");
        let mut found = BTreeSet::new();
        references(&schema, &mut found);
        let dangling = found.iter().find(|reference| schema.pointer(&reference[1..]).is_none());
        assert_eq!(dangling, None, "{name}");
        if let Err(error) = Schema::alone(schema) {
            failed.push(format!("{name}: {error}"));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// The kinds that the issue tracker, forums and repositories are full of.
#[test]
fn what_repositories_use_is_there() {
    let custom = pack::custom();
    for kind in [
        "argoproj.io/v1alpha1 Application",
        "argoproj.io/v1alpha1 ApplicationSet",
        "argoproj.io/v1alpha1 AppProject",
        "argoproj.io/v1alpha1 Rollout",
        "helm.toolkit.fluxcd.io/v2 HelmRelease",
        "helm.toolkit.fluxcd.io/v2beta1 HelmRelease",
        "kustomize.toolkit.fluxcd.io/v1 Kustomization",
        "source.toolkit.fluxcd.io/v1 GitRepository",
        "monitoring.coreos.com/v1 ServiceMonitor",
        "monitoring.coreos.com/v1 PrometheusRule",
        "cert-manager.io/v1 Certificate",
        "traefik.io/v1alpha1 IngressRoute",
        "external-secrets.io/v1 ExternalSecret",
        "external-secrets.io/v1beta1 ExternalSecret",
        "bitnami.com/v1alpha1 SealedSecret",
        "keda.sh/v1alpha1 ScaledObject",
        "gateway.networking.k8s.io/v1 HTTPRoute",
        "networking.istio.io/v1 VirtualService",
        "networking.istio.io/v1beta1 VirtualService",
        "security.istio.io/v1 AuthorizationPolicy",
        "opentelemetry.io/v1beta1 OpenTelemetryCollector",
        "velero.io/v1 Schedule",
        "postgresql.cnpg.io/v1 Cluster",
        "kyverno.io/v1 ClusterPolicy",
        "karpenter.sh/v1 NodePool",
        "karpenter.k8s.aws/v1 EC2NodeClass",
        "serving.knative.dev/v1 Service",
        "apiextensions.crossplane.io/v1 Composition",
        "pkg.crossplane.io/v1 Provider",
    ] {
        let (api_version, name) = kind.split_once(' ').unwrap();
        let (group, version) = api_version.split_once('/').unwrap();
        assert!(custom.kind(group, version, name).is_some(), "{kind}");
        assert!(!custom.origins(group).is_empty());
    }
}

#[test]
fn custom_resources_are_judged() {
    let schema = pack::custom().schema("cert-manager.io", "v1", "Certificate").unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let certificate = |spec: Json| {
        serde_json::json!({
            "apiVersion": "cert-manager.io/v1", "kind": "Certificate",
            "metadata": {"name": "orders", "namespace": "orders"}, "spec": spec,
        })
    };
    let good = serde_json::json!({
        "secretName": "orders-tls", "issuerRef": {"name": "letsencrypt", "kind": "ClusterIssuer"},
        "dnsNames": ["orders.example.org"], "privateKey": {"algorithm": "ECDSA", "size": 256},
    });
    assert!(validator.is_valid(&certificate(good.clone())));
    let without = |field: &str| {
        let mut spec = good.clone();
        spec.as_object_mut().unwrap().remove(field);
        validator.is_valid(&certificate(spec))
    };
    assert!(without("dnsNames") && !without("secretName") && !without("issuerRef"));
    let mut wrong = good.clone();
    wrong["privateKey"]["algorithm"] = "ecdsa".into();
    assert!(!validator.is_valid(&certificate(wrong)));
    let mut wrong = good;
    wrong["dnsName"] = "orders.example.org".into();
    assert!(!validator.is_valid(&certificate(wrong)));
}
