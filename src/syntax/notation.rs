//! Which notation a file, or a text that is called like one, is written in.

use crate::syntax::store::Parsed;
use crate::syntax::{dotenv, hcl, ini, json, properties, template, toml, yaml};
use crate::text::FileId;

/// A notation for configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Notation {
    /// YAML, of which JSON is a part.
    Yaml,
    /// JSON; comments and commas at the end are read too.
    Json,
    /// TOML.
    Toml,
    /// `KEY=value` lines as shells and dotenv libraries read them.
    Dotenv,
    /// Properties of Java.
    Properties,
    /// Sections of keys and values.
    Ini,
    /// Blocks of Terraform and its relatives.
    Hcl,
}

/// Extensions and what they mean.
const EXTENSIONS: &[(&str, Notation)] = &[
    ("yaml", Notation::Yaml),
    ("yml", Notation::Yaml),
    ("json", Notation::Json),
    ("toml", Notation::Toml),
    ("env", Notation::Dotenv),
    ("properties", Notation::Properties),
    ("ini", Notation::Ini),
    ("hcl", Notation::Hcl),
    ("tf", Notation::Hcl),
    ("tfvars", Notation::Hcl),
    ("tofu", Notation::Hcl),
];

impl Notation {
    /// What the name of a file says, if it says anything.
    pub fn of(name: &str) -> Option<Self> {
        let name = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let told = EXTENSIONS.iter().find(|(known, _)| *known == extension);
        let dotenv = || name.starts_with(".env.").then_some(Self::Dotenv);
        told.map(|&(_, notation)| notation).or_else(dotenv)
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Yaml => "YAML",
            Self::Json => "JSON",
            Self::Toml => "TOML",
            Self::Dotenv => "a dotenv file",
            Self::Properties => "a file of properties",
            Self::Ini => "INI",
            Self::Hcl => "HCL",
        }
    }

    /// Reads a text.
    pub fn parse(self, file: FileId, text: &str) -> Parsed {
        let parsed = match self {
            Self::Yaml => return yaml::parse(file, text),
            Self::Json => json::parse(file, text),
            Self::Toml => toml::parse(file, text),
            Self::Dotenv => dotenv::parse(file, text),
            Self::Properties => properties::parse(file, text),
            Self::Ini => ini::parse(file, text),
            Self::Hcl => hcl::parse(file, text),
        };
        let template = parsed
            .is_broken()
            .then(|| template::cause(self, file, text, &parsed.problems))
            .flatten();
        Parsed { template, ..parsed }
    }
}

#[cfg(test)]
mod tests {
    use super::Notation;

    #[test]
    fn names_tell_the_notation() {
        for (name, notation) in [
            (".env", Some(Notation::Dotenv)),
            (".env.production", Some(Notation::Dotenv)),
            ("prod.env", Some(Notation::Dotenv)),
            (".env.json", Some(Notation::Json)),
            ("config/Application.PROPERTIES", Some(Notation::Properties)),
            ("php.ini", Some(Notation::Ini)),
            ("a.toml", Some(Notation::Toml)),
            ("environment", None),
            ("nginx.conf", None),
        ] {
            assert_eq!(Notation::of(name), notation, "{name}");
        }
    }
}
