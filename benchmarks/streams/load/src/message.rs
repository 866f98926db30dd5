//! A request: what stands before the payload, the payload, and what stands after it.

use crate::payload::Payload;

pub(crate) struct Message {
    pub(crate) before: Vec<u8>,
    pub(crate) payload: usize,
    pub(crate) after: Vec<u8>,
    pub(crate) block: Payload,
}

impl Message {
    /// What follows at this place, not all of it at once. Nothing: it is at its end.
    pub(crate) fn from(&self, at: usize) -> &[u8] {
        if let Some(before) = self.before.get(at..).filter(|rest| !rest.is_empty()) {
            return before;
        }
        let at = at - self.before.len();
        if at < self.payload {
            let block = self.block.from(at);
            return block.get(..self.payload - at).unwrap_or(block);
        }
        self.after.get(at - self.payload..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_sent_whole_in_whatever_steps() {
        let block = Payload::new(b"0123456".to_vec()).unwrap();
        let message = Message { before: b"head".to_vec(), payload: 17, after: b"end".to_vec(), block };
        for step in 1..40 {
            let mut sent = Vec::new();
            loop {
                let rest = message.from(sent.len());
                if rest.is_empty() {
                    break;
                }
                sent.extend_from_slice(&rest[..step.min(rest.len())]);
            }
            assert_eq!(sent, b"head01234560123456012end");
        }
    }
}
