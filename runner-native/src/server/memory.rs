use napi::bindgen_prelude::BufferSlice;
use rust_tunnel::bridge::Memory;

/// The memory of a buffer that JavaScript has lent.
struct JsMemory {
    start: *mut u8,
    length: usize,
}

// SAFETY: who has it is the only one to use it, see `memory_of`; no thread owns memory of its own.
#[allow(unsafe_code)]
unsafe impl Send for JsMemory {}

impl AsMut<[u8]> for JsMemory {
    fn as_mut(&mut self) -> &mut [u8] {
        // SAFETY: it is `length` bytes that were initialized when they were lent, that nobody else touches, and that stay
        // where they are, as `memory_of` asks for.
        #[allow(unsafe_code)]
        unsafe {
            std::slice::from_raw_parts_mut(self.start, self.length)
        }
    }
}

/// Takes the memory of a buffer for another thread.
///
/// V8 does not move the bytes of a buffer of more than 64, and frees them with the buffer. So `ts/lending.ts` keeps each
/// buffer that it lends, and lets nobody see it, until it was told that the memory was filled. `release` and `tear_down` take
/// all of it back, before the server and before the environment ends.
pub(super) fn memory_of(buffer: &mut BufferSlice<'_>) -> Memory {
    Box::new(JsMemory { start: buffer.as_mut_ptr(), length: buffer.len() })
}
