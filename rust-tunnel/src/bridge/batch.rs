use bytes::Bytes;

use crate::protocol::frame;

/// A taken batch that grew beyond this many bytes gives its memory back.
const KEPT_CAPACITY: usize = 1 << 20;
/// A payload that is at least so long is not copied among the other frames: the consumer can ask for it.
const APART: usize = 16 * 1024;

/// Frames that were taken together, end to end in one buffer.
#[derive(Default)]
pub struct Batch {
    bytes: Vec<u8>,
    marks: Vec<Mark>,
    /// Bytes of the ends that stand apart.
    tails: usize,
    /// The first frame that [`Batch::copy_into`] has not copied yet.
    next: usize,
}

struct Mark {
    id: u64,
    end: usize,
    /// The end of the frame, if it stands apart.
    tail: Bytes,
    retracted: bool,
}

/// What [`Batch::copy_into`] did.
#[derive(Debug, PartialEq, Eq)]
pub enum Copied {
    /// This many bytes were written; 0 means that nothing is left.
    Bytes(usize),
    /// Not even the next frame fits: it takes this many bytes.
    Needs(usize),
}

impl Batch {
    /// Appends what `write` writes as one frame of call `id`; gives its place.
    pub fn push(&mut self, id: u64, write: impl FnOnce(&mut Vec<u8>)) -> usize {
        self.push_with(id, Bytes::new(), write)
    }

    /// The same for a frame whose end is there already: it is kept as it is until the consumer comes.
    pub fn push_with(&mut self, id: u64, tail: Bytes, write: impl FnOnce(&mut Vec<u8>)) -> usize {
        write(&mut self.bytes);
        self.tails += tail.len();
        self.marks.push(Mark { id, end: self.bytes.len(), tail, retracted: false });
        self.marks.len() - 1
    }

    /// Moves the frames of `other` to the end of these.
    pub fn append(&mut self, other: &mut Batch) {
        let start = self.bytes.len();
        self.bytes.append(&mut other.bytes);
        self.tails += std::mem::take(&mut other.tails);
        self.marks.extend(other.marks.drain(..).map(|mark| Mark { end: start + mark.end, ..mark }));
    }

    /// How many frames are in it.
    pub fn len(&self) -> usize {
        self.marks.len()
    }

    /// How many bytes they are.
    pub fn bytes(&self) -> usize {
        self.bytes.len() + self.tails
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// Takes a frame back.
    pub fn retract(&mut self, index: usize) {
        if let Some(mark) = self.marks.get_mut(index) {
            mark.retracted = true;
        }
    }

    /// The ids of the frames that were taken back; their bytes are skipped.
    pub fn retracted(&self) -> impl Iterator<Item = u64> {
        self.marks.iter().filter(|mark| mark.retracted).map(|mark| mark.id)
    }

    /// The frames, in order, each in two parts.
    pub fn frames(&self) -> impl Iterator<Item = [&[u8]; 2]> {
        let starts = std::iter::once(0).chain(self.marks.iter().map(|mark| mark.end));
        let frames = starts.zip(&self.marks).filter(|(_, mark)| !mark.retracted);
        frames.filter_map(|(start, mark)| Some([self.bytes.get(start..mark.end)?, &mark.tail]))
    }

    /// Copies as many of the frames not copied yet as `out` holds, whole frames only; the ends of large ones stay, to be
    /// asked for by [`Batch::take_apart`].
    pub fn copy_into(&mut self, out: &mut [u8]) -> Copied {
        let mut written = 0;
        while let Some(mark) = self.marks.get(self.next) {
            let start =
                self.next.checked_sub(1).and_then(|last| self.marks.get(last)).map_or(0, |last| last.end);
            let head = self.bytes.get(start..mark.end).unwrap_or_default();
            let length = mark.tail.len();
            let moved = if length < APART { None } else { frame::apart(head, self.next, length) };
            let is_apart = moved.is_some();
            let (head, tail) = match &moved {
                _ if mark.retracted => (&[][..], &[][..]),
                Some(moved) => (&moved[..], &[][..]),
                None => (head, &mark.tail[..]),
            };
            let length = head.len() + tail.len();
            let space = out.get_mut(written..written + length);
            match space.and_then(|space| space.split_at_mut_checked(head.len())) {
                Some((before, behind)) => {
                    before.copy_from_slice(head);
                    behind.copy_from_slice(tail);
                }
                None if written == 0 => return Copied::Needs(length),
                None => break,
            }
            written += length;
            if let Some(mark) = self.marks.get_mut(self.next).filter(|_| !is_apart) {
                mark.tail = Bytes::new();
            }
            self.next += 1;
        }
        Copied::Bytes(written)
    }

    /// Gives the frames away, in order, each in two parts; an error ends it.
    pub fn drain<E>(&mut self, mut take: impl FnMut(&[u8], Bytes) -> Result<(), E>) -> Result<(), E> {
        let mut start = 0;
        for mark in self.marks.drain(..) {
            let head = self.bytes.get(start..mark.end).unwrap_or_default();
            start = mark.end;
            if !mark.retracted {
                take(head, mark.tail)?;
            }
        }
        Ok(())
    }

    /// The end of a frame that [`Batch::copy_into`] has left out, by the number that it has written instead; once.
    pub fn take_apart(&mut self, number: usize) -> Bytes {
        self.marks.get_mut(number).map(|mark| std::mem::take(&mut mark.tail)).unwrap_or_default()
    }

    /// Makes it empty, to be exchanged again.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_CAPACITY);
        self.marks.clear();
        self.tails = 0;
        self.next = 0;
    }
}
