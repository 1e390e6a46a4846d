//! What containers ask for and may use: `ResourceRequirements`.

use crate::kube::quantity::quantity;
use crate::schema::Fault;
use crate::validation::semantics::at::At;
use crate::validation::semantics::forms::{Form, POSITIVE, QUALIFIED};
use crate::validation::semantics::rule::{Found, Row, Rule, row};

/// How far two amounts may lie apart and be the same: they are read as floating-point numbers.
const SAME: f64 = 1e-9;

/// `ResourceRequirements`.
pub(super) const RESOURCES: &[Row] = &[
    row("requests", Rule::Keys(&RESOURCE)),
    row("limits", Rule::Keys(&RESOURCE)),
    row("requests.*", Rule::Text(&POSITIVE)),
    row("limits.*", Rule::Text(&POSITIVE)),
    row("", Rule::Check(within_limits)),
];

/// "must be a standard resource for containers", or an extended one with its domain.
const RESOURCE: Form = Form {
    words: "`cpu`, `memory`, `ephemeral-storage`, `hugepages-SIZE`, or a name with its domain",
    holds: |name| {
        matches!(name, "cpu" | "memory" | "ephemeral-storage")
            || name.starts_with("hugepages-")
            || name.contains('/') && (QUALIFIED.holds)(name)
    },
};

/// "Requests cannot exceed Limits."
fn within_limits<'v>(at: &At<'v>, found: &mut Found<'v>) {
    let (Some(requests), Some(limits)) = (at.get("requests"), at.get("limits")) else { return };
    for request in requests.entries() {
        let Some(limit) = limits.get(request.key()) else { continue };
        let amount = |at: &At<'_>| quantity(at.value.text()?.trim());
        let (Some(asked), Some(most)) = (amount(&request), amount(&limit)) else { continue };
        if asked > most + most.abs() * SAME {
            let shown = |at: &At<'v>| at.value.text().unwrap_or("").to_owned();
            let (least, most) = (shown(&request), shown(&limit));
            found.pair(
                (&request, Fault::Other(format!("must be at most the limit {most}"))),
                (&limit, Fault::Other(format!("must be at least the request {least}"))),
            );
        }
    }
}
