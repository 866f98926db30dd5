use super::*;

#[test]
fn what_came_unasked_counts_against_what_is_asked_for_next() {
    let window = Window::default();
    for _ in 0..100 {
        window.grant(10);
        assert!(window.is_open());
        // A few are left, and the next piece is large all the same.
        window.spend(9);
        window.spend(9);
        assert!(!window.is_open());
        window.grant(8);
        assert!(!window.is_open(), "the debt is paid, no more");
    }
}
