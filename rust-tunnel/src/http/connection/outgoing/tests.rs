use std::task::Waker;

use tokio::io::duplex;

use super::*;

#[tokio::test]
async fn more_is_collected_while_the_socket_takes_all_of_it() {
    let (near, _far) = duplex(4 * MOST);
    let (mut wire, mut out) = (Wire::new(near, None), Outgoing::new());
    let mut context = Context::from_waker(Waker::noop());
    for enough in [ENOUGH, 2 * ENOUGH, MOST, MOST] {
        out.push(vec![0; enough - 1].into());
        assert!(!out.is_full());
        out.push(vec![0; SHARED].into());
        assert!(out.is_full());
        assert!(out.poll_write(&mut wire, &mut context).is_ready());
        assert!(out.is_empty());
    }
    // The client reads nothing: now it has to wait.
    out.push(vec![0; 4 * MOST].into());
    assert!(out.poll_write(&mut wire, &mut context).is_pending());
    assert_eq!(out.enough, ENOUGH);
}
