//! What is wrong only because a field is misspelt or stands at another place.

use crate::config::nearest;
use crate::kube::{Path, PathStep};
use crate::schema::{Fault, Problem};

/// A field that the kind does not have, and what it stands for.
struct Mistake {
    /// The map that it is in.
    map: Path,
    field: String,
    /// The field that was meant, if it is misspelt.
    meant: Option<String>,
    /// Where it belongs, if it is misplaced.
    elsewhere: Vec<String>,
}

/// Leaves of one mistake one problem: a misspelt field that is missing as well, and what does not
/// fit together without it, need not be told.
pub(super) fn drop_consequences(problems: &mut Vec<Problem<'_>>) {
    let mistakes = problems.iter().filter_map(|problem| match &problem.fault {
        Fault::Unknown { field, allowed, elsewhere } => Some(Mistake {
            map: problem.path.clone(),
            field: field.clone(),
            meant: nearest(field, allowed.iter().map(String::as_str)).map(str::to_owned),
            elsewhere: elsewhere.clone(),
        }),
        _ => None,
    });
    let mistakes: Vec<Mistake> = mistakes.collect();
    if !mistakes.is_empty() {
        problems.retain(|problem| !mistakes.iter().any(|mistake| mistake.causes(problem)));
    }
}

impl Mistake {
    fn causes(&self, problem: &Problem<'_>) -> bool {
        match &problem.fault {
            Fault::Missing { fields } => self.leaves_out(&problem.path, fields),
            Fault::Clash(_) | Fault::Dangling { .. } => self.is_needed_by(&problem.path),
            _ => false,
        }
    }

    /// Whether a field is missing because this one should be it, or be in it.
    fn leaves_out(&self, map: &Path, fields: &[String]) -> bool {
        let misspelt =
            self.map == *map && self.meant.as_ref().is_some_and(|it| fields.contains(it));
        let map = pattern(map);
        let dot = if map.is_empty() { "" } else { "." };
        let is_it = |place: &String| {
            let inside = |field: &String| place.starts_with(&format!("{map}{dot}{field}"));
            *place == map && fields.contains(&self.field) || fields.iter().any(inside)
        };
        misspelt || self.elsewhere.iter().any(is_it)
    }

    /// Whether something below the map, or a selector that looks for labels, may want the field.
    fn is_needed_by(&self, path: &Path) -> bool {
        let Some(meant) = &self.meant else { return false };
        path.steps().starts_with(self.map.steps())
            || matches!(meant.as_str(), "labels" | "matchLabels")
    }
}

/// The path as schemas know it, without the names of elements: `spec.containers[].image`.
fn pattern(path: &Path) -> String {
    let mut text = String::new();
    for step in path.steps() {
        match step {
            PathStep::Key(key) => {
                text.push_str(if text.is_empty() { "" } else { "." });
                text.push_str(key);
            }
            PathStep::Index(_) | PathStep::Element { .. } => text.push_str("[]"),
        }
    }
    text
}
