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

/// A finding and the exception that covers it.
#[derive(Debug, Clone)]
pub struct Excepted {
    /// The finding.
    pub finding: Finding,
    /// The exception.
    pub exception: Exception,
}

/// The result of a check.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What to report, sorted.
    pub reported: Vec<Finding>,
    /// What somebody answers for, sorted.
    pub excepted: Vec<Excepted>,
    /// What was seen and not looked into, sorted.
    pub not_analysed: Vec<NotAnalysed>,
}

/// The findings after the exceptions have been applied.
#[derive(Debug)]
pub struct Applied {
    /// What to report.
    pub reported: Vec<Finding>,
    /// What somebody answers for.
    pub excepted: Vec<Excepted>,
    /// Whether each exception was needed, in their order.
    pub needs: Vec<Need>,
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
}

/// Applies exceptions. An expired one covers nothing; one without owner or date does.
pub fn apply(findings: Vec<Finding>, exceptions: &[Exception], run: &Run<'_>) -> Applied {
    let mut used = vec![false; exceptions.len()];
    let (mut reported, mut excepted) = (Vec::new(), Vec::new());
    for finding in findings {
        let mut covering = None;
        for (at, exception) in exceptions.iter().enumerate() {
            let covers = matching::covers(exception, &finding, run.layout, run.snapshot);
            if covers && !exception.is_expired(run.today) {
                used[at] = true;
                covering = covering.or(Some(exception));
            }
        }
        match covering {
            Some(exception) => excepted.push(Excepted { finding, exception: exception.clone() }),
            None => reported.push(finding),
        }
    }
    let needs = exceptions
        .iter()
        .zip(used)
        .map(|(exception, used)| if used { Need::Used } else { unused(exception, run) })
        .collect();
    Applied { reported, excepted, needs }
}

/// Whether it can be told that the exception is not needed.
fn unused(exception: &Exception, run: &Run<'_>) -> Need {
    let ran = exception.rules.iter().all(|(rule, _)| run.policy.is_enabled(rule));
    let whole = run.evaluated.iter().all(|evaluated| {
        let outside = exception.suppression.is_some()
            || exception.unit.as_ref().is_some_and(|glob| !glob.matches(&evaluated.unit.name));
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
        let run = Run {
            snapshot: &Snapshot::from_memory([("a.yaml", "a: 1\n")]),
            layout: &layout,
            evaluated: &[],
            today: date(2026, 6, 30),
            policy: &Policy::new(&Config::default(), &Selection::default()).unwrap(),
        };
        let applied = apply(vec![finding()], &exceptions(scope), &run);
        assert_eq!(applied.needs[0] == Need::Used, applied.reported.is_empty());
        applied.needs[0]
    }

    #[test]
    fn every_part_of_the_scope_must_match() {
        for scope in [
            "unit = \"apps/*\"",
            "environment = \"production\"",
            "resource = \"Deployment/orders\"",
            "resource = \"ord*\"",
            "path = \"spec.**\"",
            "unit = \"apps/orders\"\npath = \"spec.env[name=A].value\"\nenvironments = [\"prod\"]",
        ] {
            assert_eq!(need(scope), Need::Used, "{scope}");
        }
        for scope in [
            "unit = \"orders\"",
            "environment = \"staging\"",
            "resource = \"Service/orders\"",
            "path = \"spec.env\"",
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
