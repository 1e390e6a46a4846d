//! What file names say about plain configuration, as tables.

use crate::syntax::Notation;

/// The notations whose files may be the configuration of an environment, whatever they are called.
const NOTATIONS: &[Notation] =
    &[Notation::Json, Notation::Toml, Notation::Dotenv, Notation::Properties, Notation::Ini];

/// Beginnings of names of YAML files that configure a program: Spring Boot's, and what many others
/// read. Other YAML is of Kubernetes and of tools, and has its own ways.
const PROGRAMS: &[&str] = &["application", "appsettings", "bootstrap", "config", "settings"];

/// What files of one environment are laid over: the file of the same name without an environment
/// (`appsettings.json` of ASP.NET Core, `application.properties` of Spring Boot, `.env` of Vite,
/// Next.js and others), or one of these in its place (`config/default.json` of node-config).
pub(super) const DEFAULTS: &[&str] =
    &["default", "defaults", "base", "common", "shared", "global", "all"];

/// Words in file names that mean where a program is developed and tested, not where it is deployed.
const WORKSHOPS: &[&str] = &["ci", "e2e", "local", "test", "testing"];

/// Beginnings of names of files that configure tools, or hold what tools write.
const TOOLS: &[&str] = &[
    "angular",
    "babel",
    "biome",
    "cargo",
    "cdk",
    "clippy",
    "composer",
    "cypress",
    "deno",
    "deny",
    "eslint",
    "firebase",
    "gradle",
    "jest",
    "jsconfig",
    "karma",
    "launchsettings",
    "lerna",
    "mypy",
    "ng-package",
    "ngsw",
    "nx",
    "openapi",
    "package",
    "pipfile",
    "poetry",
    "postman",
    "prettier",
    "project",
    "pyproject",
    "pytest",
    "renovate",
    "rustfmt",
    "sonar-project",
    "swagger",
    "terraform",
    "tox",
    "tsconfig",
    "turbo",
    "vercel",
    "vitest",
    "webpack",
];

/// Ends of names of files that are no configuration of an environment.
const OTHERS: &[&str] = &[
    ".dist",
    ".example",
    ".local",
    ".lock.json",
    ".postman_collection.json",
    ".postman_environment.json",
    ".sample",
    ".schema.json",
    ".template",
    ".tf.json",
    ".tfstate.json",
    ".tfvars.json",
    "-lock.json",
];

/// Directories besides those of [`crate::layout::words::aside`] that hold no configuration.
const ASIDE: &[&str] = &[
    "__mocks__",
    "__tests__",
    "bin",
    "build",
    "dashboards",
    "dist",
    "i18n",
    "inventories",
    "inventory",
    "locale",
    "locales",
    "migrations",
    "mocks",
    "obj",
    "out",
    "schemas",
    "spec",
    "target",
    "test",
    "translations",
];

/// Whether a file of this name may be the configuration of an environment.
pub(super) fn may_configure(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let word = |tool: &&str| {
        let rest = lower.trim_start_matches('.').strip_prefix(*tool);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    };
    let program = || {
        let own = |program: &&str| lower.strip_prefix(*program);
        PROGRAMS.iter().filter_map(own).any(|rest| rest.starts_with(['-', '.', '_']))
    };
    let read = |notation| NOTATIONS.contains(&notation) || is_yaml(name) && program();
    Notation::of(name).is_some_and(read)
        && !OTHERS.iter().any(|end| lower.ends_with(end))
        && !TOOLS.iter().any(word)
}

/// Whether a file of this name is YAML, which has to name its environment itself.
pub(super) fn is_yaml(name: &str) -> bool {
    Notation::of(name) == Some(Notation::Yaml)
}

/// Whether a word in a file name means no place where something is deployed.
pub(super) fn is_workshop(word: &str) -> bool {
    WORKSHOPS.contains(&word)
}

/// Whether nothing below a directory of this name is configuration.
pub(super) fn is_aside(name: &str) -> bool {
    ASIDE.iter().any(|word| name.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::may_configure;

    #[test]
    fn tools_and_samples_are_no_configuration() {
        for name in [
            ".env.production",
            "appsettings.Staging.json",
            "application-prod.properties",
            "projects.json",
            "production.toml",
            "settings.prod.ini",
            "application-prod.yml",
            "config.staging.yaml",
        ] {
            assert!(may_configure(name), "{name}");
        }
        for name in [
            "tsconfig.prod.json",
            "package.json",
            ".eslintrc.prod.json",
            ".env.production.example",
            ".env.production.local",
            "prod.tfvars.json",
            "Cargo.toml",
            "values-prod.yaml",
            "applications.prod.yaml",
            "nginx.prod.conf",
        ] {
            assert_eq!(may_configure(name), name == ".eslintrc.prod.json", "{name}");
        }
    }
}
