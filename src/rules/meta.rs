//! What a rule is, and the macro that writes everything about it but the check.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::finding::Family;
use crate::finding::Level;
use crate::rules::context::Context;
use crate::rules::findings::Findings;

/// How far a rule may be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Its findings may change from version to version.
    Preview,
    /// Its findings change only with a major version.
    Stable,
}

/// The facts about a rule.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct RuleMeta {
    /// Its id; never given to another rule.
    pub id: &'static str,
    /// Its family.
    pub family: Family,
    /// Its level without configuration.
    pub level: Level,
    /// How far it may be relied on.
    pub status: Status,
    /// The first version that has it.
    pub since: &'static str,
    /// Its doc comment: one line, then `## Why` and `## Fix`.
    pub docs: &'static str,
}

impl RuleMeta {
    /// The first line of the docs.
    pub fn summary(&self) -> &'static str {
        self.docs.lines().next().unwrap_or("").trim()
    }

    /// The docs without the space that begins every line of a doc comment.
    pub fn text(&self) -> String {
        let lines = self.docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
        lines.collect::<Vec<_>>().join("\n").trim().to_owned()
    }
}

/// A type with rule facts; written by `rule!`.
pub trait Described {
    /// The facts.
    const META: RuleMeta;
}

/// A rule: its fields are its options.
pub trait Rule: Described {
    /// Reports everything that the rule has to say.
    fn check(&self, cx: &Context<'_>, findings: &mut Findings);
}

/// A rule with its options, ready to run.
pub type Check = Box<dyn Fn(&Context<'_>, &mut Findings) + Send + Sync>;

/// A line of the registry.
#[derive(Debug)]
pub struct RuleEntry {
    /// The facts.
    pub meta: &'static RuleMeta,
    /// The JSON schema of the options.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    /// Reads options.
    pub build: fn(toml::Table) -> Result<Check, toml::de::Error>,
}

impl RuleEntry {
    pub(super) const fn of<R>() -> Self
    where
        R: Rule + DeserializeOwned + JsonSchema + Send + Sync + 'static,
    {
        Self { meta: &R::META, schema: R::json_schema, build: build::<R> }
    }
}

fn build<R>(options: toml::Table) -> Result<Check, toml::de::Error>
where
    R: Rule + DeserializeOwned + Send + Sync + 'static,
{
    let rule: R = options.try_into()?;
    Ok(Box::new(move |cx, findings| rule.check(cx, findings)))
}

/// Writes the options struct of a rule with its defaults, and its facts.
macro_rules! rule {
    (
        $(#[doc = $doc:literal])+
        pub struct $name:ident {
            $( $(#[doc = $field_doc:literal])+ $field:ident: $type:ty = $default:expr, )*
        }
        id: $id:literal, family: $family:ident, level: $level:ident, since: $since:literal,
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
        pub(crate) struct $name {
            $( $(#[doc = $field_doc])+ pub(crate) $field: $type, )*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $( $field: $default, )* }
            }
        }

        impl $crate::rules::Described for $name {
            const META: $crate::rules::RuleMeta = $crate::rules::RuleMeta {
                id: $id,
                family: $crate::finding::Family::$family,
                level: $crate::finding::Level::$level,
                status: $crate::rules::Status::Stable,
                since: $since,
                docs: concat!($($doc, "\n",)+),
            };
        }
    };
}

pub(crate) use rule;
