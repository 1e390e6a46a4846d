//! The schemas that are built in.
//!
//! [`kubernetes`] holds the API of every Kubernetes version from [`crate::kube::Version::OLDEST`] to
//! [`crate::kube::Version::NEWEST`], read from `schemas/kubernetes.zz`; `scripts/kube_schemas.py` writes that
//! file and describes it. [`lifecycle`] knows which kinds were deprecated or removed, before
//! those versions too, and [`replacement`] what to write instead.
//!
//! [`custom`] holds the custom resources that many repositories use, read from `schemas/custom.zz`;
//! `scripts/crd_schemas.py` writes it.
//!
//! A file is decompressed when it is first asked for, and a definition is parsed whenever it is.

mod custom;
mod definitions;
mod inflate;
mod kubernetes;
mod lifecycle;

pub use custom::{Custom, CustomKind, custom};
pub(in crate::schema) use kubernetes::DIALECT;
pub use kubernetes::{Kind, Kubernetes, SchemaId, kubernetes};
pub use lifecycle::{Lifecycle, lifecycle, replacement};
