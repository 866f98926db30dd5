use rust_tunnel::http::guard::Guard;

/// However the bytes of a connection are cut into reads, the guard says the same of them, reads the same heads and
/// trailers, and leaves the same bytes of the same bodies.
pub fn run(bytes: &[u8]) {
    let whole = verdict(bytes, bytes.len());
    for cut in [1, 2, 7] {
        assert_eq!(verdict(bytes, cut), whole, "read by {cut}");
    }
    if let Err(refused) = Guard::new().inspect(&mut bytes.to_vec()) {
        let mut clean = bytes[..refused.clean].to_vec();
        assert!(Guard::new().inspect(&mut clean).is_ok(), "what is clean is accepted");
    }
}

/// The answer to what is refused; all heads and trailers before it; without a refusal the bytes of bodies, and how many
/// of them each head has behind it.
type Verdict = (Option<&'static [u8]>, Vec<[Vec<u8>; 2]>, Vec<u8>, Vec<(usize, bool)>);

fn verdict(bytes: &[u8], cut: usize) -> Verdict {
    let mut guard = Guard::new();
    let mut passed = Vec::new();
    let refused = bytes.chunks(cut.max(1)).find_map(|read| {
        let mut read = read.to_vec();
        let seen = guard.inspect(&mut read).inspect_err(|_| passed.clear());
        seen.map(|kept| passed.extend_from_slice(&read[..kept])).err()
    });
    let mut bodies = Vec::new();
    let mut heads = Vec::new();
    while let Some(head) = guard.next_head() {
        heads.push([head.raw.to_vec(), head.trailers.lines().to_vec()]);
        bodies.push(guard.body());
        guard.end_body();
    }
    if refused.is_some() {
        bodies.clear();
    }
    assert!(refused.is_some() || bodies.iter().map(|(arrived, _)| arrived).sum::<usize>() == passed.len());
    (refused.map(|refused| refused.refusal.response()), heads, passed, bodies)
}
