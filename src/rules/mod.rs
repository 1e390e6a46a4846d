//! The rules: one file each, below the directory of its family.

mod context;
mod exceptions;
mod files;
mod findings;
mod hotfix;
mod meta;
mod observability;
mod parity;
mod schema;
mod speak;

pub use context::{Context, Judged, Malformed, Need};
pub use files::{checked_files, is_excluded, is_yaml};
pub use findings::Findings;
pub use meta::{Check, Described, Rule, RuleEntry, RuleMeta, Status};

pub(crate) use meta::rule;

use crate::finding::Family;

/// Every rule, by family and id.
pub const RULES: &[RuleEntry] = &[
    RuleEntry::of::<parity::CapacityGap>(),
    RuleEntry::of::<parity::ImageSourceDiffers>(),
    RuleEntry::of::<parity::MissingContainer>(),
    RuleEntry::of::<parity::MissingEnvironment>(),
    RuleEntry::of::<parity::MissingKey>(),
    RuleEntry::of::<parity::MissingResource>(),
    RuleEntry::of::<parity::SecretKeysDiffer>(),
    RuleEntry::of::<parity::UnparameterizedDifference>(),
    RuleEntry::of::<observability::MissingAgent>(),
    RuleEntry::of::<observability::MissingProbe>(),
    RuleEntry::of::<hotfix::HotfixComment>(),
    RuleEntry::of::<hotfix::MutableImage>(),
    RuleEntry::of::<hotfix::ServerFields>(),
    RuleEntry::of::<exceptions::ExceptionExpired>(),
    RuleEntry::of::<exceptions::ExceptionUnknownOwner>(),
    RuleEntry::of::<exceptions::ExceptionUnknownRule>(),
    RuleEntry::of::<exceptions::ExceptionWithoutOwner>(),
    RuleEntry::of::<exceptions::ExceptionWithoutReason>(),
    RuleEntry::of::<exceptions::ExceptionWithoutRetirementDate>(),
    RuleEntry::of::<exceptions::MalformedException>(),
    RuleEntry::of::<exceptions::UndocumentedSuppression>(),
    RuleEntry::of::<exceptions::UnusedException>(),
    RuleEntry::of::<schema::BuildFailed>(),
    RuleEntry::of::<schema::DuplicateKey>(),
    RuleEntry::of::<schema::InvalidSyntax>(),
];

/// The rule with this id.
pub fn find(id: &str) -> Option<&'static RuleEntry> {
    RULES.iter().find(|entry| entry.meta.id == id)
}

/// Whether the rule is about exceptions: it runs after all others, and none covers its findings.
pub fn is_about_exceptions(rule: &RuleMeta) -> bool {
    rule.family == Family::Exceptions && rule.id != exceptions::UndocumentedSuppression::META.id
}

/// The ids of all rules.
pub fn ids() -> impl Iterator<Item = &'static str> + Clone {
    RULES.iter().map(|entry| entry.meta.id)
}
