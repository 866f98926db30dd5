use super::*;

#[test]
fn what_comes_is_kept_in_order_however_long_it_is_waited_for() {
    for waits in 0..4 {
        let mut received = Received::default();
        for (at, piece) in ["", "one", "two"].into_iter().enumerate() {
            if at >= waits {
                received.own();
            }
            received.push(piece.into());
        }
        assert_eq!(received.length, 6);
        assert_eq!(received.take(), "onetwo");
        assert_eq!((received.length, received.take()), (0, Bytes::new()));
    }
}
