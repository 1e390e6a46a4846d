//! The lines around the places of a finding: a few lines for each, escaped, secrets masked.
//!
//! To the printer they are one text. Every run of lines has offsets of its own in it, and a request
//! for bytes of two runs at once fails, so that runs are never joined.

use std::collections::BTreeMap;
use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::report::mask::MASK;
use crate::source::{Snapshot, SourceFile};
use crate::text::{FileId, Position, Span, is_unprintable, printable};

/// Lines that are shown before and after a place.
const CONTEXT: usize = 2;
/// Bytes of a line that are shown.
const LINE_BYTES: usize = 240;
/// Bytes that are shown before the place in a longer line.
const LEAD_BYTES: usize = 80;

/// Runs of lines.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    runs: Vec<Run>,
    end: usize,
    positions: BTreeMap<usize, Position>,
}

#[derive(Debug)]
struct Run {
    offset: usize,
    name: String,
    first_line: usize,
    text: String,
}

/// A place to show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) span: Span,
    /// Whether the bytes themselves are a secret.
    pub(super) secret: bool,
}

impl Excerpt {
    /// Adds the places of one file; hands back where each of them is in the excerpt.
    pub(super) fn add(
        &mut self,
        source: &SourceFile,
        wanted: &[Mark],
        masks: &[Range<usize>],
    ) -> Vec<Range<usize>> {
        let line_of = |mark: &Mark| source.lines().line_of(mark.span.start);
        let last = source.lines().len() - 1;
        let mut windows: Vec<(usize, usize)> = wanted
            .iter()
            .map(|mark| {
                (line_of(mark).saturating_sub(CONTEXT), (line_of(mark) + CONTEXT).min(last))
            })
            .collect();
        windows.sort_unstable();
        windows.dedup_by(|next, kept| {
            let joins = next.0 <= kept.1 + 1;
            if joins {
                kept.1 = kept.1.max(next.1);
            }
            joins
        });
        let mut hidden = masks.to_vec();
        hidden.extend(wanted.iter().filter(|mark| mark.secret).map(|mark| mark.span.range()));
        let mut places = vec![0..0; wanted.len()];
        for (first, last) in windows {
            let offset = self.end + 1;
            let mut text = String::new();
            for line in first..=last {
                let here: Vec<_> =
                    (0..wanted.len()).filter(|&at| line_of(&wanted[at]) == line).collect();
                let focus = here.iter().map(|&at| wanted[at].span.start as usize).min();
                let shown = Line::new(source, line, focus, &hidden);
                for at in here {
                    let range = shown.place(wanted[at].span.range());
                    places[at] = offset + text.len() + range.start..offset + text.len() + range.end;
                    let position = source.lines().position(&source.text, wanted[at].span.start);
                    self.positions.insert(places[at].start, position);
                }
                text.push_str(&shown.text);
                text.push('\n');
            }
            self.end = offset + text.len();
            let name = printable(source.path.display()).into_owned();
            self.runs.push(Run { offset, name, first_line: first, text });
        }
        places
    }

    /// Adds the name of a file that cannot be shown.
    pub(super) fn add_unreadable(&mut self, snapshot: &Snapshot, file: FileId) -> Range<usize> {
        let offset = self.end + 1;
        let name = printable(snapshot.path(file).display()).into_owned();
        self.runs.push(Run { offset, name, first_line: 0, text: "\n".to_owned() });
        self.end = offset + 1;
        offset..offset
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset() + span.len();
        let run = self
            .runs
            .iter()
            .find(|run| run.offset <= span.offset() && end <= run.offset + run.text.len())
            .ok_or(MietteError::OutOfBounds)?;
        let position = self.positions.get(&span.offset());
        // The header wants the place itself, the body all lines of the run.
        let (line, column) = match position {
            Some(position) if before == 0 => (position.line - 1, position.column - 1),
            _ => (run.first_line, 0),
        };
        Ok(Box::new(MietteSpanContents::new_named(
            run.name.clone(),
            run.text.as_bytes(),
            SourceSpan::from(run.offset..run.offset + run.text.len()),
            line,
            column,
            run.text.lines().count(),
        )))
    }
}

/// One line as it is shown, and where its bytes went.
struct Line {
    text: String,
    start: usize,
    /// For every byte of the part that is shown, and one past it, its place in `text`.
    map: Vec<usize>,
}

impl Line {
    fn new(source: &SourceFile, line: usize, focus: Option<usize>, masks: &[Range<usize>]) -> Self {
        let range = source.lines().line_range(&source.text, line);
        let shown = clip(&source.text, range.clone(), focus);
        let mut text = String::new();
        let mut map = Vec::with_capacity(shown.len() + 1);
        if shown.start > range.start {
            text.push('…');
        }
        let mut masked = false;
        for (at, character) in source.text[shown.clone()].char_indices() {
            let at = shown.start + at;
            let secret = masks.iter().any(|mask| mask.contains(&at));
            map.extend(std::iter::repeat_n(text.len(), character.len_utf8()));
            match character {
                _ if secret && masked => {}
                ' ' if secret => text.push(' '),
                _ if secret => {
                    masked = true;
                    text.push_str(MASK);
                }
                '\t' => text.push_str("    "),
                hidden if is_unprintable(hidden) => {
                    text.push_str(&printable(hidden.encode_utf8(&mut [0; 4])));
                }
                plain => text.push(plain),
            }
            masked &= secret;
        }
        map.push(text.len());
        if shown.end < range.end {
            text.push('…');
        }
        Self { text, start: shown.start, map }
    }

    /// Where a place that begins in this line is; it ends with the line at the latest.
    fn place(&self, range: Range<usize>) -> Range<usize> {
        let at = |byte: usize| {
            let byte = byte.saturating_sub(self.start).min(self.map.len() - 1);
            self.map[byte]
        };
        let (start, end) = (at(range.start), at(range.end));
        // Bytes behind a mask all went to its start.
        let mask = self.text[start..].starts_with(MASK) && end < start + MASK.len();
        if mask { start..start + MASK.len() } else { start..end.max(start) }
    }
}

/// The part of a line to show: all of it, or what is around the focus.
fn clip(text: &str, range: Range<usize>, focus: Option<usize>) -> Range<usize> {
    if range.len() <= LINE_BYTES {
        return range;
    }
    let focus = focus.unwrap_or(range.start).clamp(range.start, range.end);
    let boundary = |at: usize| (range.start..=at).rev().find(|&at| text.is_char_boundary(at));
    let start = boundary(focus.saturating_sub(LEAD_BYTES).max(range.start)).unwrap_or(range.start);
    let end = boundary((start + LINE_BYTES).min(range.end)).unwrap_or(range.end);
    start..end
}

#[cfg(test)]
mod tests {
    use super::{Excerpt, Mark};
    use crate::source::Snapshot;
    use crate::text::{FileId, Span};

    fn excerpt(text: &str, part: &str, secret: bool) -> (String, String) {
        let snapshot = Snapshot::from_memory([("a.yaml", text)]);
        let start = text.find(part).unwrap();
        let span = Span::new(FileId(0), start, start + part.len());
        let mut excerpt = Excerpt::default();
        let source = snapshot.file(FileId(0)).unwrap();
        let places = excerpt.add(source, &[Mark { span, secret }], &[]);
        let run = &excerpt.runs[0];
        let place = places[0].start - run.offset..places[0].end - run.offset;
        (run.text.clone(), run.text[place].to_owned())
    }

    #[test]
    fn places_survive_escapes_tabs_and_masks() {
        assert_eq!(excerpt("a\u{1b}[0m\tb: c\n", "b: c", false).1, "b: c");
        assert_eq!(excerpt("é: ü\n", "ü", false).1, "ü");
        let (text, place) = excerpt("a: hunter2\n", "hunter2", true);
        assert_eq!((text.lines().next().unwrap(), place.as_str()), ("a: (secret)", "(secret)"));
        let (text, _) = excerpt("a: |\n  one\n  two\nb: 1\n", "one\n  two", true);
        assert!(!text.contains("one") && !text.contains("two"), "{text}");
    }

    #[test]
    fn only_the_lines_around_a_place_and_a_part_of_long_lines() {
        let long = format!("{}needle{}", "x".repeat(5_000), "y".repeat(5_000));
        let (text, place) = excerpt(&long, "needle", false);
        assert!(text.len() < 300);
        assert_eq!(place, "needle");
        let lines = (0..100).map(|n| format!("line{n}")).collect::<Vec<_>>().join("\n");
        assert_eq!(excerpt(&lines, "line50", false).0.lines().count(), 5);
    }
}
