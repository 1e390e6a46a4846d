//! Sizes among the values of charts and in quotas: capacity, though no API says so.

use crate::compare::amounts::amounts;
use crate::compare::flags::words;
use crate::compare::values::{in_values, is_configuration};
use crate::kube::quantity::quantity;
use crate::kube::{Gvk, PathStep, Value};

/// Names that mean a size wherever a chart has them, in words: `workers`, `replicaCount`.
const SIZES: &[&[&str]] = &[
    &["concurrency"],
    &["cpu"],
    &["disk", "size"],
    &["heap", "size"],
    &["instances"],
    &["memory"],
    &["replica", "count"],
    &["replicas"],
    &["size"],
    &["storage", "size"],
    &["threads"],
    &["volume", "size"],
    &["workers"],
];
/// What may be limited or asked for, and what says that it is.
const AMOUNTS: &[&str] = &["cpu", "memory"];
const BOUNDS: &[&str] = &["limit", "limits", "request", "requests"];
/// Options of the Java machine that are followed by an amount.
const HEAPS: &[&str] = &["-Xmx", "-Xms"];
/// What a `LimitRange` or a `ResourceQuota` bounds.
const QUOTAS: &[&str] =
    &["default", "defaultRequest", "hard", "max", "maxLimitRequestRatio", "min"];

/// Whether a value of a chart or of a configuration file sets a size, by its name or by its text.
pub(crate) fn is_size(gvk: &Gvk, path: &[PathStep], value: Option<&Value>) -> bool {
    if !(is_of_chart(gvk, path) || is_configuration(gvk)) {
        return false;
    }
    let words = words(name(path).unwrap_or(""));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let bound = matches!(&words[..], [amount, bound]
        if AMOUNTS.contains(amount) && BOUNDS.contains(bound));
    let heap = || value.and_then(Value::text).is_some_and(|text| !heaps(text).1.is_empty());
    let named = |name: &&&[&str]| {
        if name.len() > 1 { words.ends_with(name) } else { words == **name }
    };
    bound || SIZES.iter().any(|name| named(&name)) || heap()
}

/// Whether the path leads to what a `LimitRange` or a `ResourceQuota` bounds.
pub(crate) fn is_quota(gvk: &Gvk, path: &[PathStep]) -> bool {
    matches!(&*gvk.kind, "LimitRange" | "ResourceQuota")
        && path.iter().any(|step| matches!(step, PathStep::Key(key) if QUOTAS.contains(&&**key)))
}

/// Both values as amounts of one sort, those behind options of the Java machine included.
pub(crate) fn sizes(here: Option<&Value>, there: Option<&Value>) -> Option<(f64, f64)> {
    amounts(here, there).or_else(|| {
        let ((mine, a), (theirs, b)) = (heaps(here?.text()?), heaps(there?.text()?));
        let mut pairs = a.into_iter().zip(b).filter(|_| mine == theirs);
        // The one that falls, else the one that grows most.
        let first = pairs.next()?;
        let share = |(here, there): (f64, f64)| here / there;
        Some(pairs.fold(first, |worst, pair| {
            let falls = share(pair) < 1.0 && share(pair) < share(worst);
            if falls || share(worst) >= 1.0 && share(pair) > share(worst) { pair } else { worst }
        }))
    })
}

/// Whether the path leads to a value that a chart is given.
pub(crate) fn is_of_chart(gvk: &Gvk, path: &[PathStep]) -> bool {
    let keys: Vec<&str> = path
        .iter()
        .map(|step| match step {
            PathStep::Key(key) => &**key,
            PathStep::Element { .. } | PathStep::Index(_) => "",
        })
        .collect();
    match &*gvk.kind {
        _ if in_values(gvk, path).is_some() => true,
        "HelmChart" | "HelmChartConfig" => keys.starts_with(&["spec", "set"]),
        "Application" | "ApplicationSet" => {
            keys.windows(2).any(|pair| pair == ["helm", "parameters"])
        }
        _ => false,
    }
}

/// The last name of a path, without the maps around it: `replicas` of `web.replicas`.
fn name(path: &[PathStep]) -> Option<&str> {
    let name = match path {
        [.., PathStep::Element { value, .. }, PathStep::Key(last)] if &**last == "value" => value,
        [.., PathStep::Key(last)] => last,
        _ => return None,
    };
    name.rsplit('.').next()
}

/// A text without the amounts behind options of the Java machine, and these amounts.
fn heaps(text: &str) -> (Vec<&str>, Vec<f64>) {
    let mut amounts = Vec::new();
    let words = text.split_whitespace().map(|word| {
        let word = word.trim_matches(['"', '\'']);
        let option = HEAPS.iter().find(|option| word.starts_with(**option));
        let size = option.and_then(|option| heap(&word[option.len()..]));
        match (option, size) {
            (Some(option), Some(size)) => {
                amounts.push(size);
                option
            }
            _ => word,
        }
    });
    (words.collect(), amounts)
}

/// The amount of `-Xmx512m`: `m` are megabytes here.
fn heap(text: &str) -> Option<f64> {
    quantity(&text.to_ascii_uppercase().replace('K', "k"))
}

#[cfg(test)]
mod tests {
    use super::{heaps, is_size, sizes};
    use crate::kube::{Gvk, PathStep, Provenance, Value};
    use crate::text::{FileId, Span};

    #[test]
    fn names_and_options_tell_sizes() {
        let release = Gvk::new("helm.toolkit.fluxcd.io/v2", "HelmRelease");
        let size = |name: &str| {
            let path = ["spec", "values", name].map(|key| PathStep::Key(key.into()));
            is_size(&release, &path, None)
        };
        for name in ["workers", "memoryLimit", "CPU_REQUESTS", "replicaCount", "web.threads"] {
            assert!(size(name), "{name}");
        }
        for name in ["batchSize", "port", "memory.policy", "timeout"] {
            assert!(!size(name), "{name}");
        }
        assert_eq!(heaps("-Xms256m -Xmx1g -server").1, [256e6, 1e9]);
        assert_eq!(heaps("-Xmx1g -server").0, heaps("-Xmx512m  -server").0);
        assert!(heaps("-Xmxlarge").1.is_empty());
        let text =
            |text: &str| Value::string(text, Provenance::declared(Span::file_start(FileId(0))));
        let worst = sizes(Some(&text("-Xms1g -Xmx4g")), Some(&text("-Xms2g -Xmx2g")));
        assert_eq!(worst, Some((1e9, 2e9)));
    }
}
