//! `access-differs`.

use std::cmp::Ordering;

use crate::compare::{Change, Difference, Side, Topic, protection};
use crate::finding::Level;
use crate::kube::Value;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::speak::{Speech, report_graded, told};
use crate::rules::{Rule, rule};

rule! {
    /// Reports permissions, identities and security contexts that differ between environments
    ///
    /// ## Why
    /// A program that may do less in production than in staging fails there first; one that may do
    /// more was never tested with it, and is a way in. Roles, service accounts, security contexts,
    /// Pod Security labels, cloud identities and policies belong to what is tested, and so do the switches
    /// of encryption and authentication in values, configuration files and variables of Terraform.
    ///
    /// ## Fix
    /// Grant the same in every environment. Accounts and ids in the name of a cloud role may
    /// differ. People who have access to one environment only are a parameter with a reason.
    pub struct AccessDiffers {
    }
    id: "access-differs", family: Parity, level: Error, since: "0.1.0",
}

impl Rule for AccessDiffers {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        report_graded(cx, Topic::Access, findings, grade, |difference, sides| {
            let same = if protected(difference).is_some() { "protect" } else { "grant" };
            Speech {
                message: told(difference, sides),
                help: format!(
                    "{same} the same in both environments, or declare a `[[parameter]]` for what must \
                     differ"
                ),
            }
        });
    }
}

fn grade(difference: &Difference) -> Level {
    if is_weaker(difference) {
        Level::Error
    } else if is_for_people(difference) || protected(difference) == Some(Ordering::Greater) {
        Level::Note
    } else {
        Level::Warning
    }
}

/// How much a switch of encryption or authentication protects beside that of the reference.
fn protected(difference: &Difference) -> Option<Ordering> {
    let values = (difference.here.value.as_ref(), difference.there.value.as_ref());
    protection(difference.path.steps(), values)
}

/// Settings that protect, and the value that does.
const PROTECTS: &[(&str, &str)] = &[
    ("runAsNonRoot", "true"),
    ("readOnlyRootFilesystem", "true"),
    ("privileged", "false"),
    ("allowPrivilegeEscalation", "false"),
    ("hostNetwork", "false"),
    ("hostPID", "false"),
    ("hostIPC", "false"),
    ("pod-security.kubernetes.io/enforce", "restricted"),
];

/// Whether the environment has given up a protection that its reference has: by itself, or with
/// everything around it.
fn is_weaker(difference: &Difference) -> bool {
    let text = |side: &Side| side.value.as_ref().and_then(Value::text).map(str::to_owned);
    let last = difference.path.last_key().unwrap_or_default();
    let is = |side: &Side, value: &str| text(side).as_deref() == Some(value);
    let around = difference.there.value.as_ref().filter(|_| difference.change == Change::OnlyThere);
    PROTECTS.iter().any(|&(key, value)| {
        let inside = around.and_then(|map| map.get(key)).and_then(Value::text) == Some(value);
        inside || key == last && is(&difference.there, value) && !is(&difference.here, value)
    })
}

/// Whether a permission of people, not of programs, is missing.
fn is_for_people(difference: &Difference) -> bool {
    let people = |subject: &Value| {
        matches!(subject.get("kind").and_then(Value::text), Some("User" | "Group"))
    };
    let Some(value) = difference.there.value.as_ref().or(difference.here.value.as_ref()) else {
        return false;
    };
    let subjects = value.get("subjects").and_then(Value::as_list);
    difference.change != Change::Changed
        && (people(value) || subjects.is_some_and(|list| list.iter().all(people)))
}
