use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};

use super::*;
use crate::protocol::BodyError;

const LARGE: usize = 40 * 1024;

/// A call whose body is one large piece in lent memory, behind which nothing comes.
fn large(lent: &Arc<Lent>) -> Call {
    let mut landing = lent.landing().unwrap();
    landing.as_mut().fill(7);
    let mut piece = Some(landing.freeze(LARGE).slice(1..));
    let body = std::future::poll_fn(move |_| {
        piece.take().map_or(std::task::Poll::Pending, |piece| std::task::Poll::Ready(Some(piece)))
    });
    struct Pieces<F>(F);
    impl<F: Future<Output = Option<Bytes>> + Unpin> futures_core::Stream for Pieces<F> {
        type Item = Result<Frame<Bytes>, BodyError>;
        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            context: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            std::pin::Pin::new(&mut self.0)
                .poll(context)
                .map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
        }
    }
    let body = StreamBody::new(Pieces(body)).boxed_unsync();
    Call { content: Content::Octets(Body::Stream(body)), ..call("x") }
}

#[tokio::test]
async fn lent_memory_is_handed_over_even_if_nobody_wants_what_is_in_it() {
    for is_wanted in [true, false] {
        let bridge = bridge(1);
        bridge.lent().lend(5, Box::new(vec![0; LARGE]));
        let (asking, asked) = (bridge.clone(), large(bridge.lent()));
        tokio::spawn(async move { asking.call(asked).await });
        tokio::task::yield_now().await;
        let id = taken(&bridge)[0].1;
        let mut more = Vec::new();
        frame::put(&mut more, Kind::More, 0, id, &(1_u32 << 20).to_le_bytes());
        bridge.accept(&more, 100).unwrap();
        // The piece is there, and waits for what may follow at once.
        tokio::task::yield_now().await;
        assert_eq!(bridge.queued(), 0);
        if !is_wanted {
            bridge.accept(&reply(id, 200, b"{}"), 100).unwrap();
        }
        for _ in 0..4 {
            tokio::task::yield_now().await;
        }
        let place = [5, LARGE as u32 - 1, 1].map(u32::to_le_bytes).concat();
        assert_eq!(taken(&bridge), [(Kind::Chunk, id, place)]);
    }
}
