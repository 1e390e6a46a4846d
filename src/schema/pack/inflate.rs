//! Decompression of what lies in `schemas/`.
//!
//! Zlib, because Python's standard library writes it and one small crate without unsafe code reads
//! it. Measured: 28 kB for Kubernetes and 94 kB for custom resources, unpacked in 1 to 2 ms each;
//! with zstd (level 22) 22 and 71 kB, with xz 21 and 68 kB. That is not worth a larger decoder and
//! scripts that need more than Python.

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

/// Largest text that a file may hold, in bytes.
const LIMIT: usize = 64 << 20;

/// The text in a compressed file; empty where it is not what the scripts write.
pub(super) fn inflate(compressed: &[u8]) -> String {
    let bytes = decompress_to_vec_zlib_with_limit(compressed, LIMIT).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}
