//! `paritylint.toml`, typed, with the place of everything that a message may point at.

mod built_in;
mod constraint;
mod date;
mod error;
mod exception;
mod glob;
mod kubernetes;
mod load;
mod observability;
mod path_pattern;
mod reader;
mod registry;
mod sections;
mod suggest;
mod team;
mod yaml;

pub use built_in::{BUILT_IN, BuiltIn};
pub use constraint::{Constraint, Pattern, Ratio, Word};
pub use date::parse_date;
pub use error::ConfigError;
pub use exception::{Exception, RegistrySchema};
pub use glob::{Glob, glob_set};
pub use kubernetes::KubernetesVersions;
pub use load::FILE_NAMES;
pub use observability::{Observability, Provision};
pub use path_pattern::{PathPattern, PathPatternError};
pub use reader::{Located, decode_error};
pub use registry::{is_registry, parse_registry};
pub use sections::{
    Config, ConfigSchema, HistoryBudget, Names, Override, Owners, Ownership, Parameter,
    RuleSetting, Substitution, Terms, UnitEntry,
};
pub use suggest::{did_you_mean, is_slip, nearest};
pub use team::TeamSchema;

#[cfg(test)]
mod tests;
