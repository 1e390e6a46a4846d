//! Rules about exceptions themselves; they run after all others.

mod exception_expired;
mod exception_expiring_soon;
mod exception_too_broad;
mod exception_too_long;
mod exception_unknown_owner;
mod exception_unknown_rule;
mod exception_without_owner;
mod exception_without_reason;
mod exception_without_retirement_date;
mod malformed_exception;
mod undocumented_suppression;
mod unused_exception;

pub(super) use exception_expired::ExceptionExpired;
pub(super) use exception_expiring_soon::ExceptionExpiringSoon;
pub(super) use exception_too_broad::ExceptionTooBroad;
pub(super) use exception_too_long::ExceptionTooLong;
pub(super) use exception_unknown_owner::ExceptionUnknownOwner;
pub use exception_unknown_owner::{Refusal, refusal};
pub(super) use exception_unknown_rule::ExceptionUnknownRule;
pub(super) use exception_without_owner::ExceptionWithoutOwner;
pub(super) use exception_without_reason::ExceptionWithoutReason;
pub(super) use exception_without_retirement_date::ExceptionWithoutRetirementDate;
pub(super) use malformed_exception::MalformedException;
pub(super) use undocumented_suppression::UndocumentedSuppression;
pub(super) use unused_exception::UnusedException;

use crate::config::{Exception, Terms};
use crate::finding::{Finding, Subject};
use crate::text::Span;

/// A finding about an exception.
fn about(exception: &Exception, message: impl Into<String>) -> Finding {
    let subject = Subject {
        unit: exception.unit.as_ref().map(ToString::to_string),
        path: exception.path.as_ref().map(ToString::to_string),
        ..Subject::default()
    };
    Finding::at(exception.span, message).about(subject).key([exception.id()])
}

/// A finding about one value of an exception, where it is known where that stands.
fn about_value(exception: &Exception, value: Option<Span>, message: String) -> Finding {
    let mut finding = about(exception, message);
    if let (Some(label), Some(value)) = (finding.labels.first_mut(), value) {
        label.span = value;
    }
    finding
}

/// How a message names an exception: by its rules and its owner.
fn named(exception: &Exception) -> String {
    let of = exception.owner.as_ref().map(|owner| format!(" of `{owner}`")).unwrap_or_default();
    format!("the exception for {}{of}", exception.rule_names())
}

/// Whom to ask about an exception, in a help text.
fn whom(exception: &Exception) -> String {
    exception.owner.as_ref().map_or_else(|| "its owner".to_owned(), |owner| format!("`{owner}`"))
}

/// How to keep an exception, in a help text.
fn renewal(exception: &Exception, terms: &Terms) -> String {
    let (renewed, last) =
        if exception.covers.is_some() { ("renewed=", "until=") } else { ("renewed", "retire-by") };
    let most = match terms.max_days {
        0 => String::new(),
        days => format!(", at most {days} days later"),
    };
    format!("add the day of the agreement to `{renewed}` and set `{last}` to a later day{most}")
}

/// `1 day`, `2 days`.
fn days(count: i32) -> String {
    format!("{count} day{}", if count == 1 { "" } else { "s" })
}
