//! Rules about traces of manual and temporary changes.

mod commented_out_config;
mod conflict_marker;
mod counterpart;
mod deadline;
mod drift_masked;
mod hotfix_comment;
mod image;
mod kubectl_residue;
mod marked;
mod markers;
mod mask;
mod mutable_image;
mod objects;
mod places;
mod production_only_change;
mod reconciliation_paused;
mod residue;
mod server_fields;
mod switched;

pub(super) use commented_out_config::CommentedOutConfig;
pub(super) use conflict_marker::ConflictMarker;
pub(super) use drift_masked::DriftMasked;
pub(super) use hotfix_comment::HotfixComment;
pub(super) use kubectl_residue::KubectlResidue;
pub(super) use mutable_image::MutableImage;
pub(super) use production_only_change::ProductionOnlyChange;
pub(super) use reconciliation_paused::ReconciliationPaused;
pub(super) use server_fields::ServerFields;
