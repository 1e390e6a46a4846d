//! What only one side has because of a value that both set: a flag that goes with another port.

use std::collections::BTreeSet;

use crate::compare::diff::{Change, Side};
use crate::compare::{Class, Comparison, Difference, Topic};
use crate::kube::Value;

/// Shorter texts stand in many places by chance.
const SHORTEST: usize = 3;
/// Longer texts are no single value.
const LONGEST: usize = 128;
/// Most entries of a map that are looked at.
const ENTRIES: usize = 16;

/// Values that an environment or its reference sets otherwise than the other, by both overlays and side.
#[derive(Debug, Default)]
pub struct Company {
    set: BTreeSet<(usize, usize, bool, String)>,
}

impl Company {
    /// The values that differ beside the keys that one side lacks.
    pub fn of(comparison: &Comparison) -> Self {
        let lacking = comparison.causes.iter().filter(|cause| cause.topic == Topic::Key);
        let pairs: BTreeSet<(usize, usize)> =
            lacking.flat_map(|cause| &cause.differences).map(pair).collect();
        let reported = comparison.causes.iter().flat_map(|cause| &cause.differences);
        let mut set = BTreeSet::new();
        for difference in reported.chain(&comparison.permitted) {
            let (here, there) = pair(difference);
            // Which version of a program runs is no reason for another set of names.
            let setting = difference.change == Change::Changed && difference.class != Class::Image;
            if setting && pairs.contains(&(here, there)) {
                let sides = [(true, &difference.here), (false, &difference.there)];
                for (mine, text) in
                    sides.into_iter().flat_map(|(m, s)| set_by(s).map(move |t| (m, t)))
                {
                    set.insert((here, there, mine, text.to_owned()));
                }
            }
        }
        Self { set }
    }

    /// Whether what only one side has sets the value that another field has on this side alone.
    pub fn has(&self, difference: &Difference) -> bool {
        let (here, there) = pair(difference);
        let (mine, side) = match difference.change {
            Change::Changed => return false,
            Change::OnlyHere => (true, &difference.here),
            Change::OnlyThere => (false, &difference.there),
        };
        set_by(side).any(|text| self.set.contains(&(here, there, mine, text.to_owned())))
    }
}

fn pair(difference: &Difference) -> (usize, usize) {
    (difference.here_overlay, difference.there_overlay)
}

/// What a text or the entries of a map set: `9101` of `--listen=:9101`, of `:9101` and of `port: 9101`.
fn set_by(side: &Side) -> impl Iterator<Item = &str> {
    let value = side.value.as_ref();
    let entries = value.and_then(Value::as_map).into_iter().flat_map(|map| map.iter());
    let texts = value.into_iter().chain(entries.take(ENTRIES).map(|entry| &entry.value));
    texts.filter_map(|value| {
        let text = value.text().filter(|text| text.len() <= LONGEST)?;
        let set = text.rsplit(['=', ':', ' ']).next()?.trim_matches(['"', '\'']);
        let tells = set.len() >= SHORTEST && set.bytes().any(|byte| byte.is_ascii_digit());
        tells.then_some(set)
    })
}
