//! `paritylint diff`.

use crate::check::{self, Job};
use crate::cli::args::{Color, DiffArgs, ListFormat};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::rendered::Rendered;
use crate::cli::root::Root;
use crate::cli::{self, terminal, unit, write};
use crate::compare::{self, Present};
use crate::config::Config;
use crate::history::History;
use crate::layout::{Layout, Overlay, Unit};
use crate::policy::Selection;
use crate::render::Evaluated;
use crate::report::SideBySide;
use crate::source::Snapshot;
use crate::syntax::Store;
use crate::text::printable;

/// The families whose rules speak of differences.
const ABOUT_DIFFERENCES: [&str; 3] = ["parity", "hotfix", "observability"];

pub(super) fn run(args: &DiffArgs) -> Result<Exit, CliError> {
    let paths: Vec<_> = args.directory.iter().cloned().collect();
    let root = Root::find(&paths, args.config.is_some())?;
    let beside = Rendered::find(&args.rendered, &root)?;
    let snapshot = beside.open(&root)?;
    let families = ABOUT_DIFFERENCES.map(str::to_owned).to_vec();
    let selection = Selection { select: families, ignore: Vec::new() };
    let (config, policy) =
        cli::check::prepare(&snapshot, &root, args.config.as_deref(), &selection, args.color)?;
    let store = Store::new(&snapshot);
    let layout = beside.layout(&store, &config)?;
    let chosen = unit::find(&layout, &args.unit)?;
    let (left, right) = sides(&layout, chosen.unit, &config, &args.environments)?;
    // What stands for what is learnt from all units.
    let evaluated = check::evaluate(&check::renderer(&store, &layout), &layout, |_| true);
    let comparison = compare::compare(&snapshot, &config, &layout, &evaluated);
    let first = evaluated.iter().position(|it| it.unit_index == chosen.index).unwrap_or(0);
    let (left, right) = (first + left, first + right);
    for at in [left, right] {
        is_rendered(&snapshot, &layout, &evaluated[at], args.color)?;
    }
    let rank = |at: usize| evaluated[at].overlay.environment;
    let (here, there) = if rank(left) > rank(right) { (left, right) } else { (right, left) };
    let present = Present {
        snapshot: &snapshot,
        config: &config,
        layout: &layout,
        evaluated: &evaluated,
        comparison: &comparison,
    };
    let contrasts = compare::side_by_side(present, here, there).unwrap_or_default();
    let gaps = |at: usize| check::not_rendered(&snapshot, &evaluated[at]);
    let (today, history) = (cli::check::today(), History::off());
    let job = Job::whole(&store, &config, &policy, &layout, today, &history);
    let checked = check::check(job);
    let report = SideBySide {
        snapshot: &snapshot,
        layout: &layout,
        evaluated: &evaluated,
        left,
        right,
        here,
        contrasts: &contrasts,
        not_analysed: (gaps(left), gaps(right)),
        outcome: &checked.outcome,
    };
    write::stdout(|out| match args.format {
        ListFormat::Text => {
            let (style, width) = (terminal::output_style(args.color), terminal::width());
            out.write_all(report.text(style, width).as_bytes())
        }
        ListFormat::Json => out.write_all(report.json().as_bytes()),
    })?;
    let differs = args.exit_code && !contrasts.is_empty();
    Ok(if differs { Exit::Findings } else { Exit::Clean })
}

/// The two overlays that are meant, as indices into the unit's overlays.
fn sides(
    layout: &Layout,
    unit: &Unit,
    config: &Config,
    named: &[String],
) -> Result<(usize, usize), CliError> {
    let default = |environment: Option<usize>| {
        let pair = compare::default_pair(layout, unit, config, environment);
        pair.ok_or_else(|| no_pair(layout, unit, environment))
    };
    let (left, right) = match named {
        [] => {
            let (here, there) = default(None)?;
            (there, here)
        }
        [one] => {
            let candidates = unit::overlays(layout, unit, one)?;
            let environment = candidates.first().map(|&at| unit.overlays[at].environment);
            let (here, there) = default(environment)?;
            if candidates.contains(&here) {
                (there, here)
            } else {
                let here = candidates.first().copied().unwrap_or(here);
                let same =
                    |at: &usize| unit.overlays[*at].environment == unit.overlays[there].environment;
                let others: Vec<usize> = (0..unit.overlays.len()).filter(same).collect();
                (compare::closest(unit, here, &others).unwrap_or(there), here)
            }
        }
        [left, right, ..] => {
            let lefts = unit::overlays(layout, unit, left)?;
            let rights = unit::overlays(layout, unit, right)?;
            best_pair(unit, &lefts, &rights)
        }
    };
    if left == right {
        let name = layout.name_of(&unit.overlays[left]);
        let message = format!("`{name}` is both sides");
        return Err(CliError::new(&message, "name two environments, or two variants of one"));
    }
    for (at, name) in [(left, named.first()), (right, named.last())] {
        note_choice(layout, unit, at, name);
    }
    Ok((left, right))
}

/// Of the overlays that two names mean, those whose variants are most alike.
fn best_pair(unit: &Unit, lefts: &[usize], rights: &[usize]) -> (usize, usize) {
    let (first, other) = (lefts.first().copied(), rights.first().copied());
    if let ([left], [_, ..]) = (lefts, rights) {
        let others: Vec<usize> = rights.iter().copied().filter(|at| at != left).collect();
        let right = compare::closest(unit, *left, &others).or(other);
        return (*left, right.unwrap_or(*left));
    }
    let right = other.unwrap_or(0);
    let others: Vec<usize> = lefts.iter().copied().filter(|&at| at != right).collect();
    (compare::closest(unit, right, &others).or(first).unwrap_or(right), right)
}

/// Says which variant was taken where the user left it open.
fn note_choice(layout: &Layout, unit: &Unit, at: usize, named: Option<&String>) {
    let overlay = &unit.overlays[at];
    let same = |other: &&Overlay| other.environment == overlay.environment;
    let count = unit.overlays.iter().filter(same).count();
    let open = named.is_none_or(|name| !name.contains('/'));
    if open && count > 1 && overlay.variant.is_some() {
        let name = layout.name_of(overlay);
        let environment = layout.environment(overlay.environment).map_or("", |e| e.name.as_str());
        write::stderr(&format!(
            "note: `{}` has {count} variants here; this is `{}`\n",
            printable(environment),
            printable(&name)
        ));
    }
}

fn no_pair(layout: &Layout, unit: &Unit, environment: Option<usize>) -> CliError {
    let names = unit::environments(layout, unit);
    if let [only] = &names[..] {
        let message = format!("unit `{}` has one environment only: `{only}`", unit.name);
        let variants = unit.overlays.len() > 1;
        let help = if variants {
            "name two of its variants: ENVIRONMENT/VARIANT ENVIRONMENT/VARIANT"
        } else {
            "there is nothing to compare it with; `paritylint units` shows what was found"
        };
        return CliError::new(&message, help);
    }
    let what = match environment.and_then(|at| layout.environment(at)) {
        Some(environment) => format!("`{}` of unit `{}`", environment.name, unit.name),
        None => format!("unit `{}`", unit.name),
    };
    let message = format!("{what} has no reference that it is compared with");
    CliError::new(&message, &format!("name two environments of: {}", names.join(", ")))
}

fn is_rendered(
    snapshot: &Snapshot,
    layout: &Layout,
    evaluated: &Evaluated<'_>,
    color: Color,
) -> Result<(), CliError> {
    if let Some(error) = evaluated.error() {
        return Err(unit::render_error(snapshot, error, color));
    }
    if evaluated.output().is_none() {
        let name = layout.name_of(evaluated.overlay);
        return Err(unit::not_rendered(&name, evaluated.unit, evaluated.overlay));
    }
    Ok(())
}
