//! Every rule on small repositories: `tests/rules/ID/good…` must be free of findings of the rule,
//! `tests/rules/ID/bad…` must have those that `tests/rules/ID/bad.snap` lists.
//!
//! Refresh the lists with `UPDATE=1 cargo test --test rules`.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads its cases")]

#[path = "common/case.rs"]
mod case;
#[path = "common/positions.rs"]
mod positions;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use case::Case;
use libtest_mimic::{Arguments, Failed, Trial};
use paritylint::check::Checked;
use paritylint::config::Config;
use paritylint::policy::{Policy, Selection};
use paritylint::report::{self, Format, Options, Prefixes, Report, Style};
use paritylint::rules::RULES;
use paritylint::syntax::Store;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let mut trials = vec![Trial::test("every_rule_has_cases", {
        let root = root.clone();
        move || every_rule_has_cases(&root)
    })];
    for rule in names(&root) {
        let directory = root.join(&rule);
        trials.push(Trial::test(format!("{rule}::bad"), {
            let (rule, directory) = (rule.clone(), directory.clone());
            move || bad(&rule, &directory)
        }));
        for case in names(&directory).into_iter().filter(|case| case.starts_with("good")) {
            let (rule, path) = (rule.clone(), directory.join(&case));
            trials.push(Trial::test(format!("{rule}::{case}"), move || good(&rule, &path)));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap().map(Result::unwrap);
    let mut names: Vec<_> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn every_rule_has_cases(root: &Path) -> Result<(), Failed> {
    let with_cases: BTreeSet<_> = names(root).into_iter().collect();
    let rules: BTreeSet<_> = RULES.iter().map(|entry| entry.meta.id.to_owned()).collect();
    let mut wrong: Vec<_> =
        with_cases.difference(&rules).map(|id| format!("no rule {id}")).collect();
    wrong.extend(rules.difference(&with_cases).map(|id| format!("no cases for {id}")));
    for rule in with_cases {
        for kind in ["good", "bad"] {
            let cases = names(&root.join(&rule));
            if !cases.iter().any(|case| case.starts_with(kind)) {
                wrong.push(format!("no {kind} case for {rule}"));
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

fn good(rule: &str, case: &Path) -> Result<(), Failed> {
    let lines = findings(rule, case)?;
    if lines.is_empty() { Ok(()) } else { Err(lines.join("\n").into()) }
}

fn bad(rule: &str, directory: &Path) -> Result<(), Failed> {
    let mut text = String::new();
    for case in names(directory).into_iter().filter(|case| case.starts_with("bad")) {
        let lines = findings(rule, &directory.join(&case))?;
        if lines.is_empty() {
            return Err(format!("{case}: nothing is reported").into());
        }
        text.extend(["# ", &case, "\n", &lines.join("\n"), "\n"]);
    }
    let file = directory.join("bad.snap");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &text)?;
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    if text == expected {
        Ok(())
    } else {
        Err(format!("expected\n{expected}\nfound\n{text}").into())
    }
}

/// The findings of the rule, a line each: the concise report, and the text at the place.
fn findings(rule: &str, case: &Path) -> Result<Vec<String>, Failed> {
    let one = with_threads(1, || run(case))?;
    let many = with_threads(4, || run(case))?;
    if one.json != many.json {
        return Err("the number of threads changes the report".into());
    }
    let wrong = positions::wrong_regions(&one.json["findings"], case);
    if !wrong.is_empty() {
        return Err(wrong.join("\n").into());
    }
    let marker = format!("[{rule}] ");
    Ok(one.lines.into_iter().filter(|line| line.contains(&marker)).collect())
}

struct Printed {
    lines: Vec<String>,
    json: serde_json::Value,
}

fn with_threads<T: Send>(threads: usize, run: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(run)
}

fn run(case: &Path) -> Result<Printed, Failed> {
    let case = Case::open(case);
    let (snapshot, before) = case.files();
    let config = Config::load(&snapshot, None).map_err(|errors| format!("{errors:#?}"))?;
    let policy =
        Policy::new(&config, &Selection::default()).map_err(|errors| format!("{errors:#?}"))?;
    let store = Store::new(&snapshot);
    let Checked { outcome, counts, .. } = case.check((&store, before.as_ref()), &config, &policy);
    let slices: Vec<_> = outcome
        .reported
        .iter()
        .map(|finding| snapshot.slice(finding.primary()).lines().next().unwrap_or("").to_owned())
        .collect();
    let report = Report {
        snapshot: &snapshot,
        store: &store,
        outcome: &outcome,
        whole: None,
        change: None,
        baseline: None,
        counts,
        duration: Duration::ZERO,
        prefixes: &Prefixes::default(),
    };
    let options = Options {
        style: Style { color: false },
        show_suppressed: false,
        verbose: false,
        quiet: false,
    };
    let print = |format| {
        let mut out = Vec::new();
        report::write(&report, format, options, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    print(Format::Full);
    let concise = print(Format::Concise);
    let lines = concise.lines().zip(slices).map(|(line, slice)| format!("{line} ¦ {slice}"));
    let lines = lines.collect();
    Ok(Printed { lines, json: serde_json::from_str(&print(Format::Json))? })
}
