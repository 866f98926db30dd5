//! One connection's life: parked, active, parked again, farewell. `docs/LIFECYCLE.md` draws it.

mod activity;
mod deadline;
mod encoder;
mod exchange;
mod farewell;
mod intake;
mod outgoing;

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Response;
use tokio::time::{Instant, Sleep};

use super::body::ResponseBody;
use super::io::{Socket, Wire};
use super::request::{Request, peers};
use super::respond::Cut;
use super::stop::{Order, Stopping};
use crate::backend::Lent;
use crate::config::Timeouts;
use activity::Activity;
use deadline::{Expiry, Moment, has_passed};
use exchange::Exchange;
use farewell::Farewell;

/// Serves one connection until either side ends it.
pub(super) async fn serve<S: Socket, V: Serve>(stream: S, house: &House<V>, stopping: Stopping) {
    let wire = Wire::new(stream, house.lent.clone());
    let mut connection = Connection { wire, activity: Activity::new(), house, stopping };
    let farewell = connection.live().await;
    farewell::part(connection.wire.into_stream(), farewell, house.timeouts.write).await;
}

/// Whoever answers requests.
pub(super) trait Serve: Send + Sync + 'static {
    /// Answers one, or says that the connection is to be cut.
    fn serve(&self, request: Request) -> impl Future<Output = Result<Response<ResponseBody>, Cut>> + Send;
}

/// What the connections of one server share.
pub(super) struct House<V> {
    pub(super) service: Arc<V>,
    pub(super) timeouts: Arc<Timeouts>,
    /// Where bodies that flow are read to.
    pub(super) lent: Option<Arc<Lent>>,
    /// How many connections have buffers and the state of requests around them.
    pub(super) active: AtomicUsize,
}

struct Connection<'a, S, V> {
    wire: Wire<S>,
    activity: Activity,
    house: &'a House<V>,
    stopping: Stopping,
}

/// What comes after a phase of a connection's life.
enum Next {
    /// Give all that back and wait as a bare socket.
    Park,
    /// Bytes have arrived.
    Wake,
    /// It is over; this is left to say.
    End(Farewell),
}

impl<S: Socket, V: Serve> Connection<'_, S, V> {
    async fn live(&mut self) -> Farewell {
        loop {
            if let Next::End(farewell) = self.parked().await {
                return farewell;
            }
            // In a box, so that a parked connection does not keep the room for it.
            if let Next::End(farewell) = Box::pin(self.active()).await {
                return farewell;
            }
        }
    }

    /// Waits for the next request's first byte, with nothing but the socket.
    async fn parked(&mut self) -> Next {
        let Connection { wire, activity, house, stopping } = self;
        wire.park();
        let until = |moment: Moment| moment.parked_until(&house.timeouts);
        let first = until(Moment::of(activity, wire, false, 0)).unwrap_or_else(Instant::now);
        let mut timer = pin!(tokio::time::sleep_until(first));
        let mut orders = pin!(stopping.clone().next());
        std::future::poll_fn(|context| {
            wire.poll_ahead(context);
            let moment = Moment::of(activity, wire, false, 0);
            while let Poll::Ready((order, after)) = orders.as_mut().poll(context) {
                *stopping = after.clone();
                orders.set(after.next());
                if order != Order::CloseIdle || (moment.answered.is_some() && !wire.has_input()) {
                    return Poll::Ready(Next::End(Some(b"")));
                }
            }
            if let Some(over) = wire.over() {
                Poll::Ready(Next::End(Some(over.farewell())))
            } else if wire.has_input() {
                Poll::Ready(Next::Wake)
            } else {
                let over = until(moment).is_some_and(|at| has_passed(at, timer.as_mut(), context));
                if over { Poll::Ready(Next::End(Some(moment.parked_farewell()))) } else { Poll::Pending }
            }
        })
        .await
    }

    /// Serves requests until there are no more for a while.
    async fn active(&mut self) -> Next {
        let Connection { wire, activity, house, stopping } = self;
        let house = *house;
        let _active = Active::enter(&house.active);
        let mut exchange = Exchange::new(house.service.as_ref(), peers(wire.stream().peers()));
        let mut orders = pin!(stopping.clone().next());
        let mut ending = false;
        let mut timer = pin!(tokio::time::sleep(deadline::PARK));
        let mut lull = pin!(tokio::time::sleep(Duration::ZERO));
        std::future::poll_fn(|context| {
            let (mut close_idle, mut close_all) = (false, false);
            while let Poll::Ready((order, after)) = orders.as_mut().poll(context) {
                *stopping = after.clone();
                orders.set(after.next());
                match order {
                    Order::CloseIdle => close_idle = true,
                    Order::CloseAll => close_all = true,
                    Order::Stop => {
                        ending = true;
                        exchange.stop();
                    }
                }
            }
            loop {
                // It ends by itself when an answer said `close`, or can't be written.
                if exchange.poll(wire, context).is_ready() {
                    return Poll::Ready(Next::End(Some(b"")));
                }
                if exchange.has_answered() {
                    activity.answered = Some(Instant::now());
                }
                if !exchange.is_reading() && !flows(wire.flows_until(), lull.as_mut(), context) {
                    wire.poll_ahead(context);
                }
                if wire.over().is_some() || !exchange.can_go_on(wire) {
                    break;
                }
            }
            let moment = Moment::of(activity, wire, exchange.is_busy(), house.active.load(Ordering::Relaxed));
            if close_all {
                Poll::Ready(Next::End((!moment.is_stalled()).then_some(b"")))
            } else if let Some(over) = wire.over() {
                // An answer that is half written can't be followed by another.
                let farewell = if exchange.has_begun() { b"" } else { over.farewell() };
                Poll::Ready(Next::End((!moment.is_stalled()).then_some(farewell)))
            } else if (moment.has_answered_all() && ending) || (moment.is_idle() && close_idle) {
                Poll::Ready(Next::End(Some(b"")))
            } else {
                poll_deadline(&moment, &house.timeouts, timer.as_mut(), context)
            }
        })
        .await
    }
}

/// Whether a body is taken to be read on until then; asks to be looked at again when that time has come.
fn flows(until: Option<Instant>, mut lull: Pin<&mut Sleep>, context: &mut Context<'_>) -> bool {
    let Some(until) = until.filter(|until| Instant::now() < *until) else { return false };
    if lull.is_elapsed() {
        lull.as_mut().reset(until);
    }
    lull.poll(context).is_pending()
}

/// Counts an active connection while it is one.
struct Active<'a>(&'a AtomicUsize);

impl<'a> Active<'a> {
    fn enter(active: &'a AtomicUsize) -> Self {
        active.fetch_add(1, Ordering::Relaxed);
        Active(active)
    }
}

impl Drop for Active<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn poll_deadline(
    moment: &Moment,
    timeouts: &Timeouts,
    timer: Pin<&mut Sleep>,
    context: &mut Context<'_>,
) -> Poll<Next> {
    match moment.deadline(timeouts) {
        Some((at, expiry)) if has_passed(at, timer, context) => Poll::Ready(match expiry {
            Expiry::Park => Next::Park,
            Expiry::End(farewell) => Next::End(farewell),
        }),
        _ => Poll::Pending,
    }
}

#[cfg(test)]
mod tests;
