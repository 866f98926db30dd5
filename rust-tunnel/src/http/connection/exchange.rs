//! Requests and their answers on one connection, one after the other.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{HeaderMap, Response, header};
use http_body::Body;
use http_body_util::Either;

use super::Serve;
use super::encoder::{Asked, Encoder};
use super::intake::Intake;
use super::outgoing::Outgoing;
use crate::http::body::ResponseBody;
use crate::http::io::{Socket, Wire};
use crate::http::request::{Peers, Request};
use crate::http::respond::{Cut, panicked};
use crate::protocol::{BodyStream, Interim};

/// No more interim answers wait for a client that reads nothing.
const ENOUGH_INTERIM: usize = 64 * 1024;

/// The requests of a connection, the one under way first.
pub(super) struct Exchange<'a, V> {
    service: &'a V,
    peers: Peers,
    /// What is to be sent before the answer under way.
    interim: Interim,
    state: State<'a>,
    asked: Asked,
    intake: Intake,
    out: Outgoing,
    /// No other request follows.
    is_last: bool,
    /// An answer was completed that [`Exchange::has_answered`] has not told of.
    has_answered: bool,
}

enum State<'a> {
    /// For the next request.
    Waiting,
    Answering(Pin<Box<dyn Future<Output = Result<Response<ResponseBody>, Cut>> + Send + 'a>>),
    /// An answer comes in pieces.
    Sending(BodyStream, Encoder),
    /// The rest of the answer waits for the socket.
    Ending,
    /// It does, and the answer can't be completed.
    Breaking,
}

/// How a step went.
#[derive(PartialEq, Eq)]
enum Step {
    /// There may be more to do.
    Moved,
    /// Nothing can be done before somebody is woken.
    Stuck,
    /// The connection has to end.
    Over,
}

impl<'a, V: Serve> Exchange<'a, V> {
    pub(super) fn new(service: &'a V, peers: Peers) -> Self {
        Exchange {
            service,
            peers,
            interim: Interim::default(),
            state: State::Waiting,
            asked: Asked::default(),
            intake: Intake::default(),
            out: Outgoing::new(),
            is_last: false,
            has_answered: false,
        }
    }

    /// Whether an answer is owed, or not all of it is written.
    pub(super) fn is_busy(&self) -> bool {
        !matches!(self.state, State::Waiting)
    }

    /// Whether somebody waits for more of a request's body, which is read for nobody else then.
    pub(super) fn is_reading(&self) -> bool {
        self.intake.is_wanted()
    }

    /// Whether the answer under way has begun: nothing else can be said before it ends.
    pub(super) fn has_begun(&self) -> bool {
        matches!(self.state, State::Sending(..) | State::Ending | State::Breaking)
    }

    /// Whether what was read last is something to go on with: the next request, or the end of a body.
    pub(super) fn can_go_on<S: Socket>(&self, wire: &Wire<S>) -> bool {
        if self.intake.is_over() { !self.is_busy() && wire.has_head() } else { wire.body() == (0, true) }
    }

    /// Whether an answer was completed since this was asked last.
    pub(super) fn has_answered(&mut self) -> bool {
        std::mem::take(&mut self.has_answered)
    }

    /// No request is to follow the one under way.
    pub(super) fn stop(&mut self) {
        self.is_last = true;
    }

    /// Serves what has come, as far as it goes. `Ready`: the connection has to end.
    pub(super) fn poll<S: Socket>(&mut self, wire: &mut Wire<S>, context: &mut Context<'_>) -> Poll<()> {
        loop {
            let step = self.advance(wire, context);
            if step == Step::Over {
                return Poll::Ready(());
            }
            if !self.feed(wire, context) && step == Step::Stuck {
                break;
            }
        }
        self.intake.watch(context);
        Poll::Pending
    }

    fn advance<S: Socket>(&mut self, wire: &mut Wire<S>, context: &mut Context<'_>) -> Step {
        let step = match &mut self.state {
            State::Waiting => return self.begin(wire),
            State::Answering(answering) => match answering.as_mut().poll(context) {
                Poll::Ready(Ok(response)) => self.answer(response),
                Poll::Ready(Err(Cut)) => {
                    self.state = State::Breaking;
                    Step::Moved
                }
                Poll::Pending => {
                    self.say_before(context);
                    Step::Stuck
                }
            },
            State::Sending(..) => self.send(context),
            State::Ending | State::Breaking => Step::Moved,
        };
        match self.out.poll_write(wire, context) {
            Poll::Ready(Ok(())) => match self.state {
                State::Ending => {
                    self.state = State::Waiting;
                    self.has_answered = true;
                }
                State::Breaking => return Step::Over,
                _ => {}
            },
            Poll::Ready(Err(_)) => return Step::Over,
            // What else there is to send has to wait as well.
            Poll::Pending if self.out.is_full() || !matches!(self.state, State::Sending(..)) => {
                return Step::Stuck;
            }
            Poll::Pending => {}
        }
        step
    }

    /// Begins with the next request, once the last one's body is over.
    fn begin<S: Socket>(&mut self, wire: &mut Wire<S>) -> Step {
        if !self.intake.let_go(wire) {
            return Step::Over;
        }
        // Of a read that was refused, nothing can be relied on.
        if !self.intake.is_over() || wire.over().is_some() {
            return Step::Stuck;
        }
        if self.is_last {
            return Step::Over;
        }
        let Some(head) = wire.next_head() else { return Step::Stuck };
        drop(self.interim.take());
        self.asked = Asked::of(&head);
        self.is_last = head.closes;
        let body = self.intake.begin(&head, wire);
        let request = Request { head, peers: self.peers.clone(), interim: self.interim.clone(), body };
        self.state = State::Answering(Box::pin(self.service.serve(request)));
        Step::Moved
    }

    /// Brings more of the request's body to whoever waits for it. `false`: nothing could be done.
    fn feed<S: Socket>(&mut self, wire: &mut Wire<S>, context: &mut Context<'_>) -> bool {
        let is_said = matches!(self.state, State::Answering(_)) && self.say_continue();
        is_said || self.intake.feed(wire, context)
    }

    /// Lets the client send a body that somebody waits for; `false` if it does not wait to be told.
    fn say_continue(&mut self) -> bool {
        let is_due = self.intake.lets_come();
        if is_due {
            self.out.text().extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
        }
        is_due
    }

    /// Takes interim answers on their way.
    fn say_before(&mut self, context: &Context<'_>) {
        self.interim.watch(context);
        let interim = self.interim.take();
        if !interim.is_empty() && self.out.len() < ENOUGH_INTERIM {
            self.out.text().extend_from_slice(&interim);
        }
    }

    fn answer(&mut self, response: Response<ResponseBody>) -> Step {
        // Its body was counted on when the answer was made.
        self.say_continue();
        let interim = self.interim.take();
        self.out.text().extend_from_slice(&interim);
        let (head, body) = if response.status().is_informational() {
            // The client would go on waiting, and take the next answer for this one.
            self.is_last = true;
            panicked().into_parts()
        } else {
            response.into_parts()
        };
        if head.headers.get(header::CONNECTION).is_some_and(|value| value == "close") {
            self.is_last = true;
        }
        self.state = match body {
            Either::Left(whole) => {
                let bytes = whole.into_inner().unwrap_or_default();
                let mut encoder =
                    Encoder::begin(&head, Some(bytes.len() as u64), self.asked, self.out.text());
                encoder.put(bytes, &mut self.out);
                State::Ending
            }
            Either::Right(stream) => {
                let encoder = Encoder::begin(&head, None, self.asked, self.out.text());
                if encoder.is_full() { State::Ending } else { State::Sending(stream, encoder) }
            }
        };
        Step::Moved
    }

    /// Takes what a streamed answer has.
    fn send(&mut self, context: &mut Context<'_>) -> Step {
        while !self.out.is_full() {
            let State::Sending(body, encoder) = &mut self.state else { break };
            let end = match Pin::new(body).poll_frame(context) {
                Poll::Pending => return Step::Stuck,
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(piece) => {
                        encoder.put(piece, &mut self.out);
                        if encoder.is_full() { Ok(()) } else { continue }
                    }
                    Err(frame) => {
                        let trailers = frame.into_trailers().unwrap_or_default();
                        encoder.end(&trailers, self.out.text()).map_err(drop)
                    }
                },
                Poll::Ready(Some(Err(_))) => Err(()),
                Poll::Ready(None) => encoder.end(&HeaderMap::new(), self.out.text()).map_err(drop),
            };
            self.is_last |= matches!(encoder, Encoder::Close);
            self.state = if end.is_ok() { State::Ending } else { State::Breaking };
        }
        Step::Moved
    }
}
