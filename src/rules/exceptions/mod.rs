//! Rules about exceptions themselves; they run after all others.

mod exception_expired;
mod exception_unknown_owner;
mod exception_unknown_rule;
mod exception_without_owner;
mod exception_without_reason;
mod exception_without_retirement_date;
mod malformed_exception;
mod undocumented_suppression;
mod unused_exception;

pub(super) use exception_expired::ExceptionExpired;
pub(super) use exception_unknown_owner::ExceptionUnknownOwner;
pub(super) use exception_unknown_rule::ExceptionUnknownRule;
pub(super) use exception_without_owner::ExceptionWithoutOwner;
pub(super) use exception_without_reason::ExceptionWithoutReason;
pub(super) use exception_without_retirement_date::ExceptionWithoutRetirementDate;
pub(super) use malformed_exception::MalformedException;
pub(super) use undocumented_suppression::UndocumentedSuppression;
pub(super) use unused_exception::UnusedException;

use crate::config::Exception;
use crate::finding::{Finding, Subject};

/// A finding about an exception.
fn about(exception: &Exception, message: impl Into<String>) -> Finding {
    let subject = Subject {
        unit: exception.unit.as_ref().map(ToString::to_string),
        path: exception.path.as_ref().map(ToString::to_string),
        ..Subject::default()
    };
    Finding::at(exception.span, message).about(subject).key([exception.id()])
}

/// How a message names an exception: by its rules.
fn named(exception: &Exception) -> String {
    format!("the exception for {}", exception.rule_names())
}
