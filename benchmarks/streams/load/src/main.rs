//! The load of `bench streams`: `bench-streams PORT CONNECTIONS COUNT text|ends|all`.
//!
//! COUNT transfers in all, CONNECTIONS of them at a time, on connections that are open before the clock runs. The last
//! argument says what an answer holds: text, or the payload, of which the ends of all pieces are compared, or every byte.
//! By stdin comes one line, `BEFORE_LENGTH PAYLOAD_LENGTH AFTER_LENGTH BLOCK_LENGTH`, then what is sent before the
//! payload, what is sent after it, and the block that the payload is, over and over. Prints one line of JSON, or fails.

mod answer;
mod lane;
mod load;
mod message;
mod payload;

use std::error::Error;
use std::io::{self, BufRead, Read, Write};

use load::Plan;
use message::Message;
use payload::{Compared, Payload};

fn main() -> Result<(), Box<dyn Error>> {
    let done = load::run(&read_plan()?)?;
    writeln!(io::stdout(), "{}", serde_json::to_string(&done)?)?;
    Ok(())
}

fn read_plan() -> Result<Plan, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [port, connections, count, answer] = arguments.as_slice() else {
        return Err("usage: bench-streams PORT CONNECTIONS COUNT text|ends|all".into());
    };
    let compared = match answer.as_str() {
        "text" => None,
        "ends" => Some(Compared::Ends),
        "all" => Some(Compared::All),
        other => return Err(format!("answers are text, ends or all, not {other}").into()),
    };
    let mut stdin = io::stdin().lock();
    let mut line = String::new();
    stdin.read_line(&mut line)?;
    let lengths = line.split_whitespace().map(str::parse).collect::<Result<Vec<usize>, _>>()?;
    let &[before, payload, after, block] = lengths.as_slice() else {
        return Err("stdin begins with four lengths".into());
    };
    let mut part = |length| {
        let mut bytes = vec![0; length];
        stdin.read_exact(&mut bytes).map(|()| bytes)
    };
    let (before, after) = (part(before)?, part(after)?);
    let block = Payload::new(part(block)?).ok_or("the payload is made of a block of at least one byte")?;
    Ok(Plan {
        port: port.parse()?,
        connections: connections.parse()?,
        count: count.parse()?,
        compared,
        message: Message { before, payload, after, block },
    })
}
