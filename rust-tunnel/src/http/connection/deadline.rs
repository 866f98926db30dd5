//! Which deadline counts at a moment: the table of timeouts of `docs/LIFECYCLE.md`.

use std::future::Future;
use std::pin::Pin;
use std::task::Context;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, Sleep};

use super::activity::Activity;
use crate::config::Timeouts;
use crate::http::io::Wire;
use crate::http::io::guard::Phase;

/// How long a connection may be idle before it gives its state back. Long enough that a busy one never does.
pub(super) const PARK: Duration = Duration::from_millis(200);
/// With more active connections than these on a server, idle ones park at once: the state of thousands that become idle
/// together would otherwise stay in the allocator's hands.
const CROWD: usize = 256;
/// What Node adds to the advertised keep-alive time before it closes.
const KEEP_ALIVE_BUFFER: Duration = Duration::from_secs(1);
/// What Node writes to a client whose head takes too long.
const HEAD_TIMEOUT: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n";

/// Whether the time has come; if not, the timer wakes the task when it has. It is armed anew only when it is late, or was
/// too early: on a busy connection deadlines move with every request.
pub(super) fn has_passed(at: Instant, mut timer: Pin<&mut Sleep>, context: &mut Context<'_>) -> bool {
    loop {
        if at < timer.deadline() {
            timer.as_mut().reset(at);
        }
        if timer.as_mut().poll(context).is_pending() {
            return false;
        }
        if Instant::now() >= at {
            return true;
        }
        timer.as_mut().reset(at);
    }
}

/// What is to be done when a deadline has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expiry {
    Park,
    /// `None`: the client takes nothing any more.
    End(Option<&'static [u8]>),
}

/// What a connection is doing right now, and since when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) opened: Instant,
    pub(super) answered: Option<Instant>,
    pub(super) busy: bool,
    pub(super) settled: bool,
    pub(super) phase: Phase,
    pub(super) head_since: Option<Instant>,
    pub(super) stalled_since: Option<Instant>,
    /// How many connections of the server are active.
    pub(super) active: usize,
}

impl Moment {
    pub(super) fn of<S: AsyncRead + AsyncWrite + Unpin>(
        activity: &Activity,
        wire: &Wire<S>,
        busy: bool,
        active: usize,
    ) -> Self {
        Moment {
            active,
            opened: activity.opened,
            answered: activity.answered,
            busy,
            settled: wire.is_settled(),
            phase: wire.phase(),
            head_since: wire.head_since(),
            stalled_since: wire.stalled_since(),
        }
    }

    /// Whether some answer waits for the client to accept it.
    pub(super) fn is_stalled(&self) -> bool {
        self.stalled_since.is_some()
    }

    /// Whether no answer is owed or half written.
    pub(super) fn has_answered_all(&self) -> bool {
        !self.busy && !self.is_stalled()
    }

    /// When an active connection has to be looked at again, and what happens then.
    pub(super) fn deadline(&self, timeouts: &Timeouts) -> Option<(Instant, Expiry)> {
        if let Some(since) = self.stalled_since {
            return Some((since + timeouts.write, Expiry::End(None)));
        }
        if self.busy {
            // `requestMs` and `handlerMs` are the pipeline's.
            return None;
        }
        let idle_since = self.answered.unwrap_or(self.opened);
        match self.phase {
            Phase::Head => {
                let since = self.head_since.unwrap_or(idle_since);
                timeouts.head.get().map(|limit| (since + limit, Expiry::End(Some(HEAD_TIMEOUT))))
            }
            // The rest of a body that was answered without being read.
            Phase::Body => timeouts.request.get().map(|limit| (idle_since + limit, Expiry::End(Some(b"")))),
            Phase::Idle if self.settled && self.active > CROWD => Some((idle_since, Expiry::Park)),
            Phase::Idle if self.settled => Some((idle_since + PARK, Expiry::Park)),
            Phase::Idle => None,
        }
    }

    /// Whether it waits for another request, as `http.Server.closeIdleConnections()` has it: after a first one.
    pub(super) fn is_idle(&self) -> bool {
        !self.busy && self.settled && self.answered.is_some()
    }

    /// Until when a parked connection waits for the next request.
    pub(super) fn parked_until(&self, timeouts: &Timeouts) -> Option<Instant> {
        match self.answered {
            Some(since) => Some(since + timeouts.keep_alive.get()? + KEEP_ALIVE_BUFFER),
            None => Some(self.opened + timeouts.head.get()?),
        }
    }

    /// What a parked connection says when it has waited long enough.
    pub(super) fn parked_farewell(&self) -> &'static [u8] {
        if self.answered.is_some() { b"" } else { HEAD_TIMEOUT }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::config;

    fn idle() -> Moment {
        let opened = Instant::now();
        Moment {
            opened,
            answered: Some(opened + Duration::from_secs(10)),
            busy: false,
            settled: true,
            phase: Phase::Idle,
            head_since: None,
            stalled_since: None,
            active: 1,
        }
    }

    #[test]
    fn each_state_has_the_deadline_of_the_table() {
        let timeouts = config(&serde_json::json!({})).timeouts;
        let idle = idle();
        let answered = idle.answered.unwrap();
        let later = answered + Duration::from_secs(1);
        let cases = [
            (idle, Some((answered + PARK, Expiry::Park))),
            (Moment { active: CROWD + 1, ..idle }, Some((answered, Expiry::Park))),
            (Moment { busy: true, ..idle }, None),
            (Moment { settled: false, ..idle }, None),
            (
                Moment { phase: Phase::Head, head_since: Some(later), ..idle },
                Some((later + timeouts.head.get().unwrap(), Expiry::End(Some(HEAD_TIMEOUT)))),
            ),
            (
                Moment { phase: Phase::Body, ..idle },
                Some((answered + timeouts.request.get().unwrap(), Expiry::End(Some(b"")))),
            ),
            (Moment { phase: Phase::Body, busy: true, ..idle }, None),
            (
                Moment { busy: true, stalled_since: Some(later), ..idle },
                Some((later + timeouts.write, Expiry::End(None))),
            ),
        ];
        for (moment, expected) in cases {
            assert_eq!(moment.deadline(&timeouts), expected, "{moment:?}");
        }
    }

    #[test]
    fn a_silent_client_is_told_and_an_idle_one_is_not() {
        let timeouts = config(&serde_json::json!({})).timeouts;
        let idle = idle();
        assert_eq!(idle.parked_until(&timeouts), Some(idle.answered.unwrap() + Duration::from_secs(6)));
        assert_eq!(idle.parked_farewell(), b"");
        let silent = Moment { answered: None, ..idle };
        assert_eq!(silent.parked_until(&timeouts), Some(silent.opened + timeouts.head.get().unwrap()));
        assert_eq!(silent.parked_farewell(), HEAD_TIMEOUT);
    }

    #[test]
    fn a_timeout_of_zero_is_none() {
        let timeouts = config(&serde_json::json!({})).timeouts;
        let idle = idle();
        let silent = Moment { answered: None, ..idle };
        let body = Moment { phase: Phase::Body, ..idle };
        let head = Moment { phase: Phase::Head, ..idle };
        for timeout in [&timeouts.head, &timeouts.request, &timeouts.keep_alive] {
            timeout.set(0);
        }
        assert_eq!((idle.parked_until(&timeouts), silent.parked_until(&timeouts)), (None, None));
        assert_eq!((head.deadline(&timeouts), body.deadline(&timeouts)), (None, None));
    }
}
