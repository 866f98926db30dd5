//! Every interleaving of the doorbell's protocol: no frame is left behind a silent bell.
#![allow(missing_docs, dead_code, unreachable_pub, clippy::unwrap_used)]

mod sync {
    pub(super) use loom::sync::{Mutex, MutexGuard};
    pub(super) use std::sync::PoisonError;
}
#[path = "../src/bridge/batch.rs"]
mod batch;
#[path = "../src/bridge/doorbell.rs"]
mod doorbell;

use batch::Batch;
use doorbell::{Bell, Doorbell};
use loom::sync::{Arc, Mutex};
use loom::thread;
use rust_tunnel::protocol;

/// A bell that counts how often the consumer must come, as a ThreadsafeFunction queues its calls.
#[derive(Clone, Default)]
struct Rings(std::sync::Arc<std::sync::Mutex<usize>>);

impl Bell for Rings {
    fn ring(&self) {
        *self.0.lock().unwrap() += 1;
    }
}

impl Rings {
    fn answer(&self) -> bool {
        let mut due = self.0.lock().unwrap();
        let rung = *due > 0;
        *due -= usize::from(rung);
        rung
    }
}

fn consume(doorbell: &Doorbell<Rings>, rings: &Rings, received: &Mutex<Vec<u8>>) {
    while rings.answer() {
        let mut batch = Batch::default();
        doorbell.take(&mut batch);
        for part in batch.frames().flatten() {
            received.lock().unwrap().extend_from_slice(part);
        }
    }
}

#[test]
fn every_pushed_frame_is_taken_after_a_ring() {
    loom::model(|| {
        let rings = Rings::default();
        let doorbell = Arc::new(Doorbell::new(rings.clone()));
        let received = Arc::new(Mutex::new(Vec::new()));
        let consumer = {
            let (doorbell, rings, received) = (doorbell.clone(), rings.clone(), received.clone());
            thread::spawn(move || consume(&doorbell, &rings, &received))
        };
        let producer = {
            let doorbell = doorbell.clone();
            thread::spawn(move || {
                doorbell.push(1, |out| out.push(1));
                doorbell.push(2, |out| out.push(2));
            })
        };
        doorbell.push(3, |out| out.push(3));
        producer.join().unwrap();
        consumer.join().unwrap();
        // What the consumer did not see while it ran, a due ring must still bring it to.
        consume(&doorbell, &rings, &received);
        let mut received = received.lock().unwrap().clone();
        received.sort_unstable();
        assert_eq!(received, [1, 2, 3]);
    });
}

#[test]
fn a_retracted_frame_is_either_taken_or_gone() {
    loom::model(|| {
        let rings = Rings::default();
        let doorbell = Arc::new(Doorbell::new(rings.clone()));
        let received = Arc::new(Mutex::new(Vec::new()));
        let ticket = doorbell.push(1, |out| out.push(1));
        let consumer = {
            let (doorbell, rings, received) = (doorbell.clone(), rings.clone(), received.clone());
            thread::spawn(move || consume(&doorbell, &rings, &received))
        };
        let retracted = doorbell.retract(ticket);
        consumer.join().unwrap();
        assert_eq!(received.lock().unwrap().is_empty(), retracted);
    });
}
