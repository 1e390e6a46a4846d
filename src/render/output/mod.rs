//! Writes objects as kustomize prints them, byte for byte.
//!
//! Kustomize turns every object into JSON and prints that with go-yaml v2; no other library has
//! the same notation, so this one is our own.

mod emitter;
mod order;
mod scalar;
mod style;

use crate::kube::Entry;
use crate::kube::Kind;
use crate::kube::Map;
use crate::kube::Resource;
use crate::kube::Value;
use crate::render::RenderError;
use crate::render::output::emitter::Emitter;
use crate::render::output::scalar::Leaf;
pub(crate) use crate::render::output::scalar::style_of;
pub(crate) use crate::render::output::style::Style;

/// Longest key, in bytes, that stands on one line with its value.
const SIMPLE_KEY: usize = 128;

/// Tells where a value comes from.
pub type Origins<'o> = &'o dyn Fn(&Value) -> Option<String>;

/// Writes the objects as one YAML stream; `origins` adds a comment to the line of every leaf.
pub fn write(resources: &[Resource], origins: Option<Origins<'_>>) -> Result<String, RenderError> {
    let mut writer = Writer { emitter: Emitter::default(), origins };
    for (at, resource) in resources.iter().enumerate() {
        if at > 0 {
            writer.emitter.line("---");
        }
        match &resource.body.kind {
            Kind::Map(map) if !map.is_empty() => writer.map(map, 0)?,
            _ => writer.value(&resource.body, 0, false)?,
        }
        writer.emitter.end_line();
    }
    Ok(writer.emitter.finish())
}

struct Writer<'o> {
    emitter: Emitter,
    origins: Option<Origins<'o>>,
}

impl Writer<'_> {
    /// Recursion is bounded by the depth that the loader accepts.
    fn map(&mut self, map: &Map, indent: usize) -> Result<(), RenderError> {
        let mut entries: Vec<&Entry> = map.iter().collect();
        order::sort(&mut entries);
        for entry in entries {
            self.emitter.indent(indent);
            let key = Leaf::string(&entry.key, entry.key_span)?;
            if entry.key.len() <= SIMPLE_KEY && !style::has_break(&entry.key) {
                self.emitter.simple_key(&key);
                self.emitter.indicator(":", false, false);
            } else {
                self.emitter.indicator("?", true, true);
                self.emitter.scalar(&key, indent + 2, None);
                self.emitter.indent(indent);
                self.emitter.indicator(":", true, true);
            }
            self.value(&entry.value, indent, true)?;
        }
        Ok(())
    }

    fn value(&mut self, value: &Value, indent: usize, in_map: bool) -> Result<(), RenderError> {
        match &value.kind {
            Kind::Scalar(scalar) => {
                let leaf = Leaf::new(scalar, value.span())?;
                let comment = self.comment(value);
                self.emitter.scalar(&leaf, indent + 2, comment.as_deref());
            }
            Kind::List(items) if items.is_empty() => self.empty("[]", value),
            Kind::Map(map) if map.is_empty() => self.empty("{}", value),
            Kind::List(items) => {
                let indent = if in_map && !self.emitter.at_indent() { indent } else { indent + 2 };
                for item in items.iter() {
                    self.emitter.indent(indent);
                    self.emitter.indicator("-", true, true);
                    self.value(item, indent, false)?;
                }
            }
            Kind::Map(map) => self.map(map, indent + 2)?,
        }
        Ok(())
    }

    fn empty(&mut self, text: &str, value: &Value) {
        self.emitter.indicator(text, true, false);
        if let Some(comment) = self.comment(value) {
            self.emitter.comment(&comment);
        }
    }

    fn comment(&self, value: &Value) -> Option<String> {
        self.origins.and_then(|origins| origins(value))
    }
}

#[cfg(test)]
mod tests;
