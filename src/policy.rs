//! The configuration applied to the rules: which run, at which level, with which options.

use std::collections::{BTreeMap, BTreeSet};

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use crate::config::{Config, ConfigError, decode_error, did_you_mean};
use crate::finding::{Family, Finding, Level, Subject, number};
use crate::kube::ResourceId;
use crate::rules::{self, Check, Context, Findings, RULES, RuleMeta};

/// The families by the names that `--select` and `--ignore` take.
const FAMILIES: &[(&str, Family)] = &[
    ("parity", Family::Parity),
    ("hotfix", Family::Hotfix),
    ("observability", Family::Observability),
    ("exceptions", Family::Exceptions),
    ("schema", Family::Schema),
];

/// Says of values that no template reads them.
const READS_NOTHING: &str = "patch-without-effect";
/// Pairs of rules: what the first says of a path, the second need not say too.
const SAYS_MORE: &[(&str, &str)] = &[
    ("undefined-variable", "unparameterized-difference"),
    ("stale-promotion", "dependency-version-differs"),
];
/// The rule that says why a key is missing; it stands on the side that lacks the key.
const SAYS_WHY: (&str, &str) = ("commented-out-config", "missing-key");
/// The same for what a change brings: a finding that stood there before still stands beside the first.
const SAYS_MORE_OF_CHANGES: &[(&str, &str)] =
    &[("production-only-change", "unparameterized-difference")];

/// Rules and families named on the command line.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only these run; all when empty.
    pub select: Vec<String>,
    /// These do not run.
    pub ignore: Vec<String>,
}

/// Which rules run, at which level.
#[derive(Debug)]
pub struct Policy {
    enabled: Vec<Enabled>,
}

struct Enabled {
    meta: &'static RuleMeta,
    level: Level,
    check: Check,
}

impl std::fmt::Debug for Enabled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} = {:?}", self.meta.id, self.level)
    }
}

impl Policy {
    /// Applies the configuration and the selection to all rules. Every error is reported.
    pub fn new(config: &Config, selection: &Selection) -> Result<Self, Vec<ConfigError>> {
        let mut errors = Vec::new();
        for name in selection.select.iter().chain(&selection.ignore) {
            if rules::find(name).is_none() && family(name).is_none() {
                let known = rules::ids().chain(FAMILIES.iter().map(|(name, _)| *name));
                let message = format!("there is no rule or family `{name}`");
                let help = Some(did_you_mean(name, known));
                errors.push(ConfigError { span: None, message, help });
            }
        }
        for (name, setting) in &config.rules {
            if rules::find(name).is_none() {
                let message = format!("there is no rule `{name}`");
                let error = ConfigError::at(setting.span, message);
                errors.push(error.help(did_you_mean(name, rules::ids())));
            }
        }
        let mut enabled = Vec::new();
        for entry in RULES {
            let setting = config.rules.get(entry.meta.id);
            let options = setting.map(|setting| setting.options.clone()).unwrap_or_default();
            let check = match (entry.build)(options) {
                Ok(check) => check,
                Err(error) => {
                    errors.extend(setting.map(|set| decode_error(set.value_span, error.message())));
                    continue;
                }
            };
            let level = level(entry.meta, setting.and_then(|setting| setting.level), selection);
            if level > Level::Off {
                enabled.push(Enabled { meta: entry.meta, level, check });
            }
        }
        if errors.is_empty() { Ok(Self { enabled }) } else { Err(errors) }
    }

    /// Whether the rule runs.
    pub fn is_enabled(&self, rule: &str) -> bool {
        self.enabled.iter().any(|enabled| enabled.meta.id == rule)
    }

    /// Runs the rules that are wanted; the result is sorted and free of doubles, and each has a
    /// fingerprint of its own.
    pub fn run(&self, cx: &Context<'_>, wanted: fn(&RuleMeta) -> bool) -> Vec<Finding> {
        let rules: Vec<_> = self.enabled.iter().filter(|enabled| wanted(enabled.meta)).collect();
        let found: Vec<Vec<Finding>> = rules
            .par_iter()
            .map(|rule| {
                let mut findings = Findings::new(rule.meta, rule.level);
                (rule.check)(cx, &mut findings);
                findings.into_vec()
            })
            .collect();
        let mut findings: Vec<_> = found.into_iter().flatten().collect();
        leave_to_others(&mut findings, SAYS_MORE);
        leave_to_reasons(&mut findings);
        leave_what_nothing_reads(&mut findings);
        sort(&mut findings);
        number(&mut findings);
        findings
    }
}

/// Of what a change brings, drops what is said better by a rule about changes.
pub fn leave_to_rules_of_changes(findings: &mut Vec<Finding>) {
    leave_to_others(findings, SAYS_MORE_OF_CHANGES);
    // A rule of its own class knows better what the value is for.
    let classed: BTreeSet<_> =
        findings.iter().filter(|f| f.family == Family::Parity).filter_map(place).collect();
    findings.retain(|finding| {
        let about_changes = SAYS_MORE_OF_CHANGES.iter().any(|&(rule, _)| rule == finding.rule);
        !(about_changes && place(finding).is_some_and(|place| classed.contains(&place)))
    });
}

/// Drops the differences in values that no template reads: that is why they are there, and it is said of
/// each already.
fn leave_what_nothing_reads(findings: &mut Vec<Finding>) {
    let is_unread =
        |finding: &&Finding| finding.rule == READS_NOTHING && finding.subject.path.is_some();
    let unread = findings.iter().filter(is_unread);
    let unread: Vec<(Subject, Level)> =
        unread.map(|finding| (finding.subject.clone(), finding.level)).collect();
    findings.retain(|finding| {
        let own = &finding.subject;
        let is_below = |path: &str, around: &str| {
            let rest = path.strip_prefix(around);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let is_told = |(unread, level): &(Subject, Level)| {
            *level >= finding.level
                && unread.unit == own.unit
                && unread.resource == own.resource
                && (unread.environment.is_none() || unread.environment == own.environment)
                && own
                    .path
                    .as_deref()
                    .zip(unread.path.as_deref())
                    .is_some_and(|(a, b)| is_below(a, b))
        };
        let differs = finding.family == Family::Parity && own.reference.is_some();
        !(differs && unread.iter().any(is_told))
    });
}

/// Unit, environment, object and path, where a finding is about one.
fn place(finding: &Finding) -> Option<(String, String, ResourceId, String)> {
    let Subject { unit, environment, resource, path, .. } = &finding.subject;
    Some((unit.clone()?, environment.clone()?, resource.clone()?, path.clone()?))
}

/// Drops what is missing where another finding says why. That weighs as much as what it stands for.
fn leave_to_reasons(findings: &mut Vec<Finding>) {
    let (why, what) = SAYS_WHY;
    let turned = |finding: &Finding| {
        let (unit, _, resource, path) = place(finding)?;
        Some((unit, finding.subject.reference.clone()?, resource, path))
    };
    let places = |finding: &Finding| [place(finding), turned(finding)].into_iter().flatten();
    let reasons = findings.iter().filter(|finding| finding.rule == why);
    let said: BTreeSet<_> = reasons.flat_map(places).collect();
    let mut weights: BTreeMap<_, Level> = BTreeMap::new();
    findings.retain(|finding| {
        let told = place(finding).filter(|place| finding.rule == what && said.contains(place));
        let Some(place) = told else { return true };
        let weight = weights.entry(place).or_insert(finding.level);
        *weight = finding.level.max(*weight);
        false
    });
    for finding in findings.iter_mut().filter(|finding| finding.rule == why) {
        let weight = places(finding).filter_map(|place| weights.get(&place)).max();
        finding.level = weight.copied().unwrap_or(finding.level).max(finding.level);
    }
}

/// Drops what another rule says of the same path, and says better.
fn leave_to_others(findings: &mut Vec<Finding>, pairs: &[(&str, &str)]) {
    let better = findings.iter().filter(|finding| pairs.iter().any(|&(b, _)| b == finding.rule));
    let said: BTreeSet<_> =
        better.filter_map(|finding| Some((finding.rule, place(finding)?))).collect();
    findings.retain(|finding| {
        let mut others = pairs.iter().filter(|&&(_, worse)| worse == finding.rule);
        !others
            .any(|&(better, _)| place(finding).is_some_and(|place| said.contains(&(better, place))))
    });
}

/// Sorts by place, rule and text; of equal findings one is kept.
pub fn sort(findings: &mut Vec<Finding>) {
    findings.sort_by(|a, b| {
        let order = |finding: &Finding| (finding.primary(), finding.rule);
        order(a)
            .cmp(&order(b))
            .then_with(|| a.message.cmp(&b.message))
            .then_with(|| a.subject.unit.cmp(&b.subject.unit))
            .then_with(|| a.subject.environment.cmp(&b.subject.environment))
            .then_with(|| a.subject.path.cmp(&b.subject.path))
    });
    findings.dedup();
}

fn family(name: &str) -> Option<Family> {
    FAMILIES.iter().find(|(known, _)| *known == name).map(|(_, family)| *family)
}

fn level(meta: &RuleMeta, configured: Option<Level>, selection: &Selection) -> Level {
    let named = |names: &[String]| names.iter().any(|name| name == meta.id);
    let in_family = |names: &[String]| names.iter().any(|name| family(name) == Some(meta.family));
    let level = configured.unwrap_or(meta.level);
    let Selection { select, ignore } = selection;
    if named(ignore) || in_family(ignore) && !named(select) {
        return Level::Off;
    }
    if select.is_empty() || in_family(select) {
        return level;
    }
    match level {
        _ if !named(select) => Level::Off,
        // Who names a rule wants it to run.
        Level::Off => meta.level.max(Level::Note),
        level => level,
    }
}

#[cfg(test)]
mod tests {
    use super::{Policy, Selection};
    use crate::config::Config;
    use crate::text::FileId;

    fn policy(text: &str, select: &[&str], ignore: &[&str]) -> Result<Policy, Vec<String>> {
        let config = Config::parse(FileId(0), text).unwrap();
        let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let selection = Selection { select: own(select), ignore: own(ignore) };
        Policy::new(&config, &selection)
            .map_err(|errors| errors.iter().map(|e| format!("{e}; {:?}", e.help)).collect())
    }

    #[test]
    fn levels_and_selections_decide_what_runs() {
        let off = "[rules]\nduplicate-key = \"off\"\n";
        assert!(!policy(off, &[], &[]).unwrap().is_enabled("duplicate-key"));
        assert!(policy(off, &["duplicate-key"], &[]).unwrap().is_enabled("duplicate-key"));
        let schema = policy("", &["schema"], &["invalid-syntax"]).unwrap();
        assert!(schema.is_enabled("duplicate-key"));
        assert!(!schema.is_enabled("invalid-syntax"));
        assert!(!schema.is_enabled("hotfix-comment"));
    }

    #[test]
    fn all_unknown_names_and_bad_options_are_reported() {
        let text = "[rules]\nduplicat-key = \"off\"\nmutable-image = { tag = [] }\n\
                    server-fields = { x = 1 }\n";
        let errors = policy(text, &["hotfixes"], &[]).unwrap_err();
        assert_eq!(errors.len(), 4, "{errors:#?}");
        assert!(errors[0].contains("did you mean `hotfix`?"), "{errors:#?}");
        assert!(errors[1].contains("did you mean `duplicate-key`?"), "{errors:#?}");
        assert!(errors[2].contains("did you mean `tags`?"), "{errors:#?}");
    }
}
