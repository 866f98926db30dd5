//! What is sent, and should come back: one block over and over.

/// A received piece is compared at both of its ends, over so many bytes.
const SAMPLE: usize = 16;

/// How much of what is received is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    /// Both ends of each piece: what is lost, doubled or out of order shows, at next to no cost.
    Ends,
    All,
}

pub(crate) struct Payload(Vec<u8>);

impl Payload {
    pub(crate) fn new(block: Vec<u8>) -> Option<Self> {
        (!block.is_empty()).then_some(Self(block))
    }

    /// What follows at this place, as far as the end of a block.
    pub(crate) fn from(&self, at: usize) -> &[u8] {
        self.0.get(at % self.0.len()..).unwrap_or_default()
    }

    /// Whether a piece is what stands at this place.
    pub(crate) fn holds(&self, piece: &[u8], at: usize, compared: Compared) -> bool {
        if compared == Compared::All || piece.len() <= SAMPLE {
            return self.is_at(piece, at);
        }
        let end = piece.len() - SAMPLE;
        let (first, last) = (piece.get(..SAMPLE), piece.get(end..));
        first.is_some_and(|first| self.is_at(first, at))
            && last.is_some_and(|last| self.is_at(last, at + end))
    }

    fn is_at(&self, mut piece: &[u8], mut at: usize) -> bool {
        while !piece.is_empty() {
            let wanted = self.from(at);
            let length = wanted.len().min(piece.len());
            let (now, later) = piece.split_at(length);
            if !wanted.starts_with(now) {
                return false;
            }
            (piece, at) = (later, at + length);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload() -> Payload {
        Payload::new((0..=250).collect()).unwrap()
    }

    #[test]
    fn a_piece_is_known_by_its_place_over_the_end_of_a_block() {
        let whole: Vec<u8> = (0..=250).chain(0..=250).collect();
        for compared in [Compared::Ends, Compared::All] {
            for (at, length) in [(0, 502), (240, 100), (250, 1), (3, 251), (0, 0)] {
                let piece = &whole[at..at + length];
                assert!(payload().holds(piece, at, compared));
                assert!(payload().holds(piece, at + 251, compared));
                assert!(piece.is_empty() || !payload().holds(piece, at + 1, compared));
            }
        }
    }

    #[test]
    fn a_wrong_byte_in_the_middle_is_seen_by_who_looks_at_all() {
        let mut piece: Vec<u8> = (0..=250).collect();
        piece[100] = 0;
        assert!(payload().holds(&piece, 0, Compared::Ends));
        assert!(!payload().holds(&piece, 0, Compared::All));
        piece[250] = 0;
        assert!(!payload().holds(&piece, 0, Compared::Ends));
    }

    #[test]
    fn nothing_makes_no_payload() {
        assert!(Payload::new(vec![]).is_none());
    }
}
