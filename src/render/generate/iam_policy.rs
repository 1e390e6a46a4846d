//! `IAMPolicyGenerator`: the service account that stands for one of a cloud.

use crate::kube::{Action, Entry, Map, Provenance, Value};
use crate::render::RenderError;
use crate::render::kustomization::Text;
use crate::render::kustomization::read::{fields, optional};
use crate::render::working::Working;
use crate::syntax::NodeRef;
use crate::text::Span;

/// What the generator's configuration says.
#[derive(Default)]
struct Settings {
    cloud: Option<Text>,
    account: Option<Text>,
    account_namespace: Option<Text>,
    cloud_account: Option<Text>,
    project: Option<Text>,
}

/// Makes the object.
pub(crate) fn make(config: NodeRef<'_>) -> Result<Working, RenderError> {
    let mut it = Settings::default();
    fields(config, &["cloud", "kubernetesService", "serviceAccount"], |field, node| match field {
        "cloud" => {
            it.cloud = optional(node)?;
            Ok(())
        }
        "kubernetesService" => fields(node, &["namespace", "name"], |field, node| {
            let slot = if field == "name" { &mut it.account } else { &mut it.account_namespace };
            *slot = optional(node)?;
            Ok(())
        }),
        _ => fields(node, &["name", "projectId"], |field, node| {
            let slot = if field == "name" { &mut it.cloud_account } else { &mut it.project };
            *slot = optional(node)?;
            Ok(())
        }),
    })?;
    let span = config.span();
    let cloud = it.cloud.as_ref().map_or("", |cloud| &*cloud.value);
    if cloud != "gke" {
        let at = it.cloud.as_ref().map_or(span, |cloud| cloud.span);
        let error = RenderError::new(at, format!("there is no cloud `{cloud}` for this generator"));
        return Err(error.help("the only cloud is `gke`"));
    }
    Ok(Working::new(object(&it, span), span))
}

fn object(it: &Settings, span: Span) -> Value {
    let part = |text: &Option<Text>| text.as_ref().map_or("", |text| &*text.value).to_owned();
    let place = |text: &Option<Text>| text.as_ref().map_or(span, |text| text.span);
    let text = |text: String, span| Value::string(text, Provenance::new(Action::Generated, span));
    let map = |entries: Vec<(&str, Value)>| {
        let entries = entries
            .into_iter()
            .map(|(key, value)| Entry { key: key.into(), key_span: span, value })
            .collect::<Map>();
        Value::map(entries, Provenance::new(Action::Generated, span))
    };
    let account =
        format!("{}@{}.iam.gserviceaccount.com", part(&it.cloud_account), part(&it.project));
    let account = text(account, place(&it.cloud_account));
    let mut metadata = vec![
        ("annotations", map(vec![("iam.gke.io/gcp-service-account", account)])),
        ("name", text(part(&it.account), place(&it.account))),
    ];
    if it.account_namespace.is_some() {
        metadata
            .push(("namespace", text(part(&it.account_namespace), place(&it.account_namespace))));
    }
    map(vec![
        ("apiVersion", text("v1".to_owned(), span)),
        ("kind", text("ServiceAccount".to_owned(), span)),
        ("metadata", map(metadata)),
    ])
}
