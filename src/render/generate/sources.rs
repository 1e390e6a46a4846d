//! Where generated data comes from: env files, literals, files.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::render::RenderError;
use crate::render::kustomization::{Generator, Text};
use crate::text::Span;

/// A file that a generator reads.
pub(crate) struct Content {
    pub(crate) bytes: Arc<[u8]>,
    /// The whole file.
    pub(crate) span: Span,
}

/// Opens files by the path in a kustomization.
pub(crate) trait Files {
    /// The content; `None` for a gap that has been recorded.
    fn open(&mut self, path: &str, entry: Span) -> Result<Option<Content>, RenderError>;
}

/// One key with its value.
pub(super) struct Datum {
    pub(super) key: String,
    pub(super) key_span: Span,
    pub(super) value: Vec<u8>,
    pub(super) span: Span,
}

/// All data of a generator. A key must not come twice.
pub(super) fn collect(
    generator: &Generator,
    files: &mut dyn Files,
) -> Result<Vec<Datum>, RenderError> {
    let mut data = Vec::new();
    for entry in &generator.envs {
        if let Some(content) = files.open(&entry.value, entry.span)? {
            env_file(&content, &mut data)?;
        }
    }
    for entry in &generator.literals {
        data.push(literal(entry)?);
    }
    for entry in &generator.files {
        let (key, path) = file_source(entry)?;
        let Some(content) = files.open(path, entry.span)? else { continue };
        data.push(Datum {
            key: key.to_owned(),
            key_span: entry.span,
            // Of an empty file there is nothing to show but who asks for it.
            span: if content.bytes.is_empty() { entry.span } else { content.span },
            value: content.bytes.to_vec(),
        });
    }
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for datum in &data {
        if seen.insert(&datum.key, datum.key_span).is_some() {
            let message = format!("the key `{}` is generated twice", datum.key);
            let error = RenderError::new(datum.key_span, message);
            return Err(error.help("drop one of the two sources"));
        }
    }
    Ok(data)
}

fn literal(entry: &Text) -> Result<Datum, RenderError> {
    let split = entry.value.split_once('=').filter(|(key, _)| !key.is_empty());
    let Some((key, value)) = split else {
        let message = format!("`{}` is not of the form `key=value`", entry.value);
        return Err(
            RenderError::new(entry.span, message).help("write the key, a `=` and the value")
        );
    };
    let quoted = |quote| value.len() > 1 && value.starts_with(quote) && value.ends_with(quote);
    let value = if quoted('"') || quoted('\'') { &value[1..value.len() - 1] } else { value };
    Ok(Datum {
        key: key.to_owned(),
        key_span: entry.span,
        value: value.as_bytes().to_vec(),
        span: entry.span,
    })
}

/// `path` or `key=path`.
fn file_source(entry: &Text) -> Result<(&str, &str), RenderError> {
    let help = "write the path of a file, or a key, a `=` and the path";
    let fail = |message: &str| Err(RenderError::new(entry.span, message).help(help));
    match entry.value.split_once('=') {
        None => {
            Ok((entry.value.rsplit('/').find(|part| !part.is_empty()).unwrap_or(""), &entry.value))
        }
        Some(("", _)) => fail("there is no key before the `=`"),
        Some((_, "")) => fail("there is no path after the `=`"),
        Some((_, path)) if path.contains('=') => fail("neither key nor path may contain a `=`"),
        Some(pair) => Ok(pair),
    }
}

fn env_file(content: &Content, data: &mut Vec<Datum>) -> Result<(), RenderError> {
    let text = std::str::from_utf8(&content.bytes).map_err(|_invalid| {
        RenderError::new(content.span, "the file is not UTF-8 text")
            .help("save it as UTF-8, or list it under `files:`")
    })?;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let begin = start;
        start += line.len();
        let written = line.strip_suffix('\n').unwrap_or(line);
        let written = written.strip_suffix('\r').unwrap_or(written);
        let bare = if begin == 0 { written.trim_start_matches('\u{feff}') } else { written };
        let bare = bare.trim_start();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        let at = begin + (written.len() - bare.len());
        let (key, value) = bare.split_once('=').unwrap_or((bare, ""));
        let span = |start: usize, end: usize| Span::new(content.span.file, start, end);
        data.push(Datum {
            key: key.to_owned(),
            key_span: span(at, at + key.len()),
            value: value.as_bytes().to_vec(),
            // An empty value stands where its key does.
            span: span(
                if value.is_empty() { at } else { at + bare.len() - value.len() },
                at + bare.len(),
            ),
        });
    }
    Ok(())
}
