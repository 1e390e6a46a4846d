//! Whether two scalars mean the same, and if not, whether the difference matters.

use std::borrow::Cow;

use crate::compare::names::{PairNames, same_but_names};
use crate::kube::quantity::{duration, quantity};
use crate::kube::{Action, HIDDEN, Scalar, Value};
use crate::syntax::scalar::Tag;

/// Longer texts are data that no object of a cluster can hold, and are not compared.
const LARGEST: usize = 1024 * 1024;

/// What two scalars are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The same value, however written.
    Equal,
    /// The same but for the environments' own names.
    Names,
    /// Different in a way that never matters; the noise rule's name.
    Noise(&'static str),
    /// At least one side is filled in later: equal to nothing and different from nothing.
    Unknown,
    /// Different.
    Differs,
}

/// Compares two scalars of aligned values.
pub(crate) fn compare(here: &Value, there: &Value, names: &PairNames) -> Verdict {
    let (Some(a), Some(b)) = (here.as_scalar(), there.as_scalar()) else { return Verdict::Differs };
    if a.same(b)
        || a.tag == Tag::Null && b.text.is_empty()
        || b.tag == Tag::Null && a.text.is_empty()
    {
        return Verdict::Equal;
    }
    if a.text == b.text {
        return Verdict::Noise("scalar-type");
    }
    if a.text.len().max(b.text.len()) > LARGEST {
        return Verdict::Unknown;
    }
    if same_amount(a, b) {
        return Verdict::Equal;
    }
    let (left, right) = (without_hash(here, &a.text), without_hash(there, &b.text));
    if left == right {
        return Verdict::Noise("content-hashes");
    }
    if same_but_names(&left, &right, names) {
        return Verdict::Names;
    }
    if is_cipher(&a.text) && is_cipher(&b.text) {
        return Verdict::Noise("cipher-text");
    }
    if without_default_registry(&a.text) == without_default_registry(&b.text) {
        return Verdict::Noise("default-registry");
    }
    if is_emptied(here) || is_emptied(there) {
        return Verdict::Unknown;
    }
    if has_placeholder(&a.text) || has_placeholder(&b.text) {
        let (left, right) = (names.here.normal(&left), names.there.normal(&right));
        return if differ_beside_variables(&left, &right) {
            Verdict::Differs
        } else {
            Verdict::Unknown
        };
    }
    Verdict::Differs
}

/// Whether two texts with the same unknown variables differ in what follows the last of them.
fn differ_beside_variables(left: &str, right: &str) -> bool {
    let apart = |text: &str| {
        let (variables, rest) = text.rsplit_once('}')?;
        let plain = variables.contains("${") && !text.contains("{{");
        plain.then(|| (variables.to_owned(), rest.to_owned()))
    };
    let (Some((a, left)), Some((b, right))) = (apart(left), apart(right)) else { return false };
    let ends = left.chars().rev().zip(right.chars().rev());
    a == b && ends.into_iter().any(|(a, b)| a != b)
}

/// Whether a variable stood here that nothing defines: a finding of its own.
pub(super) fn is_emptied(value: &Value) -> bool {
    value.provenance.steps().iter().any(|step| step.action == Action::Emptied)
}

fn same_amount(a: &Scalar, b: &Scalar) -> bool {
    let close = |a: f64, b: f64| (a - b).abs() <= a.abs().max(b.abs()) * 1e-12;
    let by = |parse: fn(&str) -> Option<f64>| matches!((parse(&a.text), parse(&b.text)), (Some(a), Some(b)) if close(a, b));
    by(quantity) || by(duration)
}

/// The name of a generated object without its content hash.
pub(crate) fn without_hash<'t>(value: &Value, text: &'t str) -> Cow<'t, str> {
    let hashed = value
        .provenance
        .steps()
        .iter()
        .any(|step| matches!(step.action, Action::Hashed | Action::Referenced));
    match text.rsplit_once('-') {
        Some((name, hash)) if hashed && is_hash(hash) => Cow::Borrowed(name),
        _ => Cow::Borrowed(text),
    }
}

/// Ten characters of kustomize's hash alphabet.
fn is_hash(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|b| b"bcdfghkmt2456789".contains(&b))
}

/// SOPS cipher text: different at every encryption.
fn is_cipher(text: &str) -> bool {
    text.starts_with("ENC[") && text.ends_with(']')
}

fn without_default_registry(text: &str) -> &str {
    let text = text.strip_prefix("index.").unwrap_or(text);
    let text = text.strip_prefix("docker.io/").unwrap_or(text);
    text.strip_prefix("library/").unwrap_or(text)
}

/// A variable or template expression that something fills in later, or a secret that nobody may see.
pub(crate) fn has_placeholder(text: &str) -> bool {
    let filled = |open: &str, close: char| {
        text.split_once(open).is_some_and(|(_, rest)| rest.contains(close))
    };
    text == HIDDEN || filled("${", '}') || filled("{{", '}')
}

#[cfg(test)]
mod tests {
    use super::{Verdict, compare};
    use crate::compare::names::PairNames;
    use crate::kube::{Provenance, Value};
    use crate::syntax::scalar::{Dialect, resolve};
    use crate::text::{FileId, Span};

    fn verdict(here: &str, there: &str) -> Verdict {
        let value = |text: &str| {
            let provenance = Provenance::declared(Span::file_start(FileId(0)));
            Value::scalar(resolve(text, Dialect::Resource), text, provenance)
        };
        compare(&value(here), &value(there), &PairNames::default())
    }

    #[test]
    fn data_is_not_compared() {
        let long = "x".repeat(super::LARGEST);
        assert_eq!(verdict(&long, "y"), Verdict::Differs);
        assert_eq!(verdict(&format!("{long}x"), "y"), Verdict::Unknown);
    }

    #[test]
    fn values_decide_not_their_notation() {
        assert_eq!(verdict("1000m", "1"), Verdict::Equal);
        assert_eq!(verdict("60s", "1m0s"), Verdict::Equal);
        assert_eq!(verdict("0x10", "16"), Verdict::Equal);
        assert_eq!(
            verdict("docker.io/library/redis:7", "redis:7"),
            Verdict::Noise("default-registry")
        );
        assert_eq!(verdict("ENC[AES256,a]", "ENC[AES256,b]"), Verdict::Noise("cipher-text"));
        assert_eq!(verdict("${HOST}", "orders"), Verdict::Unknown);
        assert_eq!(verdict("${HOST}:1", "${HOST}"), Verdict::Unknown);
        assert_eq!(verdict("${HOST}:1", "${PORT}:2"), Verdict::Unknown);
        assert_eq!(verdict("{{ x }}${HOST}:1", "{{ x }}${HOST}:2"), Verdict::Unknown);
        assert_eq!(verdict("${HOST}/a:1.4", "${HOST}/a:1.5"), Verdict::Differs);
        assert_eq!(verdict("5", "6"), Verdict::Differs);
        assert_eq!(verdict("512Mi", "2Gi"), Verdict::Differs);
    }
}
