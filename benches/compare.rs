//! From rendered overlays to differences with a cause.

#[path = "generated/mod.rs"]
mod generated;

use divan::Bencher;
use divan::counter::ItemsCount;
use paritylint::compare::compare;
use paritylint::config::Config;
use paritylint::layout::{Choices, Layout};
use paritylint::render::{Options, Renderer, evaluate};
use paritylint::syntax::Store;

fn main() {
    divan::main();
}

/// So many units, every environment with the one before it.
#[divan::bench(args = [10, 100], consts = [2, 4])]
fn environments<const ENVIRONMENTS: usize>(bencher: Bencher<'_, '_>, units: usize) {
    let snapshot = generated::repository(units, ENVIRONMENTS);
    let store = Store::new(&snapshot);
    let layout = Layout::discover(&store, &Choices::default());
    let renderer = Renderer::new(&store, Options { restricted: false, partial: true });
    let evaluated =
        evaluate::all(&layout, |_| true, |_, overlay| Some(renderer.render(&overlay.root)));
    let config = Config::default();
    let run = || compare(&snapshot, &config, &layout, &evaluated);
    let comparison = run();
    assert_eq!(comparison.comparisons, units * (ENVIRONMENTS - 1));
    assert!(!comparison.causes.is_empty());
    bencher.counter(ItemsCount::new(comparison.comparisons)).bench(run);
}
