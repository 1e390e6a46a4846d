//! Rules about manifests that would be refused.

mod build_failed;
mod dangling_reference;
mod disagreement;
mod duplicate_key;
mod duplicate_resource;
mod invalid_kustomization;
mod invalid_syntax;

pub(super) use build_failed::BuildFailed;
pub(super) use dangling_reference::DanglingReference;
pub(super) use duplicate_key::DuplicateKey;
pub(super) use duplicate_resource::DuplicateResource;
pub(super) use invalid_kustomization::InvalidKustomization;
pub(super) use invalid_syntax::InvalidSyntax;
