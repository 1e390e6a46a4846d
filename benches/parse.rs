//! From text to trees.

#[path = "generated/mod.rs"]
#[expect(dead_code, reason = "only the text of one file is needed")]
mod generated;

use divan::Bencher;
use divan::counter::BytesCount;
use paritylint::syntax::parse_yaml;
use paritylint::text::FileId;

fn main() {
    divan::main();
}

/// A file of so many workloads.
#[divan::bench(args = [1, 10, 100])]
fn workloads(bencher: Bencher<'_, '_>, count: usize) {
    let one = generated::workload("service");
    let text = vec![one; count].join("---\n");
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| parse_yaml(FileId(0), divan::black_box(&text)));
}

/// A block of text inside a manifest, as config maps hold it.
#[divan::bench(args = [100, 10_000])]
fn block_scalar(bencher: Bencher<'_, '_>, lines: usize) {
    let text = format!("data:\n  file: |\n{}", "    key = value of a setting\n".repeat(lines));
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| parse_yaml(FileId(0), divan::black_box(&text)));
}
