//! The open-loop load of `bench latency`: `bench-load PORT CONNECTIONS SECONDS PER_SECOND`.
//!
//! Response times count from when a call was due, so the queue that a slow moment of the server leaves behind is in
//! them. By stdin comes one line, `STATUS REQUEST_LENGTH BODY_LENGTH`, then the request with its head, then the body that
//! every answer must have. Prints one line of JSON, or fails with the first thing that is wrong.

mod answer;
mod arrivals;
mod connection;
mod load;

use std::error::Error;
use std::io::{self, BufRead, Read, Write};
use std::num::NonZero;
use std::time::Duration;

use connection::Expected;
use load::{Plan, Seen};

fn main() -> Result<(), Box<dyn Error>> {
    // By default the system may wake a thread 50 us late, to wake more of them at once.
    #[cfg(target_os = "linux")]
    rustix::thread::set_current_timer_slack(NonZero::new(1))?;
    let plan = read_plan()?;
    let seen = load::run(&plan)?;
    writeln!(io::stdout(), "{}", report(seen, plan.length))?;
    Ok(())
}

fn read_plan() -> Result<Plan, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [port, connections, seconds, per_second] = arguments.as_slice() else {
        return Err("usage: bench-load PORT CONNECTIONS SECONDS PER_SECOND".into());
    };
    let mut stdin = io::stdin().lock();
    let mut line = String::new();
    stdin.read_line(&mut line)?;
    let mut numbers = line.split_whitespace();
    let mut number = || numbers.next().ok_or("stdin begins with three numbers");
    let status = number()?.parse()?;
    let mut request = vec![0; number()?.parse()?];
    let mut body = vec![0; number()?.parse()?];
    stdin.read_exact(&mut request)?;
    stdin.read_exact(&mut body)?;
    Ok(Plan {
        port: port.parse()?,
        connections: connections.parse()?,
        length: Duration::from_secs(seconds.parse()?),
        per_second: per_second.parse()?,
        request,
        expected: Expected { status, body },
    })
}

fn report(Seen { times, late, unsent }: Seen, length: Duration) -> String {
    let answered = times.len() - unsent;
    let [times, late] = [Sorted::new(times), Sorted::new(late)];
    format!(
        r#"{{"requests":{answered},"unsent":{unsent},"reqPerSec":{},"p50Us":{},"p99Us":{},"p999Us":{},"maxUs":{},"lateP99Us":{}}}"#,
        answered as f64 / length.as_secs_f64(),
        times.quantile_us(0.5),
        times.quantile_us(0.99),
        times.quantile_us(0.999),
        times.quantile_us(1.0),
        late.quantile_us(0.99),
    )
}

struct Sorted(Vec<Duration>);

impl Sorted {
    fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// The smallest time that at least this share of all does not exceed, in microseconds.
    fn quantile_us(&self, share: f64) -> f64 {
        let rank = (share * self.0.len() as f64).ceil() as usize;
        self.0.get(rank.max(1) - 1).map_or(0.0, |time| time.as_nanos() as f64 / 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_seen() {
        let times = Sorted::new((1..=1000).rev().map(Duration::from_micros).collect());
        assert_eq!(
            [0.5, 0.99, 0.999, 1.0].map(|share| times.quantile_us(share)),
            [500.0, 990.0, 999.0, 1000.0]
        );
        assert_eq!(Sorted::new(vec![]).quantile_us(0.99), 0.0);
    }
}
