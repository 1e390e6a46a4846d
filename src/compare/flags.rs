//! Switches of features among variables, configuration keys and arguments.

use crate::compare::diff::{Change, RawDifference};
use crate::compare::names::tokens;
use crate::kube::{PathStep, Value};

/// How the names of switches begin, end, or are called as a whole word.
const FIRST: &[&str] = &["enable", "disable", "use", "with", "ff", "flag", "toggle"];
const LAST: &[&str] = &["enabled", "disabled", "enable", "disable", "flag", "toggle", "active"];
const ANYWHERE: &[&str] = &["feature", "features", "experiment", "experimental", "toggles"];
/// Files that hold nothing but switches.
const FILES: &[&str] = &[
    "flags",
    "flagd",
    "features",
    "feature-flags",
    "feature_flags",
    "featureflags",
    "toggles",
    "feature-toggles",
    "unleash",
];
/// Options whose value is a list of switches.
const LISTS: &[&str] = &["--feature-gates", "--features", "FEATURE_GATES", "FEATURES"];
const ON: &[&str] = &["true", "yes", "on", "1", "enabled"];
const OFF: &[&str] = &["false", "no", "off", "0", "disabled"];

/// Whether both sides set a switch, one of them perhaps through a variable.
pub(crate) fn is_flag(difference: &RawDifference) -> bool {
    let text = |value: &Option<Value>| value.as_ref().and_then(Value::text).map(str::to_owned);
    let (Some(here), Some(there)) = (text(&difference.here.value), text(&difference.there.value))
    else {
        return false;
    };
    let steps = difference.path.steps();
    let Some(name) = name(steps) else { return false };
    if difference.change != Change::Changed {
        return false;
    }
    LISTS.contains(&name)
        || (switch(&here).is_some() || switch(&there).is_some())
            && (is_switch_name(name) || is_about_features(steps))
}

/// Whether a path says of itself that it leads to features.
pub(crate) fn is_about_features(path: &[PathStep]) -> bool {
    in_flag_file(path)
        || path.iter().any(|step| match step {
            PathStep::Key(key) => words(key).iter().any(|word| ANYWHERE.contains(&word.as_str())),
            _ => false,
        })
}

/// What a switch is set to; the value behind `key=` or `key:` where the text is a whole line.
pub fn switch(text: &str) -> Option<bool> {
    let value = text.rsplit(['=', ':']).next().unwrap_or(text);
    let value = value.trim().trim_matches(['"', '\'', ',']).to_ascii_lowercase();
    let is = |words: &[&str]| words.contains(&value.as_str());
    is(ON).then_some(true).or_else(|| is(OFF).then_some(false))
}

/// The name of a variable or the last key.
fn name(path: &[PathStep]) -> Option<&str> {
    match path {
        [.., PathStep::Element { value: name, .. }, PathStep::Key(last)] if &**last == "value" => {
            Some(name)
        }
        [.., PathStep::Key(name)] => Some(name),
        _ => None,
    }
}

fn is_switch_name(name: &str) -> bool {
    let words = words(name);
    let is =
        |word: Option<&String>, list: &[&str]| word.is_some_and(|w| list.contains(&w.as_str()));
    is(words.first(), FIRST)
        || is(words.last(), LAST)
        || words.iter().any(|word| ANYWHERE.contains(&word.as_str()))
}

fn in_flag_file(path: &[PathStep]) -> bool {
    path.iter().any(|step| match step {
        PathStep::Key(key) => {
            let stem = key.rsplit('/').next().and_then(|file| file.split('.').next());
            stem.is_some_and(|stem| FILES.contains(&stem.to_ascii_lowercase().as_str()))
        }
        _ => false,
    })
}

/// The words of a name in any case: `newCheckoutEnabled`, `NEW_CHECKOUT`, `new.checkout`.
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for token in tokens(name) {
        let mut after_small = false;
        let mut word = String::new();
        for character in token.chars() {
            if character.is_uppercase() && after_small {
                words.push(std::mem::take(&mut word));
            }
            after_small = character.is_lowercase();
            word.extend(character.to_lowercase());
        }
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{is_switch_name, switch};

    #[test]
    fn names_and_values_of_switches() {
        for name in ["FEATURE_NEW_CHECKOUT", "NEW_CHECKOUT_ENABLED", "ENABLE_X", "features.tax"] {
            assert!(is_switch_name(name), "{name}");
        }
        for name in ["newCheckoutEnabled", "enableTax", "--enable-tax"] {
            assert!(is_switch_name(name), "{name}");
        }
        for name in ["RETRIES", "TLS_MODE", "featured_products", "username"] {
            assert!(!is_switch_name(name), "{name}");
        }
        assert_eq!(switch("FEATURE_X=true"), Some(true));
        assert_eq!(switch("off"), Some(false));
        assert_eq!(switch("30s"), None);
    }
}
