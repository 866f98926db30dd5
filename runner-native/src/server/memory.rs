use napi::bindgen_prelude::BufferSlice;
use rust_tunnel::backend::Memory;

/// The memory of a buffer that JavaScript has lent.
struct JsMemory {
    start: *mut u8,
    length: usize,
}

// SAFETY: it is plain bytes, which no thread owns; who may read or write them is what the compiler checks for any value.
#[allow(unsafe_code)]
unsafe impl Send for JsMemory {}
// SAFETY: as above; what is shared is only read.
#[allow(unsafe_code)]
unsafe impl Sync for JsMemory {}

impl AsRef<[u8]> for JsMemory {
    fn as_ref(&self) -> &[u8] {
        // SAFETY: it is `length` bytes that stay where they are, and that nobody else touches, as `memory_of` says.
        #[allow(unsafe_code)]
        unsafe {
            std::slice::from_raw_parts(self.start, self.length)
        }
    }
}

impl AsMut<[u8]> for JsMemory {
    fn as_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `as_ref`, and whoever has it exclusively is the only one of our side too.
        #[allow(unsafe_code)]
        unsafe {
            std::slice::from_raw_parts_mut(self.start, self.length)
        }
    }
}

/// Takes the memory of a buffer for other threads.
///
/// V8 does not move the bytes of a buffer of more than 64, and frees them with the buffer. So `ts/lending.ts` keeps each
/// buffer that it lends, and lets nobody see it, until it is told that the buffer was handed over: from then on nothing of
/// our side has its bytes (`Lent::hand_over`), and a handler may give it away or let it go. The rest stays with our side until
/// its threads have ended, which `release` and `tear_down` wait for before JavaScript can let go of anything.
pub(super) fn memory_of(buffer: &mut BufferSlice<'_>) -> Memory {
    Box::new(JsMemory { start: buffer.as_mut_ptr(), length: buffer.len() })
}
