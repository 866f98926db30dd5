//! The fuzz targets' bodies over their corpus, on any compiler. How to fuzz: `rust-tunnel/fuzz/Cargo.toml`.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "../fuzz/bodies/form.rs"]
mod form;
#[path = "../fuzz/bodies/frame.rs"]
mod frame;
#[path = "../fuzz/bodies/guard.rs"]
mod guard;

/// Every file of a target's corpus, and each of its beginnings.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = format!("{}/fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(&folder).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
    let inputs: Vec<Vec<u8>> =
        files.flat_map(|whole| (0..=whole.len()).map(move |end| whole[..end].to_vec())).collect();
    assert!(!inputs.is_empty(), "{folder} is empty");
    inputs
}

#[test]
fn the_guard_is_the_same_however_reads_fall() {
    corpus("guard").iter().for_each(|bytes| guard::run(bytes));
}

#[test]
fn a_form_is_the_same_however_reads_fall() {
    corpus("form").iter().for_each(|bytes| form::run(bytes));
}

#[test]
fn any_bytes_split_into_frames_or_fail() {
    corpus("frame").iter().for_each(|bytes| frame::run(bytes));
}
