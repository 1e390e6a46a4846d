//! Rules about traces of manual and temporary changes.

mod hotfix_comment;
mod image;
mod markers;
mod mutable_image;
mod server_fields;

pub(super) use hotfix_comment::HotfixComment;
pub(super) use mutable_image::MutableImage;
pub(super) use server_fields::ServerFields;
