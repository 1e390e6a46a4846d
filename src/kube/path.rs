//! Paths inside an object, list elements by what names them.

use std::fmt;
use std::sync::Arc;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathStep {
    /// Into a map; also to the named item of a list of scalars or of a text of lines.
    Key(Arc<str>),
    /// Into a list of maps, to the element whose `key` has `value`.
    Element {
        /// The merge key.
        key: Arc<str>,
        /// Its value.
        value: Arc<str>,
    },
    /// Into a list whose elements have no name.
    Index(usize),
}

/// A path from the root of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(pub Vec<PathStep>);

impl Path {
    /// The keys, elements and items on the way.
    pub fn steps(&self) -> &[PathStep] {
        &self.0
    }

    /// The last key of a map on the way.
    pub fn last_key(&self) -> Option<&str> {
        self.0.iter().rev().find_map(|step| match step {
            PathStep::Key(key) => Some(&**key),
            _ => None,
        })
    }

    /// The name of the last list element on the way.
    pub fn last_element(&self) -> Option<&str> {
        self.0.iter().rev().find_map(|step| match step {
            PathStep::Element { value, .. } => Some(&**value),
            _ => None,
        })
    }

    /// What the last step is called: a key, or the name of an element.
    pub fn last_name(&self) -> Option<&str> {
        match self.0.last()? {
            PathStep::Key(name) | PathStep::Element { value: name, .. } => Some(name),
            PathStep::Index(_) => None,
        }
    }
}

impl fmt::Display for Path {
    /// `spec.containers[name=api].env[name=LOG_LEVEL].value`; unusual keys stand in quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                PathStep::Key(key) => {
                    let dot = if at == 0 { "" } else { "." };
                    write!(f, "{dot}{}", quoted(key, &['.', '[', ']', '"', '*', ' ']))?;
                }
                PathStep::Element { key, value } => {
                    write!(f, "[{key}={}]", quoted(value, &[']', '"', '*']))?;
                }
                PathStep::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

fn quoted(text: &str, special: &[char]) -> String {
    if text.is_empty() || text.contains(special) {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        text.to_owned()
    }
}
