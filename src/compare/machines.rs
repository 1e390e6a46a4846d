//! Types of machines and tiers of services in the order of their size, as far as their names tell it.
//!
//! Sources: the naming of instance types of EC2, RDS and `ElastiCache`, of Azure's virtual machines and
//! plans, of machine types of Compute Engine and tiers of Cloud SQL, and of the plans of `DigitalOcean`.

use std::cmp::Ordering;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::compare::flags::words;

/// Words for sizes, and how much they are: two processors are sixteen. `4xlarge` is four times `xlarge`.
const SIZES: &[(&str, u64)] =
    &[("nano", 1), ("micro", 2), ("small", 4), ("medium", 8), ("large", 16), ("xlarge", 32)];
/// What a processor is in that measure.
const PROCESSOR: u64 = 8;
/// Of two lines of machines, one that is so many times less is the smaller one for certain.
const FAR: u64 = 8;
/// So is one that is at most the first of these where the other is at least the second.
const TOY: (u64, u64) = (4, 16);

/// Longer texts are no types of machines.
const LONGEST: usize = 64;

/// How types of machines are written, in lower case. `line` is what is compared with itself: letters
/// alone, because a generation is no size; then a `size` in words or a number of processors, and what
/// decides where these are the same.
const SHAPES: &[&str] = &[
    // db.m6g.2xlarge, t3.micro, r6g.large.search
    r"^(?:(?:db|cache|ml|mq|kafka|dms|dax)\.)?(?<line>[a-z]+)\d+[a-z]*\.(?<times>\d*)(?<size>nano|micro|small|medium|x?large)(?:\.(?:search|elasticsearch))?$",
    // Standard_D8s_v3, GP_Standard_E4ds_v4
    r"^(?:[a-z]+_)?(?:standard|basic)_(?<line>[a-z]+)(?<processors>\d+)(?:-\d+)?[a-z]*(?:_v\d+)?$",
    // n2-standard-8, db-n1-highmem-4, g6-dedicated-2
    r"^(?:db-)?(?<line>[a-z]+\d+[a-z]?-(?:standard|highmem|highcpu|megamem|ultramem|dedicated))-(?<processors>\d+)(?:-lssd)?$",
    // e2-micro, db-g1-small
    r"^(?:db-)?(?<line>[a-z]+)\d+-(?<size>micro|small|medium)$",
    // db-custom-2-7680, n2-custom-4-8192
    r"^(?:db-|[a-z]+\d+[a-z]?-)?(?<line>custom)-(?<processors>\d+)-(?<memory>\d+)(?:-ext)?$",
    // s-2vcpu-4gb, db-s-1vcpu-1gb
    r"^(?:db-)?(?<line>[a-z]+)-(?<processors>\d+)vcpu-(?<memory>\d+)gb(?:-[a-z]+)?$",
    // GP_Gen5_4, BC_Gen5_8, GP_S_Gen5_2
    r"^(?<line>[a-z]+(?:_s)?_gen)\d+_(?<processors>\d+)$",
    // large, 2xlarge
    r"^(?<line>)(?<times>\d*)(?<size>nano|micro|small|medium|x?large)$",
];

static MACHINES: LazyLock<Vec<Regex>> =
    LazyLock::new(|| SHAPES.iter().filter_map(|shape| Regex::new(shape).ok()).collect());

/// Plans: a letter for the tier, a number, and a version: `B1`, `P1v3`, `M30`.
static PLANS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?<tier>f|d|b|s|p|ep|i|m|r)(?<number>\d{1,3})(?<version>m?v\d+)?$").ok()
});

/// Tiers in their order, the least first. Only those of one row are compared.
const TIERS: &[&[&str]] = &[
    &["free", "basic", "standard", "premium", "enterprise"],
    &["developer", "basic", "standard", "premium"],
    &["burstable", "general purpose", "memory optimized"],
    // What begins the names of the database tiers of Azure, and of its plans.
    &["b", "gp", "mo"],
    &["f", "d", "b", "s", "p"],
    &["xs", "s", "m", "l", "xl", "xxl"],
    &["dev", "starter", "essential"],
];

/// A type of machine.
struct Machine {
    line: String,
    /// See [`SIZES`].
    power: u64,
    memory: u64,
}

/// Whether both texts are types of machines of clouds.
pub(crate) fn are_machines(here: &str, there: &str) -> bool {
    let cloud = |text: &str| machine(text).is_some_and(|machine| !machine.line.is_empty());
    cloud(here) && cloud(there)
}

/// How a type or tier stands to that of the reference: `Less` where it is smaller for certain, nothing
/// where the texts have no order at all. A machine of another line that is about as large is `Equal`.
pub(crate) fn order(here: &str, there: &str) -> Option<Ordering> {
    if let (Some(mine), Some(theirs)) = (machine(here), machine(there)) {
        if mine.line == theirs.line {
            let size = |machine: &Machine| (machine.power, machine.memory);
            return Some(size(&mine).cmp(&size(&theirs)));
        }
        let far = mine.power.saturating_mul(FAR) <= theirs.power;
        let toy = mine.power <= TOY.0 && theirs.power >= TOY.1;
        let lower = tiers(here, there) == Some(Ordering::Less);
        return Some(if far || toy || lower { Ordering::Less } else { Ordering::Equal });
    }
    plans(here, there).or_else(|| tiers(here, there))
}

fn machine(text: &str) -> Option<Machine> {
    if text.len() > LONGEST {
        return None;
    }
    let text = text.trim().to_ascii_lowercase();
    let found = MACHINES.iter().find_map(|shape| shape.captures(&text))?;
    let number = |name: &str| -> Option<u64> { found.name(name)?.as_str().parse().ok() };
    let power = match found.name("size") {
        Some(size) => {
            let (_, power) = SIZES.iter().find(|(word, _)| *word == size.as_str())?;
            power.saturating_mul(number("times").unwrap_or(1))
        }
        None => number("processors")?.saturating_mul(PROCESSOR),
    };
    let line = found.name("line")?.as_str().chars().filter(|c| !c.is_ascii_digit()).collect();
    Some(Machine { line, power, memory: number("memory").unwrap_or(0) })
}

/// The order of two plans: by their tiers, then by their numbers if they are of one version.
fn plans(here: &str, there: &str) -> Option<Ordering> {
    let shape = PLANS.as_ref()?;
    let (here, there) = (here.to_ascii_lowercase(), there.to_ascii_lowercase());
    let (a, b) = (shape.captures(&here)?, shape.captures(&there)?);
    let part = |found: &Captures<'_>, name: &str| {
        found.name(name).map(|part| part.as_str().to_owned()).unwrap_or_default()
    };
    let (mine, theirs) = (part(&a, "tier"), part(&b, "tier"));
    if mine != theirs {
        return in_rows(&mine, &theirs);
    }
    let number = |found| part(found, "number").parse::<u32>().ok();
    let same = part(&a, "version") == part(&b, "version");
    Some(if same { number(&a)?.cmp(&number(&b)?) } else { Ordering::Equal })
}

/// The order of two tiers by how their names begin: `BASIC`, `Standard_1`, `GeneralPurpose`.
fn tiers(here: &str, there: &str) -> Option<Ordering> {
    let (mine, theirs) = (words(here), words(there));
    let (a, b) = (mine.join(" "), theirs.join(" "));
    in_rows(&a, &b).map(|order| {
        let number = |words: &[String]| words.last().and_then(|word| word.parse::<u32>().ok());
        let sizes = number(&mine).zip(number(&theirs));
        let within = sizes.map_or(Ordering::Equal, |(mine, theirs)| mine.cmp(&theirs));
        order.then(within)
    })
}

/// The order of two names that begin with words of one row of [`TIERS`].
fn in_rows(here: &str, there: &str) -> Option<Ordering> {
    let begins = |text: &str, tier: &str| {
        text.strip_prefix(tier).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    TIERS.iter().find_map(|row| {
        let place = |text: &str| row.iter().position(|tier| begins(text, tier));
        Some(place(here)?.cmp(&place(there)?))
    })
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::{MACHINES, PLANS, SHAPES, are_machines, order};

    #[test]
    fn every_shape_compiles() {
        assert_eq!(MACHINES.len(), SHAPES.len());
        assert!(PLANS.is_some());
    }

    #[test]
    fn machines_have_an_order_within_their_line() {
        let ordered =
            ["t3.nano", "t3.medium", "t3.large", "t4g.xlarge", "t3.2xlarge", "t3.12xlarge"];
        for pair in ordered.windows(2) {
            assert_eq!(order(pair[0], pair[1]), Some(Ordering::Less), "{pair:?}");
        }
        for (less, more) in [
            ("db.m6g.large", "db.m5.xlarge"),
            ("r6g.large.search", "r6g.xlarge.search"),
            ("Standard_D2s_v5", "Standard_D4s_v3"),
            ("n2-standard-4", "n1-standard-8"),
            ("db-custom-2-4096", "db-custom-2-7680"),
            ("db-f1-micro", "db-f1-small"),
            ("s-1vcpu-1gb", "s-2vcpu-4gb"),
            ("GP_Gen5_2", "GP_Gen5_4"),
            ("small", "large"),
            ("B1", "B3"),
            ("P1v3", "P2v3"),
            ("M10", "M30"),
            ("Premium_1", "Premium_2"),
        ] {
            assert_eq!(order(less, more), Some(Ordering::Less), "{less} {more}");
            assert_eq!(order(more, less), Some(Ordering::Greater), "{less} {more}");
        }
    }

    #[test]
    fn of_two_lines_only_what_is_far_less_is_less() {
        for (less, more) in [
            ("cache.t3.micro", "cache.r6g.large"),
            ("t3.small", "m5.large"),
            ("Standard_B1s", "Standard_D8s_v3"),
            ("B_Standard_B2s", "GP_Standard_D2s_v3"),
            ("e2-micro", "n2-standard-8"),
            ("db-f1-micro", "db-custom-2-7680"),
            ("BASIC", "STANDARD_HA"),
            ("Burstable", "GeneralPurpose"),
            ("B1", "P2v3"),
        ] {
            assert_eq!(order(less, more), Some(Ordering::Less), "{less} {more}");
        }
        for (a, b) in [
            ("m5.large", "t3.xlarge"),
            ("c5.2xlarge", "r5.4xlarge"),
            ("n2-standard-4", "e2-standard-8"),
            ("P0v3", "P1v2"),
        ] {
            assert_eq!(order(a, b), Some(Ordering::Equal), "{a} {b}");
        }
    }

    #[test]
    fn what_is_no_size_has_no_order() {
        for (a, b) in [("web", "worker"), ("WAF_v2", "Standard_v2"), ("cx22", "cx31"), ("", "")] {
            assert_eq!(order(a, b), None, "{a} {b}");
        }
        assert!(!are_machines("db.example.org", "db.staging.example.org"));
        assert!(!are_machines("small", "large"));
        assert!(are_machines("db.t3.micro", "db.r5.large"));
    }
}
