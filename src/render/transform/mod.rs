//! What is done to the objects of a layer, one file per transformer.

pub(crate) mod affix;
pub(crate) mod field_path;
pub(crate) mod images;
pub(crate) mod labels;
pub(crate) mod namespace;
pub(crate) mod patches;
pub(crate) mod replacements;
pub(crate) mod replicas;
pub(crate) mod value_add;
