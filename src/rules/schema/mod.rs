//! Rules about manifests that would be refused.

mod build_failed;
mod duplicate_key;
mod fault;
mod invalid_kustomization;
mod invalid_syntax;
mod invalid_values;

pub(super) use build_failed::BuildFailed;
pub(super) use duplicate_key::DuplicateKey;
pub(super) use invalid_kustomization::InvalidKustomization;
pub(super) use invalid_syntax::InvalidSyntax;
pub(super) use invalid_values::InvalidValues;
