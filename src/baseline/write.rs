//! The text of the file: one entry on a line.

use std::io::{self, Write};

use serde::Serialize as _;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::baseline::entry::{Baseline, SCHEMA};
use crate::text::ascii_controls;

impl Baseline {
    /// The text of the file.
    pub fn text(&self) -> Result<String, serde_json::Error> {
        let mut lines = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            let mut line = Vec::new();
            entry.serialize(&mut Serializer::with_formatter(&mut line, Spaced))?;
            lines.push(format!("\n    {}", String::from_utf8_lossy(&line)));
        }
        let list = lines.join(",");
        let end = if lines.is_empty() { "" } else { "\n  " };
        let text = format!("{{\n  \"schema\": \"{SCHEMA}\",\n  \"findings\": [{list}{end}]\n}}\n");
        Ok(ascii_controls(&text))
    }
}

/// A space after every comma and colon.
struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }
}
