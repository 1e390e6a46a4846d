//! Rules about manifests that would be refused.

mod build_failed;
mod dangling_reference;
mod deprecated_api;
mod disagreement;
mod duplicate_key;
mod duplicate_resource;
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
pub(super) use dangling_reference::DanglingReference;
pub(super) use deprecated_api::DeprecatedApi;
pub(super) use duplicate_key::DuplicateKey;
pub(super) use duplicate_resource::DuplicateResource;
pub(super) use invalid_kustomization::InvalidKustomization;
pub(super) use invalid_manifest::InvalidManifest;
pub(super) use invalid_syntax::InvalidSyntax;
pub(super) use plaintext_secret::PlaintextSecret;
pub(super) use removed_api::RemovedApi;
pub(super) use schema_violation::SchemaViolation;
pub(crate) use team::beside as files_with_schemas;
pub(super) use unknown_field::UnknownField;
pub(super) use unknown_kind::UnknownKind;
