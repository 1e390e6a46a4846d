//! `buildMetadata:`: annotations that say where an object comes from and what was done to it.

use std::fmt::Write as _;

use crate::kube::{Action, Value};
use crate::render::working::Working;
use crate::render::{RenderError, edit};
use crate::syntax::scalar::{self, Dialect, Tag};
use crate::text::Span;

/// The annotation that says where an object comes from.
pub(crate) const ORIGIN: &str = "config.kubernetes.io/origin";
/// The annotation that lists what was done to an object.
pub(crate) const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";

/// Most bytes that the lists of what was done may have, all objects together.
const BYTES: usize = 64 << 20;

/// Writes the annotations on one walk.
#[derive(Debug)]
pub(crate) struct Notes {
    /// The entry that asks for them.
    span: Span,
    /// The kustomizations that are open: directory, as seen from the first, and file name.
    open: Vec<(String, String)>,
    /// What may still be written.
    left: usize,
}

/// Who made or changed an object: the part of a kustomization, or a plugin's configuration.
#[derive(Debug)]
pub(crate) struct Author {
    file: String,
    kind: String,
    name: String,
    namespace: String,
}

impl Notes {
    pub(crate) fn new(span: Span) -> Self {
        Self { span, open: Vec::new(), left: BYTES }
    }

    /// Goes into the kustomization that an entry names.
    pub(crate) fn enter(&mut self, entry: &str, file: &str) {
        self.open.push((self.path(entry), file.to_owned()));
    }

    /// Goes back to the kustomization before.
    pub(crate) fn leave(&mut self) {
        self.open.pop();
    }

    /// The path of an entry, as seen from the first directory.
    fn path(&self, entry: &str) -> String {
        join(self.open.last().map_or("", |(directory, _)| directory), entry)
    }

    /// The file that is being worked on, as the author of what it asks for.
    pub(crate) fn author(&self, kind: &str) -> Author {
        Author {
            file: self.file(),
            kind: kind.to_owned(),
            name: String::new(),
            namespace: String::new(),
        }
    }

    fn file(&self) -> String {
        self.path(self.open.last().map_or("", |(_, file)| file))
    }

    /// Notes that an object stands in the file of an entry.
    pub(crate) fn declared(&self, object: &mut Working, entry: &str) {
        let text = format!("path: {}\n", quoted(&self.path(entry)));
        annotate(object, ORIGIN, &text, self.span);
    }

    /// Notes that an object stands in the kustomization file itself.
    pub(crate) fn inline(&self, object: &mut Working) {
        let text = format!("path: {}\n", quoted(&self.file()));
        annotate(object, ORIGIN, &text, self.span);
    }

    /// Notes who made an object, unless this is known.
    pub(crate) fn made(&self, object: &mut Working, author: &Author) {
        if annotation(&object.body, ORIGIN).is_none() {
            annotate(object, ORIGIN, &author.lines(""), self.span);
        }
    }

    /// Notes who is about to change an object.
    pub(crate) fn changed(
        &mut self,
        object: &mut Working,
        author: &Author,
    ) -> Result<(), RenderError> {
        let before = annotation(&object.body, TRANSFORMATIONS).unwrap_or("");
        let text = format!("{before}- {}", author.lines("  "));
        self.left = self.left.checked_sub(text.len()).ok_or_else(|| {
            RenderError::new(self.span, "the annotations of this build would be too long")
                .help("drop `buildMetadata`, or build smaller overlays")
        })?;
        annotate(object, TRANSFORMATIONS, &text, self.span);
        Ok(())
    }
}

impl Author {
    /// A plugin, as its configuration names it.
    pub(crate) fn plugin(config: &Working) -> Self {
        let origin = annotation(&config.body, ORIGIN).unwrap_or("");
        let file = origin.strip_prefix("path: ").map_or("", str::trim_end);
        Self {
            file: file.trim_matches('\'').to_owned(),
            kind: config.id.gvk.kind.to_string(),
            name: config.id.name.to_string(),
            namespace: config.id.namespace.to_string(),
        }
    }

    fn lines(&self, indent: &str) -> String {
        let mut text = String::new();
        if !self.file.is_empty() {
            let _infallible = write!(text, "configuredIn: {}\n{indent}", quoted(&self.file));
        }
        text.push_str("configuredBy:\n");
        let kind = ("kind", &*self.kind);
        let names = [("name", &*self.name), ("namespace", &*self.namespace)];
        let given = names.into_iter().filter(|(_, text)| !text.is_empty());
        for (field, value) in [("apiVersion", "builtin"), kind].into_iter().chain(given) {
            let _infallible = writeln!(text, "{indent}  {field}: {}", quoted(value));
        }
        text
    }
}

/// The text of an annotation.
pub(crate) fn annotation<'v>(body: &'v Value, key: &str) -> Option<&'v str> {
    body.at(&["metadata", "annotations", key]).and_then(Value::text)
}

fn annotate(object: &mut Working, key: &str, text: &str, span: Span) {
    edit::set_text_at(
        &mut object.body,
        &["metadata", "annotations", key],
        text,
        Action::Built,
        span,
    );
}

/// A path or name as YAML.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._+=~^$(), ".contains(c) || c == '-';
    let begins = text.starts_with(|c: char| c.is_alphanumeric() || "/._".contains(c));
    let simple = begins && !text.ends_with(' ') && text.chars().all(plain);
    if simple && scalar::resolve(text, Dialect::Resource) == Tag::Str {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

/// Joins paths and takes `.` and `..` out where that is possible.
fn join(directory: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in directory.split('/').chain(relative.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
