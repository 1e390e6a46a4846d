//! Where the parts of a patch stand that a parent filled its variables into.
//!
//! Flux fills variables into the text of a patch before anybody reads it as YAML. What the patch says is
//! therefore read from the filled text; where each part of it stands, from the text as it is written.

use crate::kube::Value;
use crate::render::flux::substitute::filled;
use crate::render::flux::variables::Variables;
use crate::render::load::objects;
use crate::source::Snapshot;
use crate::syntax::parse_embedded;

/// The objects of a patch as it is written, with the variables filled into each part by itself; none
/// where nothing was filled in, or where that is no YAML.
pub(super) fn places(
    snapshot: &Snapshot,
    (written, now): (&Value, &Value),
    variables: &Variables,
) -> Vec<Value> {
    let Some(text) = written.text().filter(|text| now.text() != Some(text)) else {
        return Vec::new();
    };
    let span = written.span();
    let parsed = parse_embedded(text, snapshot.slice(span), span);
    let objects = objects(&parsed).unwrap_or_default().into_iter();
    objects.map(|object| filled(object.body, variables)).collect()
}
