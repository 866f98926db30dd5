use super::*;

const SIZE: usize = 8;

fn lent() -> Arc<Lent> {
    let lent = Arc::new(Lent::default());
    lent.lend(3, Box::new(vec![0; SIZE]));
    lent
}

fn filled(lent: &Arc<Lent>, length: usize) -> Bytes {
    let mut landing = lent.landing().unwrap();
    landing.as_mut().fill(7);
    landing.freeze(length)
}

#[test]
fn a_piece_is_handed_over_with_the_last_of_its_bytes() {
    let lent = lent();
    let mut bytes = filled(&lent, 7);
    assert!(lent.landing().is_none(), "it is not free");
    let head = bytes.split_to(2);
    let bytes = lent.hand_over(bytes).unwrap_err();
    assert_eq!((&head[..], &bytes[..]), (&[7; 2][..], &[7; 5][..]));
    drop(head);
    assert_eq!(lent.hand_over(bytes), Ok(Span { number: 3, offset: 2, length: 5 }));
    assert!(lent.landing().is_none(), "it is not ours any more");
}

#[test]
fn a_piece_is_filled_again_if_it_was_not_handed_over() {
    let lent = lent();
    for length in [SIZE / 2 - 1, SIZE, 0] {
        let bytes = filled(&lent, length);
        let bytes = if length < SIZE { lent.hand_over(bytes).unwrap_err() } else { bytes };
        assert_eq!(bytes, vec![7; length]);
    }
    drop(lent.landing());
    assert_eq!(lent.hand_over(filled(&lent, SIZE)), Ok(Span { number: 3, offset: 0, length: 8 }));
}

#[test]
fn what_was_read_before_goes_to_nobody_else() {
    struct Shown(Arc<Mutex<Vec<u8>>>, Vec<u8>);
    impl AsRef<[u8]> for Shown {
        fn as_ref(&self) -> &[u8] {
            &self.1
        }
    }
    impl AsMut<[u8]> for Shown {
        fn as_mut(&mut self) -> &mut [u8] {
            &mut self.1
        }
    }
    impl Drop for Shown {
        fn drop(&mut self) {
            *self.0.lock().unwrap() = std::mem::take(&mut self.1);
        }
    }
    let (lent, shown) = (Arc::new(Lent::default()), Arc::default());
    lent.lend(1, Box::new(Shown(Arc::clone(&shown), vec![1; SIZE])));
    drop(filled(&lent, SIZE));
    let mut bytes = filled(&lent, 7);
    drop(bytes.split_to(2));
    assert!(lent.hand_over(bytes).is_ok());
    assert_eq!(*shown.lock().unwrap(), [0, 0, 7, 7, 7, 7, 7, 0]);
}

#[test]
fn the_one_that_was_lent_first_is_filled_first() {
    let lent = lent();
    lent.lend(4, Box::new(vec![0; SIZE]));
    drop(lent.landing());
    for number in [3, 4] {
        assert_eq!(lent.hand_over(filled(&lent, SIZE)).unwrap().number, number);
    }
}

#[test]
fn bytes_from_elsewhere_are_nobodys_piece() {
    let lent = lent();
    for elsewhere in [Bytes::from(vec![1; SIZE]), Bytes::new(), Bytes::from_static(&[1; 2 * SIZE])] {
        assert_eq!(lent.hand_over(elsewhere.clone()), Err(elsewhere));
    }
}

#[test]
fn what_was_given_back_is_used_by_nobody() {
    let lent = lent();
    let bytes = filled(&lent, SIZE);
    lent.give_back();
    assert_eq!(lent.hand_over(bytes).unwrap_err(), [7; SIZE][..]);
    assert!(lent.landing().is_none());
}
