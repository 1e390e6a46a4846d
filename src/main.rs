//! The `paritylint` program.

fn main() {}
