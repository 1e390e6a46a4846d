//! `database-settings-differ`.

use crate::compare::Topic;
use crate::finding::Level;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::speak::{Speech, report_graded, told};
use crate::rules::{Rule, rule};

rule! {
    /// Reports settings of databases, caches and brokers that differ between environments
    ///
    /// ## Why
    /// A query plan, a lock time-out, an isolation level or a limit of connections that only
    /// production has is found out in production. The same holds for the version of the engine and
    /// for topics and queues.
    ///
    /// ## Fix
    /// Use the same engine, version and parameters in every environment. Sizes and numbers of
    /// instances may differ; declare parameters that follow the size, such as the number of
    /// connections, with a ratio.
    pub struct DatabaseSettingsDiffer {
    }
    id: "database-settings-differ", family: Parity, level: Warning, since: "0.1.0",
}

impl Rule for DatabaseSettingsDiffer {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        report_graded(
            cx,
            Topic::Database,
            findings,
            |_| Level::Error,
            |difference, sides| {
                Speech {
            message: told(difference, sides),
            help: "use the same setting in both environments, or declare a `[[parameter]]` with the ratio \
                   that is meant".to_owned(),
        }
            },
        );
    }
}
