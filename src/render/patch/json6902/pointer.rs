//! The paths of JSON patches.

use std::fmt;

use crate::kube::Kind;
use crate::kube::Map;
use crate::kube::Value;
use crate::render::patch::PatchError;
use crate::text::Span;

/// A path as written: whatever stands before its first slash does not count.
#[derive(Debug)]
pub(super) struct Pointer {
    text: String,
    parts: Vec<String>,
    /// Where it is written.
    pub(super) span: Span,
}

/// Where a path leads: the map or list that holds, or is to hold, the value.
#[derive(Debug)]
pub(super) enum Place<'v> {
    Key(&'v mut Map, &'v str),
    Element(&'v mut Vec<Value>, &'v str),
}

impl Pointer {
    pub(super) fn parse(text: &str, span: Span) -> Self {
        let decode = |part: &str| part.replace("~1", "/").replace("~0", "~");
        Self { text: text.to_owned(), parts: text.split('/').skip(1).map(decode).collect(), span }
    }

    /// Whether this is the whole object.
    pub(super) fn is_root(&self) -> bool {
        self.text.is_empty()
    }

    /// How deep the value lies.
    pub(super) fn depth(&self) -> usize {
        self.parts.len()
    }

    pub(super) fn missing(&self) -> PatchError {
        PatchError::new(self.span, format!("the object has nothing at `{self}`"))
            .help("a JSON patch needs the exact path of a value that is there")
    }

    /// The map or list that holds the value, or is to hold it, and the last part of the path.
    pub(super) fn holder<'v>(
        &self,
        target: &'v mut Value,
    ) -> Result<(&'v mut Value, &str), PatchError> {
        let Some((last, parents)) = self.parts.split_last() else { return Err(self.missing()) };
        let mut value = target;
        for part in parents {
            let next = match &mut value.kind {
                Kind::Map(_) => value.as_map_mut().and_then(|map| map.get_mut(part)),
                Kind::List(items) => {
                    let index = self.element(part, items.len())?;
                    value.as_list_mut().and_then(|items| items.get_mut(index))
                }
                Kind::Scalar(_) => None,
            };
            value = next.ok_or_else(|| self.missing())?;
        }
        Ok((value, last))
    }

    /// The place of the value, for changing.
    pub(super) fn find<'v>(&'v self, target: &'v mut Value) -> Result<Place<'v>, PatchError> {
        let (value, last) = self.holder(target)?;
        match &value.kind {
            Kind::Map(_) => value.as_map_mut().map(|map| Place::Key(map, last)),
            Kind::List(_) => value.as_list_mut().map(|items| Place::Element(items, last)),
            Kind::Scalar(_) => None,
        }
        .ok_or_else(|| self.missing())
    }

    /// The value; `None` where its map does not have it.
    pub(super) fn get<'v>(&self, target: &'v Value) -> Result<Option<&'v Value>, PatchError> {
        let Some((last, parents)) = self.parts.split_last() else { return Err(self.missing()) };
        let mut value = target;
        for part in parents {
            value = self.step(value, part)?.ok_or_else(|| self.missing())?;
        }
        match value.kind {
            Kind::Scalar(_) => Err(self.missing()),
            _ => self.step(value, last),
        }
    }

    fn step<'v>(&self, value: &'v Value, part: &str) -> Result<Option<&'v Value>, PatchError> {
        match &value.kind {
            Kind::Map(map) => Ok(map.get(part)),
            Kind::List(items) => Ok(items.get(self.element(part, items.len())?)),
            Kind::Scalar(_) => Ok(None),
        }
    }

    /// The index of an element that is there; negative ones count from the end.
    pub(super) fn element(&self, part: &str, len: usize) -> Result<usize, PatchError> {
        self.index(part, len, len.checked_sub(1))
    }

    /// The index for a new element; `-` is the end, and so is -1.
    pub(super) fn insertion(&self, part: &str, len: usize) -> Result<usize, PatchError> {
        if part == "-" { Ok(len) } else { self.index(part, len + 1, Some(len)) }
    }

    fn index(&self, part: &str, len: usize, last: Option<usize>) -> Result<usize, PatchError> {
        let Ok(index) = part.parse::<isize>() else {
            let message = format!("`{part}` in `{self}` is no index of a list");
            return Err(PatchError::new(self.span, message)
                .help("count elements from 0, or write `-` for the end"));
        };
        let index = match usize::try_from(index) {
            Ok(index) => Some(index),
            Err(_) => len.checked_sub(index.unsigned_abs()),
        };
        match (index, last) {
            (Some(index), Some(last)) if index <= last => Ok(index),
            _ => {
                let message = format!("the index `{part}` in `{self}` is out of bounds");
                Err(PatchError::new(self.span, message)
                    .help("count elements from 0, or write `-` to add one at the end"))
            }
        }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
