//! Which unit and which overlay of it the user means.

use crate::cli::args::Color;
use crate::cli::error::CliError;
use crate::cli::terminal;
use crate::config::{ConfigError, did_you_mean, nearest};
use crate::layout::{Layout, Overlay, Unit};
use crate::render::RenderError;
use crate::report;
use crate::source::Snapshot;
use crate::text::Span;

/// Most names that a message lists.
const NAMES: usize = 8;

/// A unit of the layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chosen<'l> {
    /// Its index.
    pub(super) index: usize,
    pub(super) unit: &'l Unit,
}

/// The unit of a name; of several whose name ends like that, none.
pub(super) fn find<'l>(layout: &'l Layout, name: &str) -> Result<Chosen<'l>, CliError> {
    let name = name.trim_end_matches('/');
    let units = || layout.units.iter().enumerate();
    let chosen = |(index, unit)| Chosen { index, unit };
    if let Some(found) = units().find(|(_, unit)| unit.name == name) {
        return Ok(chosen(found));
    }
    let ends = |unit: &Unit| {
        let before = unit.name.strip_suffix(name);
        !name.is_empty() && before.is_some_and(|before| before.ends_with('/'))
    };
    let found: Vec<_> = units().filter(|(_, unit)| ends(unit)).collect();
    match &found[..] {
        [one] => return Ok(chosen(*one)),
        [] => {}
        several => {
            let names: Vec<_> = several.iter().map(|(_, unit)| unit.name.as_str()).collect();
            let message = format!("{} units end in `{name}`", names.len());
            return Err(CliError::new(&message, &format!("name one of: {}", listed(&names))));
        }
    }
    let overlay = |unit: &Unit| unit.overlays.iter().any(|overlay| overlay.root.as_str() == name);
    if let Some(found) = units().find(|(_, unit)| overlay(unit)) {
        return Ok(chosen(found));
    }
    Err(CliError::new(&format!("there is no unit `{name}`"), &suggestion(layout, name)))
}

/// What else a name may mean that no unit has.
pub(super) fn suggestion(layout: &Layout, name: &str) -> String {
    // Most of a long name is the way to it.
    let last = |name: &str| name.rsplit('/').next().unwrap_or("").to_owned();
    let ends: Vec<String> = layout.units.iter().map(|unit| last(&unit.name)).collect();
    let close = nearest(&last(name), ends.iter().map(String::as_str));
    let close = close.and_then(|close| ends.iter().position(|end| end == close));
    let close = close.and_then(|at| layout.units.get(at)).map(|unit| unit.name.as_str());
    match close {
        Some(close) => format!("did you mean `{close}`?"),
        None => "`paritylint units` lists the units that were found".to_owned(),
    }
}

/// The overlays of a unit that `ENVIRONMENT` or `ENVIRONMENT/VARIANT` means, as indices into them;
/// at least one. An environment alone means the overlay without a variant where there is one.
pub(super) fn overlays(layout: &Layout, unit: &Unit, text: &str) -> Result<Vec<usize>, CliError> {
    let (name, variant) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
    let environment = environment(layout, unit, name)?;
    let own = |at: &usize| unit.overlays[*at].environment == environment;
    let all: Vec<usize> = (0..unit.overlays.len()).filter(own).collect();
    let of = |wanted: Option<&str>| -> Vec<usize> {
        let fits = |at: &&usize| unit.overlays[**at].variant.as_deref() == wanted;
        all.iter().filter(fits).copied().collect()
    };
    let found = of(variant);
    match variant {
        _ if !found.is_empty() => Ok(found),
        None => Ok(all),
        Some(variant) => {
            let known = all.iter().filter_map(|&at| unit.overlays[at].variant.as_deref());
            let known: Vec<&str> = known.collect();
            let message = format!("`{name}` of unit `{}` has no variant `{variant}`", unit.name);
            let help = match nearest(variant, known.iter().copied()) {
                Some(close) => format!("did you mean `{name}/{close}`?"),
                None if known.is_empty() => format!("it has no variants: write `{name}`"),
                None => format!("its variants are: {}", listed(&known)),
            };
            Err(CliError::new(&message, &help))
        }
    }
}

/// The environment of a name or of another spelling of it, if the unit has it.
fn environment(layout: &Layout, unit: &Unit, name: &str) -> Result<usize, CliError> {
    let names = environments(layout, unit);
    let known = layout.environments.iter().position(|environment| {
        let is = |word: &String| word.eq_ignore_ascii_case(name);
        is(&environment.name) || environment.aliases.iter().any(is)
    });
    match known {
        Some(at) if unit.overlays.iter().any(|overlay| overlay.environment == at) => Ok(at),
        Some(_) => {
            let message = format!("unit `{}` has no overlay in `{name}`", unit.name);
            Err(CliError::new(&message, &format!("its environments are: {}", names.join(", "))))
        }
        None => {
            let message = format!("there is no environment `{name}`");
            let help = did_you_mean(name, names.iter().map(String::as_str).collect::<Vec<_>>());
            Err(CliError::new(&message, &help))
        }
    }
}

/// The names of a unit's environments, in promotion order.
pub(super) fn environments(layout: &Layout, unit: &Unit) -> Vec<String> {
    let has = |at: usize| unit.overlays.iter().any(|overlay| overlay.environment == at);
    let all = layout.environments.iter().enumerate();
    all.filter(|(at, _)| has(*at)).map(|(_, environment)| environment.name.clone()).collect()
}

fn listed(names: &[&str]) -> String {
    let shown = names.iter().take(NAMES).map(|name| format!("`{name}`"));
    let text = shown.collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(NAMES).filter(|more| *more > 0) {
        Some(more) => format!("{text} and {more} more"),
        None => text,
    }
}

/// An overlay of a kind that nothing works out.
pub(super) fn not_rendered(name: &str, unit: &Unit, overlay: &Overlay) -> CliError {
    let kind = overlay.kind.name();
    let message =
        format!("`{name}` of unit `{}` is made of {kind}, which is not worked out", unit.name);
    CliError::new(&message, "")
}

/// Why an overlay cannot be rendered, with its source and the entries that led to it.
pub(super) fn render_error(snapshot: &Snapshot, error: &RenderError, color: Color) -> CliError {
    let help = with_trail(error.help.clone(), &error.trail, snapshot);
    let error = ConfigError { span: Some(error.span), message: error.message.clone(), help };
    CliError::config(snapshot, &[error], terminal::error_style(color))
}

/// The help of an error, and the entries that led to the file at fault.
fn with_trail(help: Option<String>, trail: &[Span], snapshot: &Snapshot) -> Option<String> {
    let places: Vec<String> =
        trail.iter().map(|&entry| format!("`{}`", report::origin(snapshot, entry))).collect();
    let way = (!places.is_empty()).then(|| format!("it is used by {}", places.join(", then ")));
    match (help, way) {
        (Some(help), Some(way)) => Some(format!("{help}\n{way}")),
        (help, way) => help.or(way),
    }
}
