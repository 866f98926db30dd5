use std::sync::{Mutex, MutexGuard, PoisonError};

/// Shorter bytes would leave too much of a buffer empty.
const LEAST: usize = 32 * 1024;

/// Memory of the other side, into which bytes go at once that it would otherwise have to copy itself: they are in this
/// thread's cache.
pub type Memory = Box<dyn AsMut<[u8]> + Send>;

/// Memory that the other side has lent, each piece to be filled once.
#[derive(Default)]
pub struct Lent(Mutex<Vec<(u32, Memory)>>);

impl Lent {
    /// Takes memory by the number that its owner will be told when it was filled.
    pub fn lend(&self, number: u32, memory: Memory) {
        self.pieces().push((number, memory));
    }

    /// Lets go of what was not filled; nothing writes to it any more.
    pub fn give_back(&self) {
        self.pieces().clear();
    }

    /// Copies the bytes to memory that they fit into, if there is some.
    pub(super) fn fill(&self, bytes: &[u8]) -> Option<u32> {
        if bytes.len() < LEAST {
            return None;
        }
        // Under the lock, so that nothing is given back meanwhile.
        let mut pieces = self.pieces();
        let (number, mut memory) = pieces.pop()?;
        if let Some(space) = memory.as_mut().as_mut().get_mut(..bytes.len()) {
            space.copy_from_slice(bytes);
            return Some(number);
        }
        pieces.push((number, memory));
        None
    }

    fn pieces(&self) -> MutexGuard<'_, Vec<(u32, Memory)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// Memory that can be looked at.
    #[derive(Clone)]
    struct Shown(Arc<Mutex<Vec<u8>>>);

    struct Inside(Shown, Vec<u8>);

    impl AsMut<[u8]> for Inside {
        fn as_mut(&mut self) -> &mut [u8] {
            &mut self.1
        }
    }

    impl Drop for Inside {
        fn drop(&mut self) {
            *self.0.0.lock().unwrap() = std::mem::take(&mut self.1);
        }
    }

    #[test]
    fn each_piece_is_filled_once_by_what_fits() {
        let lent = Lent::default();
        let shown = Shown(Arc::default());
        let bytes = vec![7; LEAST];
        assert_eq!(lent.fill(&bytes), None);
        lent.lend(3, Box::new(Inside(shown.clone(), vec![0; LEAST + 1])));
        assert_eq!(lent.fill(&bytes[1..]), None, "too short to be worth it");
        assert_eq!(lent.fill(&vec![7; LEAST + 2]), None, "too long");
        assert_eq!(lent.fill(&bytes), Some(3));
        assert_eq!(shown.0.lock().unwrap()[..], [&bytes[..], &[0]].concat());
        assert_eq!(lent.fill(&bytes), None);
        lent.lend(4, Box::new(Inside(shown, vec![0; LEAST])));
        lent.give_back();
        assert_eq!(lent.fill(&bytes), None);
    }
}
