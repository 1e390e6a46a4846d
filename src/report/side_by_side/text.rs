//! The table for people.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::compare::{Contrast, Side};
use crate::finding::NotAnalysed;
use crate::report::side_by_side::{Mark, SideBySide, Told, mark};
use crate::report::{Style, origin, place};
use crate::text::printable;

/// The narrowest and the widest table.
const WIDTHS: (usize, usize) = (80, 200);
/// What stands before the left column, and between the two.
const INDENT: &str = "    ";
const BETWEEN: &str = " │ ";
/// How much of a common beginning stays in front of what differs, in characters.
const CONTEXT: usize = 12;
/// Longest value that is worked out, in characters.
const LONGEST: usize = 400;

/// What a part of the table is, for its colour.
#[derive(Clone, Copy)]
enum Ink {
    Plain,
    Heading,
    Path,
    Judged,
    Faint,
}

struct Table {
    out: String,
    color: bool,
    /// Of one column.
    column: usize,
    width: usize,
}

pub(super) fn write(report: &SideBySide<'_>, style: Style, width: usize) -> String {
    let width = width.clamp(WIDTHS.0, WIDTHS.1);
    let column = (width - INDENT.len() - BETWEEN.chars().count()) / 2;
    let mut table = Table { out: String::new(), color: style.color, column, width };
    let (left, right) = (report.left, report.right);
    table.line(&report.evaluated[left].unit.name, Ink::Heading);
    table.row(&report.name(left), &report.name(right), Ink::Heading);
    let root = |at: usize| report.overlay(at).root.display().to_owned();
    table.places(("", root(left)), ("", root(right)));
    let kind = |at: usize| report.overlay(at).kind.name();
    if kind(left) != kind(right) {
        table.row(kind(left), kind(right), Ink::Faint);
    }
    let mut resource = None;
    for contrast in report.contrasts {
        if resource.replace(&contrast.resource) != Some(&contrast.resource) {
            table.out.push('\n');
            table.line(&contrast.resource.to_string(), Ink::Heading);
        }
        table.contrast(report, contrast);
    }
    table.out.push('\n');
    totals(report, &mut table);
    let (left_gaps, right_gaps) = &report.not_analysed;
    gaps(report, left, left_gaps, &mut table);
    gaps(report, right, right_gaps, &mut table);
    table.out
}

/// How many differences there are of each sort.
fn totals(report: &SideBySide<'_>, table: &mut Table) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut reported, mut excepted, mut judged) = (0, 0, 0);
    for contrast in report.contrasts {
        match (&contrast.unreported, report.told(contrast)) {
            (_, Some(Told { excepted: false, .. })) => reported += 1,
            (_, Some(Told { excepted: true, .. })) => excepted += 1,
            (None, None) => judged += 1,
            (Some(_), None) => *counts.entry(mark(report, contrast).word).or_default() += 1,
        }
    }
    let total = report.contrasts.len();
    if total == 0 {
        table.line("no differences", Ink::Plain);
        return;
    }
    table.line(&format!("{total} difference{}", if total == 1 { "" } else { "s" }), Ink::Plain);
    let judged = [("reported", reported), ("excepted", excepted), ("judged", judged)];
    for (word, count) in judged.into_iter().filter(|(_, count)| *count > 0).chain(counts) {
        table.line(&format!("  {count} {}", in_words(word)), Ink::Plain);
    }
}

/// What a mark means.
fn in_words(word: &str) -> &str {
    match word {
        "reported" => "reported by `check`",
        "excepted" => "covered by exceptions",
        "judged" => "of which no rule speaks by itself",
        "allowed" => "allowed by parameters",
        "environment-name" => "in the environments' names alone",
        "filled-in-later" => "filled in later",
        "secret-value" => "in values of secrets",
        "not-whole" => "where a side is not whole",
        "other-kind" => "where the kinds differ",
        "tried-out" => "as in another variant",
        other => other,
    }
}

/// What stands behind the path of a difference: the finding about it, or why there is none.
fn remark(report: &SideBySide<'_>, contrast: &Contrast) -> Option<String> {
    if let Some(Told { rule, level, excepted }) = report.told(contrast) {
        let excepted = if excepted { ", covered by an exception" } else { "" };
        return Some(format!("{level}: {rule}{excepted}"));
    }
    contrast.unreported.as_ref()?;
    let Mark { word, by } = mark(report, contrast);
    let text = match (word, by) {
        ("tried-out", Some(by)) => format!("as in {by}"),
        ("environment-name", _) => "environment name".to_owned(),
        ("not-whole", _) => "not known: the side is not whole".to_owned(),
        ("other-kind", _) => "not known: the kinds differ".to_owned(),
        (word, None) => word.replace('-', " "),
        (word, Some(by)) => format!("{word}: {by}"),
    };
    Some(text)
}

fn gaps(report: &SideBySide<'_>, at: usize, gaps: &[NotAnalysed], table: &mut Table) {
    if gaps.is_empty() {
        return;
    }
    let name = report.name(at);
    table.line(&format!("not analysed in {name}: {}", gaps.len()), Ink::Plain);
    for gap in gaps {
        let line = gap.span.map(|span| place::of(report.snapshot, span).start.line);
        let line = line.map(|line| format!(":{line}")).unwrap_or_default();
        let place = format!("{}{line}", gap.path.display());
        let detail = if gap.detail.is_empty() { String::new() } else { format!(" {}", gap.detail) };
        table.line(&format!("  {place}: {}{detail}", gap.what), Ink::Plain);
    }
}

impl Table {
    /// One difference: its path, the values, and where each is set.
    fn contrast(&mut self, report: &SideBySide<'_>, contrast: &Contrast) {
        let path = contrast.path.to_string();
        let path = if path.is_empty() { "the whole of it".to_owned() } else { path };
        let remark = remark(report, contrast).map(|remark| format!("  ({remark})"));
        let remark = remark.unwrap_or_default();
        let room = self.width.saturating_sub(2 + printable(&remark).width());
        let judged = contrast.unreported.is_none() || report.told(contrast).is_some();
        let ink = if judged { Ink::Judged } else { Ink::Path };
        self.out.push_str("  ");
        self.ink(&without_start(&printable(&path), room.max(self.column)), ink);
        self.ink(&printable(&remark), Ink::Faint);
        self.out.push('\n');
        let (left, right) = report.sides(contrast);
        let whole = contrast.path.steps().is_empty();
        let value = |side: &Side| match contrast.shown(side, LONGEST) {
            Some(text) if text.is_empty() => "(empty)".to_owned(),
            Some(text) => text,
            None if whole && side.value.is_some() => "present".to_owned(),
            None if whole => "not there".to_owned(),
            None => "not set".to_owned(),
        };
        let (mine, theirs) = (value(left), value(right));
        let (mine, theirs) = (printable(&mine), printable(&theirs));
        let (mine, theirs) = differing(&mine, &theirs, self.column);
        self.row(&mine, &theirs, Ink::Plain);
        let place = |side: &Side| {
            let before = match (&side.value, side.key) {
                (Some(_), _) => "",
                (None, Some(_)) => "removed by ",
                (None, None) => "near ",
            };
            (before, origin(report.snapshot, side.span))
        };
        self.places(place(left), place(right));
        if contrast.more > 0 {
            let more = format!("and {} more places of this text", contrast.more);
            self.row(&more, "", Ink::Faint);
        }
    }

    /// A line that takes what room it needs.
    fn line(&mut self, text: &str, ink: Ink) {
        self.ink(&printable(text), ink);
        self.out.push('\n');
    }

    /// Two texts beside each other, cut at their ends.
    fn row(&mut self, left: &str, right: &str, ink: Ink) {
        let column = self.column;
        self.cells(
            &without_end(&printable(left), column),
            &without_end(&printable(right), column),
            ink,
        );
    }

    /// Two places beside each other, each behind some words, cut at their beginnings.
    fn places(&mut self, left: (&str, String), right: (&str, String)) {
        let column = self.column;
        let cut = |(before, place): (&str, String)| {
            let room = column.saturating_sub(before.width());
            format!("{before}{}", without_start(&printable(&place), room))
        };
        self.cells(&cut(left), &cut(right), Ink::Faint);
    }

    fn cells(&mut self, left: &str, right: &str, ink: Ink) {
        self.out.push_str(INDENT);
        self.ink(left, ink);
        self.out.push_str(&" ".repeat(self.column.saturating_sub(left.width())));
        self.ink(BETWEEN.trim_end(), Ink::Faint);
        if !right.is_empty() {
            self.out.push(' ');
            self.ink(right, ink);
        }
        self.out.push('\n');
    }

    /// Text that is safe to print, in a colour.
    fn ink(&mut self, text: &str, ink: Ink) {
        let code = match ink {
            Ink::Plain => "",
            Ink::Heading => "1",
            Ink::Path => "36",
            Ink::Judged => "1;33",
            Ink::Faint => "2",
        };
        if self.color && !code.is_empty() && !text.is_empty() {
            let _ = write!(self.out, "\u{1b}[{code}m{text}\u{1b}[0m");
        } else {
            self.out.push_str(text);
        }
    }
}

/// Two texts that are safe to print; where one has no room in a column and both begin alike, without
/// most of that beginning, so that what differs is seen.
fn differing<'t>(left: &'t str, right: &'t str, column: usize) -> (Cow<'t, str>, Cow<'t, str>) {
    let pairs = left.char_indices().zip(right.chars());
    let alike = pairs.take_while(|((_, a), b)| a == b).map(|((at, _), _)| at).collect::<Vec<_>>();
    let fit = left.width() <= column && right.width() <= column;
    let start = alike.len().checked_sub(CONTEXT).and_then(|at| alike.get(at));
    match start {
        Some(&start) if !fit && alike.len() > column / 2 => {
            let rest = |text: &str| Cow::Owned(format!("…{}", text.get(start..).unwrap_or("")));
            (rest(left), rest(right))
        }
        _ => (left.into(), right.into()),
    }
}

/// The beginning of a text that fits, and an ellipsis where something is left out.
fn without_end(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut used = 1;
    for character in text.chars() {
        used += character.width().unwrap_or(0);
        if used > room {
            break;
        }
        cut.push(character);
    }
    cut.push('…');
    cut
}

/// The end of a text that fits, behind an ellipsis where something is left out.
fn without_start(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mut kept = Vec::new();
    let mut used = 1;
    for character in text.chars().rev() {
        used += character.width().unwrap_or(0);
        if used > room {
            break;
        }
        kept.push(character);
    }
    std::iter::once('…').chain(kept.into_iter().rev()).collect()
}

#[cfg(test)]
mod tests {
    use super::{without_end, without_start};

    #[test]
    fn texts_are_cut_by_columns() {
        assert_eq!(without_end("abcdef", 6), "abcdef");
        assert_eq!(without_end("abcdefg", 6), "abcde…");
        assert_eq!(without_end("日本語のログ", 6), "日本…");
        assert_eq!(without_start("a/b/c.yaml:12", 10), "…c.yaml:12");
    }
}
