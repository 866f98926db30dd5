//! Memory of the other side, to which bodies are read that it would otherwise have to copy.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

/// One piece of such memory.
pub type Memory = Box<dyn Space>;

/// What can be read, and written by whoever is the only one to have it.
pub trait Space: AsRef<[u8]> + AsMut<[u8]> + Send + Sync {}

impl<T: AsRef<[u8]> + AsMut<[u8]> + Send + Sync> Space for T {}

/// Memory that is lent: each piece until what was read to it is handed over.
///
/// The other side may do with it what it likes from then on, so nothing here may see it any more. Therefore a piece is handed
/// over only when whoever gives its bytes is the last to have any of them; else they are to be copied, and the piece is
/// filled again.
#[derive(Default)]
pub struct Lent(Mutex<Vec<Piece>>);

struct Piece {
    /// How its owner is told of it.
    number: u32,
    /// Nothing else has it while it is free.
    memory: Arc<Memory>,
}

/// Where bytes are that were handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Of the piece.
    pub number: u32,
    /// Of the first byte in it, in bytes.
    pub offset: u32,
    /// How many bytes they are.
    pub length: u32,
}

impl Lent {
    /// Takes memory by the number that its owner will be told.
    pub fn lend(&self, number: u32, memory: Memory) {
        self.pieces().push(Piece { number, memory: Arc::new(memory) });
    }

    /// Lets go of all that nobody has.
    pub fn give_back(&self) {
        self.pieces().clear();
    }

    /// A piece to read to, if one is free: the one that was lent first, for V8 takes what survives two of its minor
    /// collections for long-lived.
    pub(crate) fn landing(self: &Arc<Self>) -> Option<Landing> {
        let mut pieces = self.pieces();
        let at = pieces.iter_mut().position(|piece| Arc::get_mut(&mut piece.memory).is_some())?;
        let piece = pieces.remove(at);
        Some(Landing { piece: Some(piece), lent: self.clone() })
    }

    /// Hands the piece over in which these bytes are, if nothing else is seen of it, and if they fill a good part of it.
    ///
    /// # Errors
    /// The bytes, which are to be copied.
    pub(crate) fn hand_over(&self, bytes: Bytes) -> Result<Span, Bytes> {
        let mut pieces = self.pieces();
        let found = pieces.iter().enumerate().find_map(|(at, piece)| Some((at, piece.offset_of(&bytes)?)));
        let Some((at, offset)) = found else { return Err(bytes) };
        let Piece { number, mut memory } = pieces.remove(at);
        let length = bytes.len();
        drop(bytes);
        let Some(alone) = Arc::get_mut(&mut memory) else {
            let bytes = view(&memory).slice(offset..offset + length);
            pieces.insert(at, Piece { number, memory });
            return Err(bytes);
        };
        // What else is in it may be of another client.
        let all = alone.as_mut().as_mut();
        all.get_mut(..offset).unwrap_or_default().fill(0);
        all.get_mut(offset + length..).unwrap_or_default().fill(0);
        Ok(Span { number, offset: offset as u32, length: length as u32 })
    }

    fn pieces(&self) -> MutexGuard<'_, Vec<Piece>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Piece {
    /// Where these bytes begin in it, if they are in it and fill a good part of it.
    fn offset_of(&self, bytes: &[u8]) -> Option<usize> {
        let all = (*self.memory).as_ref().as_ref();
        let is_here = all.as_ptr_range().contains(&bytes.as_ptr()) && bytes.len() >= all.len() / 2;
        is_here.then(|| bytes.as_ptr().addr() - all.as_ptr().addr())
    }
}

/// A piece in the hands of the only one who reads to it.
pub(crate) struct Landing {
    piece: Option<Piece>,
    lent: Arc<Lent>,
}

impl Landing {
    /// What was read to it.
    pub(crate) fn freeze(mut self, length: usize) -> Bytes {
        let Some(piece) = self.piece.take() else { return Bytes::new() };
        let bytes = view(&piece.memory).slice(..length);
        self.lent.pieces().push(piece);
        bytes
    }
}

impl AsMut<[u8]> for Landing {
    fn as_mut(&mut self) -> &mut [u8] {
        let memory = self.piece.as_mut().and_then(|piece| Arc::get_mut(&mut piece.memory));
        memory.map(|memory| memory.as_mut().as_mut()).unwrap_or_default()
    }
}

impl Drop for Landing {
    fn drop(&mut self) {
        if let Some(piece) = self.piece.take() {
            self.lent.pieces().insert(0, piece);
        }
    }
}

fn view(memory: &Arc<Memory>) -> Bytes {
    struct View(Arc<Memory>);
    impl AsRef<[u8]> for View {
        fn as_ref(&self) -> &[u8] {
            (*self.0).as_ref().as_ref()
        }
    }
    Bytes::from_owner(View(memory.clone()))
}

#[cfg(test)]
mod tests;
