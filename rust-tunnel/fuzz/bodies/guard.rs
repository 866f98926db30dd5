use rust_tunnel::http::guard::Guard;

/// However the bytes of a connection are cut into reads, the guard says the same of them and reads the same heads.
pub fn run(bytes: &[u8]) {
    let whole = verdict(bytes, bytes.len());
    for cut in [1, 2, 7] {
        assert_eq!(verdict(bytes, cut), whole, "read by {cut}");
    }
    let mut guard = Guard::new();
    if let Err(refused) = guard.inspect(bytes) {
        assert!(refused.clean <= bytes.len());
        let mut before = Guard::new();
        assert!(before.inspect(&bytes[..refused.clean]).is_ok(), "what is clean is accepted");
    }
}

/// The answer to what is refused, and all heads before.
fn verdict(bytes: &[u8], cut: usize) -> (Option<&'static [u8]>, Vec<Vec<u8>>) {
    let mut guard = Guard::new();
    let refused = bytes.chunks(cut.max(1)).find_map(|read| guard.inspect(read).err());
    let heads = std::iter::from_fn(|| guard.next_head()).map(|head| head.to_vec()).collect();
    (refused.map(|refused| refused.refusal.response()), heads)
}
