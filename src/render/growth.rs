//! Keeps copies from nesting or multiplying an object without bound.

use crate::kube::Kind;
use crate::kube::Value;

/// Deepest nesting of an object.
const DEPTH: usize = 300;
/// Most values that one series of copies may add.
const VALUES: usize = 500_000;

/// What may still be added.
#[derive(Debug)]
pub(crate) struct Growth {
    left: usize,
}

impl Default for Growth {
    fn default() -> Self {
        Self { left: VALUES }
    }
}

impl Growth {
    /// Accounts for `value` at `depth`; `false` when that is too much.
    pub(super) fn allows(&mut self, value: &Value, depth: usize) -> bool {
        let Some(left) = self.left.checked_sub(1) else { return false };
        self.left = left;
        if depth > DEPTH {
            return false;
        }
        match &value.kind {
            Kind::Scalar(_) => true,
            Kind::List(items) => items.iter().all(|item| self.allows(item, depth + 1)),
            Kind::Map(map) => map.iter().all(|entry| self.allows(&entry.value, depth + 1)),
        }
    }
}
