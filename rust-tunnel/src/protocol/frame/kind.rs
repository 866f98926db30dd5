/// What a frame says. Below 64 it goes to JavaScript, from 64 on it comes from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Run a task or emit an event.
    Call = 1,
    /// May this call's body be read?
    Admit = 2,
    /// Which ids are there?
    Discover = 3,
    /// May this origin read answers?
    Origin = 4,
    /// Nobody waits for this call any more.
    Cancel = 5,
    /// A log record, as JSON.
    Report = 6,
    /// The server has closed; the last frame of all. The payload is why, empty for an ordinary close.
    Closed = 7,
    /// The next bytes of a call's body, or of the part of it under way.
    Chunk = 8,
    /// The body is complete, and has these trailers, as they were sent; or the part of it under way is, if the flags say
    /// `PART`.
    End = 9,
    /// The client has taken so many bytes of the answer, as u32.
    Taken = 10,
    /// A part of a form begins; its head, as JSON.
    Part = 11,
    /// The body can't be read to its end; its code and what is said, as JSON.
    Unreadable = 12,
    /// Is the worker's event loop alive? Asked on a worker's socket only.
    Ping = 13,
    /// The worker's settings are accepted, and the front listens: where, as JSON `{"worker","host","port"}`.
    Welcome = 14,
    /// The answer to `Call`, `Discover` or, when refused, `Admit`.
    Reply = 64,
    /// The body may be read.
    Admitted = 65,
    /// The answer to `Origin`.
    AllowedOrigin = 66,
    /// A worker's first frame: its settings, as JSON. The status field carries [`VERSION`](super::VERSION).
    Hello = 67,
    /// The head of an answer whose body follows.
    Begin = 68,
    /// The next bytes of the answer.
    Data = 69,
    /// The answer is complete; its trailers, as lines `name:value\n`.
    Finish = 70,
    /// The answer can't be completed: the connection is to be cut.
    Break = 71,
    /// The handler can take so many bytes more of the body, as u32.
    More = 72,
    /// An answer before the answer (1xx): all of its head, with the empty line.
    Interim = 73,
    /// The answer to `Ping`: the worker's resident memory in bytes, as u64.
    Pong = 74,
    /// The worker wants no more calls; when those that it has are answered, the front says `Closed`.
    Leaving = 75,
    /// The worker's application has booted: it can take calls. After `Welcome`, once.
    Ready = 76,
}

impl Kind {
    pub(super) fn from_byte(byte: u8) -> Option<Self> {
        use Kind::{
            Admit, Admitted, AllowedOrigin, Begin, Break, Call, Cancel, Chunk, Closed, Data, Discover, End,
            Finish, Hello, Interim, Leaving, More, Origin, Part, Ping, Pong, Ready, Reply, Report, Taken,
            Unreadable, Welcome,
        };
        const TO: [Kind; 14] = [
            Call, Admit, Discover, Origin, Cancel, Report, Closed, Chunk, End, Taken, Part, Unreadable, Ping,
            Welcome,
        ];
        const FROM: [Kind; 13] = [
            Reply,
            Admitted,
            AllowedOrigin,
            Hello,
            Begin,
            Data,
            Finish,
            Break,
            More,
            Interim,
            Pong,
            Leaving,
            Ready,
        ];
        let (kinds, first) = if byte < 64 { (&TO[..], 1) } else { (&FROM[..], 64) };
        kinds.get(usize::from(byte).checked_sub(first)?).copied()
    }
}
