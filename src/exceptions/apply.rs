//! Parts findings into those to report and those that somebody answers for.

use jiff::civil::Date;

use crate::config::Exception;
use crate::exceptions::matching;
use crate::finding::{Finding, NotAnalysed};
use crate::layout::Layout;
use crate::policy::Policy;
use crate::render::Evaluated;
use crate::render::Grade;
use crate::rules::Need;
use crate::source::Snapshot;
use crate::text::Span;

/// Most places that are remembered of all exceptions together.
const PLACES: usize = 1_000_000;

/// A finding and the exception that covers it.
#[derive(Debug, Clone)]
pub struct Excepted {
    /// The finding.
    pub finding: Finding,
    /// The exception.
    pub exception: Exception,
}

/// The result of a check.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// What to report, sorted.
    pub reported: Vec<Finding>,
    /// What somebody answers for, sorted.
    pub excepted: Vec<Excepted>,
    /// What was seen and not looked into, sorted.
    pub not_analysed: Vec<NotAnalysed>,
    /// Every exception and what became of it, in the order in which they were read.
    pub exceptions: Vec<Standing>,
}

/// An exception and what became of it.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The exception.
    pub exception: Exception,
    /// Whether it was needed.
    pub need: Need,
    /// The places of the findings that it covers; of an expired one, that it would cover.
    pub covers: Vec<Span>,
}

/// The findings after the exceptions have been applied.
#[derive(Debug)]
pub struct Applied {
    /// What to report.
    pub reported: Vec<Finding>,
    /// What somebody answers for.
    pub excepted: Vec<Excepted>,
    /// What became of each exception, in their order.
    pub standings: Vec<Standing>,
}

/// What is known of the run that the findings come from.
#[derive(Debug)]
pub struct Run<'a> {
    /// The files.
    pub snapshot: &'a Snapshot,
    /// The units and environments.
    pub layout: &'a Layout,
    /// Every overlay with what it renders to.
    pub evaluated: &'a [Evaluated<'a>],
    /// The day that decides about expired exceptions.
    pub today: Date,
    /// The rules that ran.
    pub policy: &'a Policy,
    /// The rules that could not look at everything they had to.
    pub unsure: &'a [&'static str],
}

/// Applies exceptions. An expired one covers nothing; one without owner or date does.
pub fn apply(findings: Vec<Finding>, exceptions: &[Exception], run: &Run<'_>) -> Applied {
    let mut standings: Vec<_> = exceptions
        .iter()
        .map(|exception| Standing {
            need: unused(exception, run),
            exception: exception.clone(),
            covers: Vec::new(),
        })
        .collect();
    let (mut reported, mut excepted) = (Vec::new(), Vec::new());
    let mut room = PLACES;
    for finding in findings {
        let mut covering = None;
        for standing in &mut standings {
            let exception = &standing.exception;
            if matching::covers(exception, &finding, run.layout, run.snapshot) {
                if room > 0 {
                    room -= 1;
                    standing.covers.push(finding.primary());
                }
                if !exception.is_expired(run.today) {
                    standing.need = Need::Used;
                    covering = covering.or_else(|| Some(exception.clone()));
                }
            }
        }
        match covering {
            Some(exception) => excepted.push(Excepted { finding, exception }),
            None => reported.push(finding),
        }
    }
    Applied { reported, excepted, standings }
}

/// Whether it can be told that the exception is not needed, if it covers nothing.
fn unused(exception: &Exception, run: &Run<'_>) -> Need {
    let ran = exception
        .rules
        .iter()
        .all(|(rule, _)| run.policy.is_enabled(rule) && !run.unsure.contains(&rule.as_str()));
    let whole = run.evaluated.iter().all(|evaluated| {
        let outside = exception.suppression.is_some()
            || exception.unit.as_ref().is_some_and(|glob| !glob.matches(&evaluated.unit.name))
            || exception.covers.is_some_and(|line| {
                evaluated.output().is_some_and(|output| !output.inputs.contains(&line.file))
            });
        outside || evaluated.output().is_some_and(|r| r.grade == Grade::Whole)
    });
    let decided = ran && whole && !exception.is_expired(run.today);
    if decided { Need::Unused } else { Need::Unknown }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{Run, apply};
    use crate::config::{Config, Exception};
    use crate::finding::{Finding, Subject};
    use crate::kube::{Gvk, ResourceId};
    use crate::layout::{Environment, Layout};
    use crate::policy::{Policy, Selection};
    use crate::rules::Need;
    use crate::source::Snapshot;
    use crate::text::{FileId, Span};

    fn exceptions(scope: &str) -> Vec<Exception> {
        let text = format!("[[exception]]\nrule = \"duplicate-key\"\n{scope}\n");
        Config::parse(FileId(0), &text).unwrap().exceptions
    }

    fn finding() -> Finding {
        let subject = Subject {
            unit: Some("apps/orders".into()),
            environment: Some("prod".into()),
            path: Some("spec.env[name=A].value".into()),
            resource: Some(ResourceId {
                gvk: Gvk::new("apps/v1", "Deployment"),
                namespace: "".into(),
                name: "orders".into(),
            }),
            ..Subject::default()
        };
        Finding {
            rule: "duplicate-key",
            ..Finding::at(Span::new(FileId(0), 0, 1), "x").about(subject)
        }
    }

    fn need(scope: &str) -> Need {
        let layout = Layout {
            environments: vec![Environment {
                name: "prod".into(),
                rank: 3,
                aliases: vec!["prod".into(), "production".into()],
            }],
            ..Layout::default()
        };
        let snapshot = Snapshot::from_memory([("apps/orders/a.yaml", "a: 1\n")]);
        let run = Run {
            snapshot: &snapshot,
            layout: &layout,
            evaluated: &[],
            today: date(2026, 6, 30),
            policy: &Policy::new(&Config::default(), &Selection::default()).unwrap(),
            unsure: &[],
        };
        let applied = apply(vec![finding()], &exceptions(scope), &run);
        let need = applied.standings[0].need;
        assert_eq!(need == Need::Used, applied.reported.is_empty());
        need
    }

    #[test]
    fn every_part_of_the_scope_must_match() {
        for scope in [
            "unit = \"apps/*\"",
            "environment = \"production\"",
            "resource = \"Deployment/orders\"",
            "resource = \"ord*\"",
            "path = \"spec.**\"",
            "file = \"apps/*/a.yaml\"",
            "unit = \"apps/orders\"\npath = \"spec.env[name=A].value\"\nenvironments = [\"prod\"]",
        ] {
            assert_eq!(need(scope), Need::Used, "{scope}");
        }
        for scope in [
            "unit = \"orders\"",
            "environment = \"staging\"",
            "resource = \"Service/orders\"",
            "path = \"spec.env\"",
            "file = \"a.yaml\"",
            "unit = \"apps/orders\"\npath = \"data.**\"",
        ] {
            assert_eq!(need(scope), Need::Unused, "{scope}");
        }
    }

    #[test]
    fn the_last_day_counts_and_the_day_after_does_not() {
        assert_eq!(need("unit = \"**\"\nretire-by = 2026-06-30"), Need::Used);
        assert_eq!(need("unit = \"**\"\nretire-by = 2026-06-29"), Need::Unknown);
    }

    #[test]
    fn a_rule_that_did_not_run_proves_nothing() {
        assert_eq!(need("unit = \"x\"\nrules = [\"off\"]"), Need::Unknown);
    }
}
