//! A full check of a whole repository against the floor: listing it and reading the same bytes.
//!
//! `cargo bench --bench repo -- PATH`; without a path the examples. Both run in turn, in one
//! process, on warm caches; medians are printed.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark prints and reads"
)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::civil::date;
use paritylint::check::{Job, check, layout};
use paritylint::compare::compare;
use paritylint::config::Config;
use paritylint::history::{History, Waiting};
use paritylint::policy::{Policy, Selection};
use paritylint::references::{References, World};
use paritylint::render::{self, Renderer, evaluate, helm};
use paritylint::report::{self, Format, Options, Prefixes, Report, Style};
use paritylint::rules::{self, Context, Focus, Touched};
use paritylint::source::{Limits, Snapshot};
use paritylint::syntax::Store;
use paritylint::validation::{self, Loose, validate, values};
use rayon::prelude::*;

const ROUNDS: usize = 15;
const PHASES: [&str; 8] =
    ["walk", "parse", "layout", "render", "compare", "references", "validate", "rules"];

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let root =
        path.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"), PathBuf::from);
    let files = files_that_a_check_reads(&root)?;
    let bytes: usize =
        files.par_iter().map(|file| std::fs::read(file).map_or(0, |b| b.len())).sum();
    println!("{}: a check reads {} files, {} KiB", root.display(), files.len(), bytes / 1024);
    let (mut floors, mut checks, mut phases) = (vec![], vec![], vec![vec![]; PHASES.len()]);
    for _ in 0..ROUNDS {
        floors.push(timed(|| floor(&root, &files))?);
        checks.push(timed(|| whole(&root))?);
        for (all, one) in phases.iter_mut().zip(in_phases(&root)?) {
            all.push(one);
        }
    }
    let threads = rayon::current_num_threads();
    println!("{ROUNDS} rounds in turn, {threads} threads, medians:");
    let (floor, check) = (median(&mut floors), median(&mut checks));
    println!("  floor    {:9.2} ms  list the directory, read the same files", millis(floor));
    println!("  check    {:9.2} ms  from the directory to the JSON report", millis(check));
    println!("  ratio    {:9.1}", check.as_secs_f64() / floor.as_secs_f64());
    println!("phases, each on its own:");
    for (name, all) in PHASES.iter().zip(&mut phases) {
        println!("  {name:<10} {:9.2} ms", millis(median(all)));
    }
    Ok(())
}

fn timed<T>(run: impl FnOnce() -> Result<T, Box<dyn Error>>) -> Result<Duration, Box<dyn Error>> {
    let start = Instant::now();
    drop(run()?);
    Ok(start.elapsed())
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The files whose text a check asks for as YAML: all that it parses.
fn files_that_a_check_reads(root: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let snapshot = Snapshot::from_work_tree(root, Limits::default())?;
    let (config, policy) = policy(&snapshot)?;
    let store = Store::new(&snapshot);
    let layout = layout(&store, &config);
    let history = History::off();
    check(Job::whole(&store, &config, &policy, &layout, date(2026, 12, 1), &history));
    let read = snapshot.files().filter(|(file, _)| store.parsed(*file).is_some());
    Ok(read.map(|(_, path)| root.join(path.as_str())).collect())
}

/// Lists the whole directory and reads the files, with nothing of this program.
fn floor(root: &Path, files: &[PathBuf]) -> Result<usize, Box<dyn Error>> {
    let mut listed = 0;
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(&directory)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() && entry.file_name() != ".git" {
                directories.push(entry.path());
            }
            listed += 1;
        }
    }
    let read: usize = files.par_iter().map(|file| std::fs::read(file).map_or(0, |b| b.len())).sum();
    Ok(listed + read)
}

fn policy(snapshot: &Snapshot) -> Result<(Config, Policy), Box<dyn Error>> {
    let config = Config::load(snapshot, None).map_err(|errors| format!("{errors:?}"))?;
    let policy = Policy::new(&config, &Selection::default()).map_err(|e| format!("{e:?}"))?;
    Ok((config, policy))
}

/// What `paritylint check --format json` does.
fn whole(root: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let start = Instant::now();
    let snapshot = Snapshot::from_work_tree(root, Limits::default())?;
    let (config, policy) = policy(&snapshot)?;
    let store = Store::new(&snapshot);
    let layout = layout(&store, &config);
    let history = History::off();
    let checked = check(Job::whole(&store, &config, &policy, &layout, date(2026, 12, 1), &history));
    let report = Report {
        snapshot: &snapshot,
        store: &store,
        outcome: &checked.outcome,
        whole: None,
        change: None,
        baseline: None,
        counts: checked.counts,
        duration: start.elapsed(),
        prefixes: &Prefixes::default(),
    };
    let style = Style { color: false };
    let options = Options { style, show_suppressed: false, verbose: false, quiet: false };
    let mut out = Vec::new();
    report::write(&report, Format::Json, options, &mut out)?;
    Ok(out)
}

/// The times of the phases, in the order of [`PHASES`].
fn in_phases(root: &Path) -> Result<[Duration; PHASES.len()], Box<dyn Error>> {
    let mut times = [Duration::ZERO; PHASES.len()];
    let mut start = Instant::now();
    let mut phase = 0;
    let mut next = || {
        times[phase] = start.elapsed();
        phase += 1;
        start = Instant::now();
    };
    let snapshot = Snapshot::from_work_tree(root, Limits::default())?;
    let (config, policy) = policy(&snapshot)?;
    next();
    let store = Store::new(&snapshot);
    let (files, _) = rules::checked_files(&store, &config.exclude, &Focus::Everything);
    next();
    let layout = layout(&store, &config);
    next();
    let renderer = Renderer::new(&store, render::Options { restricted: false, partial: true });
    let evaluated =
        evaluate::all(&layout, |_| true, |unit, overlay| renderer.overlay(&layout, unit, overlay));
    next();
    let comparison = compare(&snapshot, &config, &layout, &evaluated);
    next();
    let references = References::of(World {
        snapshot: &snapshot,
        store: &store,
        layout: &layout,
        evaluated: &evaluated,
    });
    next();
    let loose = Loose::collect(&renderer, &layout, &files, true, &evaluated);
    let validation = validate(validation::Job {
        store: &store,
        config: &config,
        layout: &layout,
        files: &files,
        whole: true,
        evaluated: &evaluated,
        loose: &loose,
    });
    let releases = helm::releases(renderer.helm(&layout), &evaluated);
    let values = values::validate(&store, &releases);
    next();
    let waiting = Waiting::default();
    let cx = Context {
        snapshot: &snapshot,
        store: &store,
        config: &config,
        layout: &layout,
        files: &files,
        evaluated: &evaluated,
        values: &values,
        comparison: &comparison,
        references: &references,
        validation: &validation,
        waiting: &waiting,
        today: date(2026, 12, 1),
        touched: &Touched::Everything,
        change: None,
        focus: &Focus::Everything,
        owners: None,
        declared: &[],
        exceptions: &[],
        malformed: &[],
    };
    let found = policy.run(&cx, |_| true);
    next();
    drop(found);
    Ok(times)
}
