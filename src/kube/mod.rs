//! Kubernetes objects: identities, values with provenance, and what is known of kinds.

pub mod field_specs;
mod id;
pub mod kinds;
mod load;
mod merge_keys;
mod path;
mod provenance;
pub mod quantity;
mod secret;
mod value;
mod version;

pub use id::{Form, Gvk, Resource, ResourceId};
pub use load::{LoadError, LoadErrorKind, load};
pub use merge_keys::{Cursor, MergeKeys, OpenApiError};
pub use path::{Path, PathStep};
pub use provenance::{Action, Provenance, Step};
pub use secret::{
    Credential, HIDDEN, credentials, hides_text, looks_like_credential, looks_secret_key,
    words as key_words,
};
pub use value::{Entry, Kind, Map, Scalar, Value};
pub use version::{Version, VersionError};
