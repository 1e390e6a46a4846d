//! Exceptions for rules that do not exist.

use crate::config::did_you_mean;
use crate::finding::{Finding, Subject};
use crate::rules::{self, Context, Findings, Rule, rule};

rule! {
    /// Reports an exception for a rule that does not exist
    ///
    /// ## Why
    /// A misspelt rule silences nothing, and looks as if it did.
    ///
    /// ## Fix
    /// Correct the name; `paritylint rules` lists all of them.
    pub struct ExceptionUnknownRule {}
    id: "exception-unknown-rule", family: Exceptions, level: Error, since: "0.1.0",
}

impl Rule for ExceptionUnknownRule {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        for judged in cx.exceptions {
            for (name, span) in &judged.exception.rules {
                if rules::find(name).is_some() {
                    continue;
                }
                let help = match crate::config::nearest(name, rules::ids()) {
                    Some(_) => did_you_mean(name, rules::ids()),
                    None => "`paritylint rules` lists all rules".to_owned(),
                };
                let finding = Finding::at(*span, format!("there is no rule `{name}`"));
                findings.push(
                    finding
                        .about(Subject::default())
                        .key([name, &judged.exception.id()])
                        .help(help),
                );
            }
        }
    }
}
