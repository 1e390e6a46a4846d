//! Selectors of labels: their own sense, and the labels that they are to meet.

use crate::validation::harmless::is_filled_in;
use crate::validation::semantics::at::At;
use crate::validation::semantics::forms::{LABEL_VALUE, QUALIFIED};
use crate::validation::semantics::rule::{Found, Row, Rule, row};

/// A `LabelSelector`.
// "operator represents a key's relationship to a set of values. Valid operators are In, NotIn,
// Exists and DoesNotExist."
pub(super) const LABEL_SELECTOR: &[Row] =
    &[row("matchLabels", Rule::Keys(&QUALIFIED)), row("matchExpressions[]", Rule::Check(values))];

/// A selector and the labels that it has to match to be taken at all.
pub(super) const STRICT_SELECTOR: &[Row] = &[
    row("matchLabels.*", Rule::Text(&LABEL_VALUE)),
    row("", Rule::NotEmpty),
    row("", Rule::Is(LABEL_SELECTOR)),
];

/// "If the operator is In or `NotIn`, the values array must be non-empty. If the operator is Exists
/// or `DoesNotExist`, the values array must be empty."
pub(super) fn values<'v>(at: &At<'v>, found: &mut Found<'v>) {
    let values = at.list("values");
    match at.text("operator") {
        Some(operator @ ("In" | "NotIn")) if values.is_empty() && !at.is_open() => {
            found.lacks_for(at, "values", &format!("`{operator}` asks for"));
        }
        Some(operator @ ("Exists" | "DoesNotExist")) if !values.is_empty() => {
            if let Some(values) = at.get("values") {
                found.clash(&values, format!("cannot be set with `{operator}`"));
            }
        }
        _ => {}
    }
}

/// Holds the selector in a spec against the labels of its template: "`selector` does not match
/// template `labels`".
pub(super) fn matches<'v>(spec: &At<'v>, found: &mut Found<'v>) {
    let (Some(selector), Some(template)) = (spec.get("selector"), spec.get("template")) else {
        return;
    };
    let labels = template.at(&["metadata", "labels"]);
    if selector.is_open() || labels.as_ref().is_some_and(At::is_open) {
        return;
    }
    if let Some(wanted) = selector.get("matchLabels") {
        labels_match(&wanted, &template, found);
    }
    expressions_match(&selector.list("matchExpressions"), &template, found);
}

/// Holds a map of labels against those of a template.
pub(super) fn labels_match<'v>(wanted: &At<'v>, template: &At<'v>, found: &mut Found<'v>) {
    let labels = template.at(&["metadata", "labels"]);
    if wanted.is_open() || labels.as_ref().is_some_and(At::is_open) {
        return;
    }
    for want in wanted.entries() {
        let Some(text) = want.string() else { continue };
        let Some(label) = labels.as_ref().and_then(|labels| labels.get(want.key())) else {
            let place = labels.as_ref().map_or(template.name, |labels| labels.name);
            let words = "matches no label of the template";
            found.against(&want, words, (place, "the labels of the template"));
            continue;
        };
        if label.string().is_some_and(|label| label != text) {
            let other = (label.value.span(), "the label of the template");
            found.against(&want, "is not the label of the template", other);
        }
    }
}

fn expressions_match<'v>(expressions: &[At<'v>], template: &At<'v>, found: &mut Found<'v>) {
    let labels = template.at(&["metadata", "labels"]);
    for expression in expressions {
        let Some(key) = expression.text("key") else { continue };
        let label = labels.as_ref().and_then(|labels| labels.get(key));
        let value = label.as_ref().and_then(|label| label.value.text());
        let values = expression.list("values");
        let mut texts = values.iter().filter_map(|value| value.value.text());
        if value.is_some_and(is_filled_in) || texts.clone().any(is_filled_in) {
            continue;
        }
        let among = value.is_some_and(|value| texts.any(|text| text == value));
        let holds = match expression.text("operator") {
            Some("In") => among,
            Some("NotIn") => !among,
            Some("Exists") => value.is_some(),
            Some("DoesNotExist") => value.is_none(),
            _ => continue,
        };
        if !holds {
            let place = label.map(|label| label.value.span());
            let place = place.or_else(|| labels.as_ref().map(|labels| labels.name));
            let words = "does not match the labels of the template";
            let place = place.unwrap_or(template.name);
            found.against(expression, words, (place, "the labels of the template"));
        }
    }
}
