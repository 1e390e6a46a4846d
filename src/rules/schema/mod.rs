//! Rules about manifests that would be refused.

mod build_failed;
mod chart_lock;
mod deprecated_api;
mod duplicate_key;
mod fault;
mod invalid_chart;
mod invalid_kustomization;
mod invalid_manifest;
mod invalid_syntax;
mod invalid_values;
mod old_api;
mod reach;
mod refused;
mod removed_api;
mod unknown_field;
mod unknown_kind;

pub(super) use build_failed::BuildFailed;
pub(super) use deprecated_api::DeprecatedApi;
pub(super) use duplicate_key::DuplicateKey;
pub(super) use invalid_chart::InvalidChart;
pub(super) use invalid_kustomization::InvalidKustomization;
pub(super) use invalid_manifest::InvalidManifest;
pub(super) use invalid_syntax::InvalidSyntax;
pub(super) use invalid_values::InvalidValues;
pub(super) use removed_api::RemovedApi;
pub(super) use unknown_field::UnknownField;
pub(super) use unknown_kind::UnknownKind;
