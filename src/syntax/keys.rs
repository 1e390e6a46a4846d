//! Programs that read one key in several spellings.

/// How the configuration files of a framework are called, and what their keys have in common.
#[derive(Debug, PartialEq, Eq)]
pub struct KeyRule {
    /// What the names of the files begin with, before a `.`, `-` or `_`.
    files: &'static [&'static str],
    extensions: &'static [&'static str],
    /// What nests inside of a key: `Logging:Level` is `Level` in `Logging`.
    pub nests: Option<char>,
    /// Characters that say nothing; neither does case.
    ignored: &'static [char],
}

/// ASP.NET Core does not look at case, and nests by `:`. Spring binds `show-sql`, `showSql` and
/// `show_sql` to one property ("relaxed binding").
const RULES: &[KeyRule] = &[
    KeyRule { files: &["appsettings"], extensions: &["json"], nests: Some(':'), ignored: &[] },
    KeyRule {
        files: &["application", "bootstrap"],
        extensions: &["yaml", "yml", "properties"],
        nests: None,
        ignored: &['-', '_'],
    },
];

impl KeyRule {
    /// The rule for the keys of a file, or of a text that is called like one.
    pub fn of(name: &str) -> Option<&'static Self> {
        let name = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
        let extension = name.rsplit('.').next().unwrap_or_default();
        RULES.iter().find(|rule| {
            let mut ends = rule.files.iter().filter_map(|file| name.strip_prefix(file));
            rule.extensions.contains(&extension) && ends.any(|end| end.starts_with(['.', '-', '_']))
        })
    }

    /// What all spellings of a key have in common.
    pub fn fold(&self, key: &str) -> String {
        let said = key.chars().filter(|c| !self.ignored.contains(c));
        said.flat_map(char::to_lowercase).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::KeyRule;

    #[test]
    fn spellings_of_one_key_are_alike() {
        let fold = |file: &str, key: &str| KeyRule::of(file).map(|rule| rule.fold(key));
        let same = |file: &str, a: &str, b: &str| fold(file, a) == fold(file, b);
        assert!(same("a/appsettings.Production.json", "RateLimit", "rateLimit"));
        assert!(!same("appsettings.json", "rate-limit", "rateLimit"));
        assert!(same("application-prod.yml", "show-sql", "showSql"));
        assert!(same("bootstrap.properties", "jpa.show_sql", "jpa.show-sql"));
        assert!(!same("application.yaml", "show-sql", "show.sql"));
        for other in ["applications.yml", "config.json", "application.json", "appsettings.yml"] {
            assert_eq!(fold(other, "a"), None, "{other}");
        }
    }
}
