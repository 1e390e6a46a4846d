//! `parameter-out-of-range`.

use crate::compare::Topic;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::speak::{Speech, report, told};
use crate::rules::{Rule, rule};

rule! {
    /// Reports a value outside of the constraint of the parameter that is declared for it
    ///
    /// ## Why
    /// A parameter says what may differ and how far, and somebody has decided on it. A value
    /// beyond is either a mistake or a decision that the configuration does not know yet.
    ///
    /// ## Fix
    /// Bring the value back, or change the constraint of the parameter together with its reason.
    pub struct ParameterOutOfRange {
    }
    id: "parameter-out-of-range", family: Parity, level: Error, since: "0.1.0",
}

impl Rule for ParameterOutOfRange {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        report(cx, Topic::OutOfRange, findings, |difference, sides| {
            let told = told(difference, sides);
            let Some(parameter) = &difference.out_of_range else {
                return Speech { message: told, help: String::new() };
            };
            let why = parameter.reason.as_ref().map(|reason| format!(" ({reason})"));
            Speech {
                message: format!("{told}; the parameter `{}` {}", parameter.path, parameter.asked),
                help: format!(
                    "bring the value back, or change the constraint of the parameter{}",
                    why.unwrap_or_default()
                ),
            }
        });
    }
}
