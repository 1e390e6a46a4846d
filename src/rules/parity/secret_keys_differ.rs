//! `secret-keys-differ`.

use crate::compare::{Topic, key_of};
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::speak::{Speech, report};
use crate::rules::{Rule, rule};

rule! {
    /// Reports a key of a secret that one environment has and its reference lacks
    ///
    /// ## Why
    /// Secrets differ in their values, not in their keys. A pod that refers to a key that its
    /// secret lacks does not start; one that treats it as optional runs without it.
    ///
    /// ## Fix
    /// Add the key to the secret, or to the external secret that makes it, in both environments.
    pub struct SecretKeysDiffer {
    }
    id: "secret-keys-differ", family: Parity, level: Error, since: "0.1.0",
}

impl Rule for SecretKeysDiffer {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        report(cx, Topic::SecretKey, findings, |difference, sides| {
            let (with, without) = sides.with_and_without(difference.change);
            Speech {
                message: format!(
                    "the key `{}` of {} exists in {with} and not in {without}",
                    key_of(difference),
                    difference.resource,
                ),
                help: format!("add the key in {without}, or remove it in {with}"),
            }
        });
    }
}
