//! What a difference in a secret tells: only the keys must agree, never the values.

use crate::compare::diff::{Change, RawDifference};
use crate::kube::PathStep;

/// Lines that name an entry of the objects of a `SecretProviderClass`; the others describe it.
const NAMES: &[&str] = &["objectName", "resourceName"];

/// Whether the difference is one of keys.
pub(crate) fn tells(difference: &RawDifference) -> bool {
    if difference.change == Change::Changed {
        return false;
    }
    match difference.path.steps() {
        [.., PathStep::Key(list), PathStep::Key(line)] if &**list == "objects" => {
            NAMES.contains(&&**line)
        }
        _ => true,
    }
}
