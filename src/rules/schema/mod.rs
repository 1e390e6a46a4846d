//! Rules about manifests that would be refused.

mod build_failed;
mod deprecated_api;
mod duplicate_key;
mod invalid_kustomization;
mod invalid_manifest;
mod invalid_syntax;
mod old_api;
mod plaintext_secret;
mod refused;
mod removed_api;
mod schema_violation;
mod secrets;
mod team;
mod unknown_field;
mod unknown_kind;

pub(super) use build_failed::BuildFailed;
pub(super) use deprecated_api::DeprecatedApi;
pub(super) use duplicate_key::DuplicateKey;
pub(super) use invalid_kustomization::InvalidKustomization;
pub(super) use invalid_manifest::InvalidManifest;
pub(super) use invalid_syntax::InvalidSyntax;
pub(super) use plaintext_secret::PlaintextSecret;
pub(super) use removed_api::RemovedApi;
pub(super) use schema_violation::SchemaViolation;
pub(crate) use team::beside as files_with_schemas;
pub(super) use unknown_field::UnknownField;
pub(super) use unknown_kind::UnknownKind;
