//! What was found, for people and for programs: the output of `paritylint units`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;
use serde_json::json;

use crate::layout::Layout;
use crate::layout::Overlay;
use crate::layout::OverlayKind;
use crate::layout::Unit;
use crate::text::printable;

/// The columns that the table keeps to where names allow it.
const WIDTH: usize = 100;
/// Unit names longer than this stand on a line of their own.
const NAME_WIDTH: usize = 44;
/// The room that is kept for `, and 99 more` at the end of a line.
const MORE: usize = 20;
/// Most paths that are listed for one reason.
const PATHS: usize = 8;

/// The layout as a table: environments, units, and what was not placed.
pub fn text(layout: &Layout) -> String {
    let mut out = String::new();
    environments(layout, &mut out);
    units(layout, &mut out);
    unplaced(layout, &mut out);
    out
}

/// Writes a line; writing to a string cannot fail.
macro_rules! line {
    ($out:expr, $($format:tt)*) => {{
        let _ = writeln!($out, $($format)*);
    }};
}

fn environments(layout: &Layout, out: &mut String) {
    if layout.environments.is_empty() {
        line!(out, "no environments found");
        return;
    }
    let width = layout.environments.iter().map(|e| shown(&e.name).chars().count()).max();
    let width = width.unwrap_or(0).max("environment".len());
    line!(out, "{:width$}  {:>4}  {:>8}  also called", "environment", "rank", "overlays");
    for (at, environment) in layout.environments.iter().enumerate() {
        let overlays = layout.units.iter().flat_map(|unit| &unit.overlays);
        let count = overlays.filter(|overlay| overlay.environment == at).count();
        let others = environment.aliases.iter().filter(|alias| **alias != environment.name);
        let others: Vec<_> = others.map(|alias| shown(alias)).collect();
        let row = format!(
            "{:width$}  {:>4}  {:>8}  {}",
            shown(&environment.name),
            environment.rank,
            count,
            others.join(", ")
        );
        line!(out, "{}", row.trim_end());
    }
}

fn units(layout: &Layout, out: &mut String) {
    if layout.units.is_empty() {
        line!(out, "\nno units found");
        return;
    }
    let names = layout.units.iter().map(|unit| shown(&unit.name).chars().count());
    let width = names.filter(|width| *width <= NAME_WIDTH).max().unwrap_or(0).max("unit".len());
    let columns: Vec<String> = layout.environments.iter().map(|e| shown(&e.name)).collect();
    let room = WIDTH.saturating_sub(width + 12);
    let wide: usize = columns.iter().map(|column| column.chars().count() + 2).sum();
    // Numbered columns when the names do not fit side by side.
    let heads: Vec<String> = if wide <= room {
        columns
    } else {
        (1..=columns.len()).map(|number| number.to_string()).collect()
    };
    if wide > room {
        line!(out, "\ncolumns are the environments in the order above");
    }
    let row = |name: &str, cells: &[String], kind: &str| {
        let cells: Vec<String> = cells
            .iter()
            .zip(&heads)
            .map(|(cell, head)| format!("{cell:>width$}", width = head.chars().count().max(2)))
            .collect();
        format!("{name:width$}  {}  {kind}", cells.join("  ")).trim_end().to_owned()
    };
    line!(out, "\n{}", row("unit", &heads, "kind"));
    for unit in &layout.units {
        let name = shown(&unit.name);
        let cells: Vec<String> = (0..layout.environments.len())
            .map(|at| unit.overlays.iter().filter(|overlay| overlay.environment == at).count())
            .map(|count| if count == 0 { "-".to_owned() } else { count.to_string() })
            .collect();
        if name.chars().count() > width {
            line!(out, "{name}");
            line!(out, "{}", row("", &cells, &kinds(layout, unit)));
        } else {
            line!(out, "{}", row(&name, &cells, &kinds(layout, unit)));
        }
        if let Some(variants) = variants(layout, unit) {
            line!(out, "    {variants}");
        }
    }
}

/// What the overlays are made of and who deploys them; where that differs, each with its environments.
fn kinds(layout: &Layout, unit: &Unit) -> String {
    let mut kinds: Vec<(String, BTreeSet<usize>)> = Vec::new();
    for overlay in &unit.overlays {
        let kind = kind(overlay);
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, environments)) => {
                environments.insert(overlay.environment);
            }
            None => kinds.push((kind, BTreeSet::from([overlay.environment]))),
        }
    }
    if let [(kind, _)] = &kinds[..] {
        return kind.clone();
    }
    let told = kinds.iter().map(|(kind, environments)| {
        let names = environments.iter().filter_map(|&at| layout.environment(at));
        let names: Vec<_> = names.map(|environment| shown(&environment.name)).collect();
        format!("{kind} ({})", names.join(", "))
    });
    told.collect::<Vec<_>>().join(", ")
}

fn kind(overlay: &Overlay) -> String {
    let name = overlay.kind.name();
    match deployer(overlay) {
        _ if overlay.kind == OverlayKind::Application => format!("argo cd {name}"),
        Some(deployer) => format!("{name} via {}", deployer.replace('-', " ")),
        None => name.to_owned(),
    }
}

/// What puts the overlay into a cluster, where the repository says so.
fn deployer(overlay: &Overlay) -> Option<&'static str> {
    match (overlay.build, overlay.application) {
        (Some(_), _) => Some("flux"),
        (None, Some(_)) => Some("argo-cd"),
        (None, None) => None,
    }
}

/// The variants of a unit with the environments that have them, cut to one line.
fn variants(layout: &Layout, unit: &Unit) -> Option<String> {
    let mut found: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for overlay in &unit.overlays {
        if let Some(variant) = &overlay.variant {
            found.entry(overlay.environment).or_default().push(shown(variant));
        }
    }
    let told: Vec<String> = found
        .into_iter()
        .filter_map(|(at, variants)| {
            let name = shown(&layout.environment(at)?.name);
            let mut line = format!("{name}:");
            for (at, variant) in variants.iter().enumerate() {
                let comma = if at == 0 { " " } else { ", " };
                if at > 0 && line.chars().count() + variant.chars().count() > WIDTH - MORE {
                    let _ = write!(line, ", and {} more", variants.len() - at);
                    break;
                }
                line.push_str(comma);
                line.push_str(variant);
            }
            Some(line)
        })
        .collect();
    (!told.is_empty()).then(|| told.join("\n    "))
}

/// What was not placed, grouped by reason and then by file name where many share one.
fn unplaced(layout: &Layout, out: &mut String) {
    if layout.unplaced.is_empty() {
        return;
    }
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for unplaced in &layout.unplaced {
        reasons.entry(&unplaced.why).or_default().push(shown(unplaced.root.display()));
    }
    line!(out, "\nnot placed: {}", layout.unplaced.len());
    for (why, paths) in reasons {
        line!(out, "  {} ({})", shown(why), paths.len());
        for path in paths.iter().take(PATHS) {
            line!(out, "    {path}");
        }
        if paths.len() > PATHS {
            line!(out, "    and {} more", paths.len() - PATHS);
        }
    }
}

fn shown(text: &str) -> String {
    printable(text).into_owned()
}

/// The layout under the schema `paritylint-units/v1`.
pub fn json(layout: &Layout) -> Value {
    let name = |at: usize| layout.environment(at).map(|environment| &environment.name);
    let environments: Vec<Value> = layout
        .environments
        .iter()
        .map(|e| json!({"name": e.name, "rank": e.rank, "aliases": e.aliases}))
        .collect();
    let units: Vec<Value> = layout
        .units
        .iter()
        .map(|unit| {
            let overlays: Vec<Value> = unit
                .overlays
                .iter()
                .map(|overlay| {
                    json!({
                        "environment": name(overlay.environment),
                        "variant": overlay.variant,
                        "root": overlay.root.display(),
                        "kind": overlay.kind.name(),
                        "deployed_by": deployer(overlay),
                        "why": overlay.why,
                    })
                })
                .collect();
            json!({"name": unit.name, "template": unit.template, "overlays": overlays})
        })
        .collect();
    let unplaced: Vec<Value> = layout
        .unplaced
        .iter()
        .map(|unplaced| json!({"root": unplaced.root.display(), "why": unplaced.why}))
        .collect();
    json!({
        "schema": "paritylint-units/v1",
        "environments": environments,
        "units": units,
        "unplaced": unplaced,
    })
}
