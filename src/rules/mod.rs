//! The rules: one file each, below the directory of its family.

mod context;
mod documents;
mod exceptions;
mod files;
mod findings;
mod hotfix;
mod locality;
mod meta;
mod observability;
mod parity;
mod schema;
mod speak;

pub use context::{Change, Context, Focus, Judged, Malformed, Need, Touched};
pub use exceptions::{Refusal, refusal};
pub use files::{checked_files, commented_files, is_excluded, is_yaml};
pub(crate) use files::{configuration_files, configurations, generated_texts, text_files};
pub use findings::Findings;
pub use meta::{Check, Described, Rule, RuleEntry, RuleMeta, Status};

pub(crate) use locality::locality;
pub(crate) use meta::rule;
pub(crate) use schema::files_with_schemas;

use crate::finding::Family;

/// Every rule, by family and id.
pub const RULES: &[RuleEntry] = &[
    RuleEntry::of::<parity::AccessDiffers>(),
    RuleEntry::of::<parity::BackupDiffers>(),
    RuleEntry::of::<parity::CapacityGap>(),
    RuleEntry::of::<parity::DatabaseSettingsDiffer>(),
    RuleEntry::of::<parity::DependencyVersionDiffers>(),
    RuleEntry::of::<parity::ExposureDiffers>(),
    RuleEntry::of::<parity::FeatureFlagDiffers>(),
    RuleEntry::of::<parity::ForeignEnvironmentReference>(),
    RuleEntry::of::<parity::ForkedFile>(),
    RuleEntry::of::<parity::ImageSourceDiffers>(),
    RuleEntry::of::<parity::MissingContainer>(),
    RuleEntry::of::<parity::MissingEnvironment>(),
    RuleEntry::of::<parity::MissingKey>(),
    RuleEntry::of::<parity::MissingResource>(),
    RuleEntry::of::<parity::NetworkDiffers>(),
    RuleEntry::of::<parity::ParameterOutOfRange>(),
    RuleEntry::of::<parity::PatchWithoutEffect>(),
    RuleEntry::of::<parity::PromotionOrder>(),
    RuleEntry::of::<parity::SecretKeysDiffer>(),
    RuleEntry::of::<parity::StalePromotion>(),
    RuleEntry::of::<parity::UndefinedVariable>(),
    RuleEntry::of::<parity::UnparameterizedDifference>(),
    RuleEntry::of::<observability::AlertThresholdDiffers>(),
    RuleEntry::of::<observability::MissingAgent>(),
    RuleEntry::of::<observability::MissingAlerts>(),
    RuleEntry::of::<observability::MissingLogShipping>(),
    RuleEntry::of::<observability::MissingProbe>(),
    RuleEntry::of::<observability::MissingScrape>(),
    RuleEntry::of::<observability::MissingTracing>(),
    RuleEntry::of::<observability::RetentionDiffers>(),
    RuleEntry::of::<hotfix::CommentedOutConfig>(),
    RuleEntry::of::<hotfix::ConflictMarker>(),
    RuleEntry::of::<hotfix::DriftMasked>(),
    RuleEntry::of::<hotfix::HotfixComment>(),
    RuleEntry::of::<hotfix::KubectlResidue>(),
    RuleEntry::of::<hotfix::MutableImage>(),
    RuleEntry::of::<hotfix::ProductionOnlyChange>(),
    RuleEntry::of::<hotfix::ReconciliationPaused>(),
    RuleEntry::of::<hotfix::ServerFields>(),
    RuleEntry::of::<exceptions::ExceptionExpired>(),
    RuleEntry::of::<exceptions::ExceptionExpiringSoon>(),
    RuleEntry::of::<exceptions::ExceptionTooBroad>(),
    RuleEntry::of::<exceptions::ExceptionTooLong>(),
    RuleEntry::of::<exceptions::ExceptionUnknownOwner>(),
    RuleEntry::of::<exceptions::ExceptionUnknownRule>(),
    RuleEntry::of::<exceptions::ExceptionWithoutOwner>(),
    RuleEntry::of::<exceptions::ExceptionWithoutReason>(),
    RuleEntry::of::<exceptions::ExceptionWithoutRetirementDate>(),
    RuleEntry::of::<exceptions::MalformedException>(),
    RuleEntry::of::<exceptions::UndocumentedSuppression>(),
    RuleEntry::of::<exceptions::UnusedException>(),
    RuleEntry::of::<schema::BuildFailed>(),
    RuleEntry::of::<schema::DanglingReference>(),
    RuleEntry::of::<schema::DeprecatedApi>(),
    RuleEntry::of::<schema::DuplicateKey>(),
    RuleEntry::of::<schema::DuplicateResource>(),
    RuleEntry::of::<schema::InvalidChart>(),
    RuleEntry::of::<schema::InvalidKustomization>(),
    RuleEntry::of::<schema::InvalidManifest>(),
    RuleEntry::of::<schema::InvalidSyntax>(),
    RuleEntry::of::<schema::InvalidValues>(),
    RuleEntry::of::<schema::PlaintextSecret>(),
    RuleEntry::of::<schema::RemovedApi>(),
    RuleEntry::of::<schema::SchemaViolation>(),
    RuleEntry::of::<schema::UnknownField>(),
    RuleEntry::of::<schema::UnknownKind>(),
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
