//! From a repository in memory to what every overlay runs; texts are parsed once before.

#[path = "generated/mod.rs"]
mod generated;

use divan::Bencher;
use divan::counter::ItemsCount;
use paritylint::layout::{Choices, Layout};
use paritylint::render::{Options, Renderer, evaluate};
use paritylint::syntax::Store;

fn main() {
    divan::main();
}

/// So many units in three environments.
#[divan::bench(args = [10, 100])]
fn overlays(bencher: Bencher<'_, '_>, units: usize) {
    let snapshot = generated::repository(units, 3);
    let store = Store::new(&snapshot);
    let layout = Layout::discover(&store, &Choices::default());
    let options = Options { restricted: false, partial: true };
    let render = || {
        let renderer = Renderer::new(&store, options);
        evaluate::all(&layout, |_| true, |_, overlay| Some(renderer.render(&overlay.root)))
    };
    let overlays = render();
    assert!(overlays.len() == units * 3 && overlays.iter().all(|one| one.output().is_some()));
    bencher.counter(ItemsCount::new(overlays.len())).bench(render);
}

/// Which environments and units there are.
#[divan::bench(args = [10, 100])]
fn layout(bencher: Bencher<'_, '_>, units: usize) {
    let snapshot = generated::repository(units, 3);
    let store = Store::new(&snapshot);
    bencher.bench(|| Layout::discover(&store, &Choices::default()));
}
