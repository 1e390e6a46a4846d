//! Exceptions that cover more than anybody agreed to.

use crate::config::Exception;
use crate::finding::{Finding, Role};
use crate::rules::exceptions::{about, named};
use crate::rules::{Context, Findings, Rule, rule};

rule! {
    /// Reports an exception that covers a whole environment, or very many findings
    ///
    /// ## Why
    /// An exception is agreed for something that somebody looked at. One without `unit`,
    /// `resource`, `path` or `file`, or with patterns that match everything there, also silences
    /// what appears in any unit tomorrow; and nobody has looked at each of a hundred findings.
    ///
    /// ## Fix
    /// Narrow it to the units, objects or paths that were agreed on. Where many places may differ in
    /// the same way for good, declare a `[[parameter]]`; where a rule is not wanted at all, switch it
    /// off under `[rules]`.
    pub struct ExceptionTooBroad {
        /// How many findings an exception may cover
        max_findings: usize = 50,
    }
    id: "exception-too-broad", family: Exceptions, level: Warning, since: "0.1.0",
}

impl Rule for ExceptionTooBroad {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        for judged in cx.exceptions {
            let exception = judged.exception;
            let count = judged.covers.len();
            let finding = if !is_narrow(exception) {
                let place = match &exception.environments[..] {
                    [] => "the whole repository".to_owned(),
                    environments => format!("all of {}", environments.join(", ")),
                };
                about(exception, format!("{} holds for {place}", named(exception)))
            } else if count > self.max_findings {
                about(exception, format!("{} covers {count} findings", named(exception)))
            } else {
                continue;
            };
            findings.push(with_first(finding, judged.covers.first()).help(
                "narrow it with `unit`, `resource`, `path` or `file`, or declare a `[[parameter]]` \
                 if the values may differ for good",
            ));
        }
    }
}

fn with_first(finding: Finding, place: Option<&crate::text::Span>) -> Finding {
    match place {
        Some(&place) => finding.place(Role::Related, place, "covered, as one of several"),
        None => finding,
    }
}

/// Whether anything beside the environment narrows the exception.
fn is_narrow(exception: &Exception) -> bool {
    let some = |pattern: &str| pattern.chars().any(|c| !matches!(c, '*' | '?' | '/' | '.'));
    let globs = [&exception.unit, &exception.resource, &exception.file];
    exception.covers.is_some()
        || globs.into_iter().flatten().any(|glob| some(glob.as_str()))
        || exception
            .path
            .as_ref()
            .is_some_and(|path| path.as_str().chars().any(|c| !matches!(c, '*' | '.' | '[' | ']')))
}
