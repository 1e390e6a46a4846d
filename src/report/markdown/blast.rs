//! What a change does to what runs, as a table.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::compare::{Change, Effect, Effects, Move, Reach, SECRET};
use crate::report::markdown::escape::{code, prose};
use crate::report::markdown::listed;
use crate::report::markdown::page::{Columns, Page};
use crate::report::summary::number;

/// Effects that are shown without being asked for.
const SHOWN: usize = 12;
/// Most effects.
const MOST: usize = 60;
/// Values of one effect, objects of one value, environments, variants and units that are named.
const MOVES: usize = 5;
const OBJECTS: usize = 3;
const NAMES: usize = 4;
/// Rows of one effect that reaches several units in different ways.
const ROWS: usize = 4;

const COLUMNS: Columns = Columns(&["what moves", "environments", "units"]);

/// Whether there is something to tell.
pub(super) fn is_something(effects: &Effects) -> bool {
    !effects.list.is_empty() || !effects.unknown.is_empty() || !effects.partial.is_empty()
}

/// Whether only parameters and image tags move.
pub(super) fn is_routine(effects: &Effects) -> bool {
    let all = effects.list.iter().all(|effect| effect.routine);
    let known = effects.more == 0 && effects.unknown.is_empty() && effects.partial.is_empty();
    all && known && !effects.list.is_empty()
}

pub(super) fn write(effects: &Effects, page: &mut Page) {
    if !is_something(effects) {
        return;
    }
    page.paragraph("### What renders differently");
    let marked = !is_routine(effects);
    let (open, folded) = effects.list.split_at(effects.list.len().min(SHOWN));
    let rows = |some: &[Effect]| -> Vec<Vec<String>> {
        some.iter().flat_map(|effect| rows(effect, marked)).collect()
    };
    page.table(COLUMNS, rows(open).into_iter());
    let title = number(folded.len(), "more effect");
    if !folded.is_empty() && page.fold(&title) {
        let some = &folded[..folded.len().min(MOST)];
        page.table(COLUMNS, rows(some).into_iter());
        if folded.len() > some.len() {
            page.paragraph(&format!("and {} more", folded.len() - some.len()));
        }
        page.unfold();
    }
    if effects.more > 0 {
        page.paragraph(&format!("{} more move and are not listed.", number(effects.more, "value")));
    }
    for together in &effects.together {
        let (last, reference) = (prose(&together.environment), prose(&together.reference));
        let units: Vec<String> = together.units.iter().map(|unit| code(unit)).collect();
        page.paragraph(&format!(
            "> **{reference} and {last} change together** in {}: what this brings to {last} was not \
             tried in {reference} before. Change {reference} first, and {last} when it has proved itself.",
            some(&units, "unit"),
        ));
    }
    let unknown = [
        (&effects.unknown, "one of the two states cannot be rendered"),
        (
            &effects.partial,
            "a changed file is read there, and a part of it is not in this repository",
        ),
    ];
    for (overlays, why) in unknown.into_iter().filter(|(overlays, _)| !overlays.is_empty()) {
        let units: Vec<String> = by_unit(overlays)
            .into_iter()
            .map(|(unit, places)| format!("{} in {}", code(unit), environments(&places)))
            .collect();
        page.paragraph(&format!("Not known: what moves of {}; {why}.", some(&units, "unit")));
    }
}

/// Environments in promotion order, each with variants.
type Places<'r> = BTreeMap<(u32, &'r str), Vec<&'r str>>;

fn by_unit(reach: &[Reach]) -> BTreeMap<&str, Places<'_>> {
    let mut units: BTreeMap<&str, Places<'_>> = BTreeMap::new();
    for reach in reach {
        let places = units.entry(&reach.unit).or_default();
        let variants = places.entry((reach.rank, &reach.environment)).or_default();
        variants.extend(reach.variant.as_deref());
    }
    units
}

/// `staging, production (eu, us)`.
fn environments(places: &Places<'_>) -> String {
    let name = |((_, name), variants): (&(u32, &str), &Vec<&str>)| {
        let variants: Vec<String> = variants.iter().map(|variant| prose(variant)).collect();
        let variants = match &variants[..] {
            [] => String::new(),
            variants => format!(" ({})", some(variants, "variant")),
        };
        format!("{}{variants}", prose(name))
    };
    places.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// The first of some names, and how many more there are.
fn some(names: &[String], noun: &str) -> String {
    match names.split_at_checked(NAMES) {
        Some((first, rest)) if !rest.is_empty() => {
            format!("{} and {}", first.join(", "), number(rest.len(), &format!("more {noun}")))
        }
        _ => listed(names),
    }
}

/// A row for all units that the effect reaches in the same environments.
fn rows(effect: &Effect, marked: bool) -> Vec<Vec<String>> {
    let mut alike: BTreeMap<Places<'_>, Vec<String>> = BTreeMap::new();
    for (unit, places) in by_unit(&effect.reach) {
        alike.entry(places).or_default().push(code(unit));
    }
    let mut alike: Vec<_> = alike.into_iter().collect();
    alike.sort_by_key(|(_, units)| Reverse(units.len()));
    let rest: usize = alike.iter().skip(ROWS).map(|(_, units)| units.len()).sum();
    let mut first = Some(what(effect, marked));
    let mut rows: Vec<Vec<String>> = alike
        .into_iter()
        .take(ROWS)
        .map(|(places, units)| {
            let what = first.take().unwrap_or_else(|| "the same".to_owned());
            vec![what, environments(&places), some(&units, "unit")]
        })
        .collect();
    if rest > 0 {
        let units = number(rest, "more unit");
        rows.push(vec!["the same".to_owned(), "elsewhere".to_owned(), units]);
    }
    rows
}

fn what(effect: &Effect, marked: bool) -> String {
    let mut lines = Vec::new();
    if effect.routine && marked {
        lines.push("*routine*".to_owned());
    }
    let mut above = None;
    for moved in effect.moves.iter().take(MOVES) {
        // An object is named once for all of its values.
        let named = above == Some(&moved.objects);
        let objects = if named { String::new() } else { objects(moved) };
        lines.push(format!("{objects}{}", happens(moved)));
        above = Some(&moved.objects);
    }
    if effect.moves.len() > MOVES {
        lines.push(number(effect.moves.len() - MOVES, "more value"));
    }
    lines.join("<br>")
}

fn objects(moved: &Move) -> String {
    if moved.objects.is_empty() {
        return "the whole overlay ".to_owned();
    }
    let mut names: Vec<String> =
        moved.objects.iter().take(OBJECTS).map(|id| code(&id.to_string())).collect();
    let rest = moved.objects.len() - names.len() + moved.more_objects;
    if rest > 0 {
        names.push(number(rest, "more object"));
    }
    listed(&names) + " "
}

fn happens(moved: &Move) -> String {
    let several = moved.objects.len() + moved.more_objects > 1;
    if moved.path.steps().is_empty() {
        let be = if several { "are" } else { "is" };
        let new = if moved.change == Change::OnlyHere { "new" } else { "gone" };
        return format!("{be} {new}");
    }
    let path = code(&moved.path.to_string());
    let secret = |value: &Option<String>| value.as_deref() == Some(SECRET);
    let what = match (&moved.before, &moved.after) {
        _ if secret(&moved.before) && secret(&moved.after) => "another secret".to_owned(),
        (Some(before), Some(after)) if before == after => format!("{} and other text", code(after)),
        (Some(before), Some(after)) => format!("{} → {}", code(before), code(after)),
        (None, Some(after)) => format!("new, {}", code(after)),
        (Some(before), None) => format!("gone, was {}", code(before)),
        (None, None) => "other".to_owned(),
    };
    let more = if moved.more > 0 {
        format!(" and {}", number(moved.more, "more place"))
    } else {
        String::new()
    };
    format!("{path}: {what}{more}")
}
