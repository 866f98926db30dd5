//! `verdicts.json`: what Node made of some hundred byte sequences, written by `tests/guard/verdicts.mjs`.

use serde_json::Value;

use super::refusal;

/// `Some(None)` is a close without an answer.
type Verdict = Option<Option<u16>>;

fn table() -> Vec<Value> {
    serde_json::from_str(include_str!("verdicts.json")).unwrap()
}

/// Text stands for itself in latin1, `[text, count]` for repetitions, a list for its parts in order.
fn bytes(text: &Value) -> Vec<u8> {
    match text.as_array().map(Vec::as_slice) {
        None => text.as_str().unwrap().chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect(),
        Some([unit, Value::Number(count)]) => bytes(unit).repeat(count.as_u64().unwrap() as usize),
        Some(parts) => parts.iter().flat_map(bytes).collect(),
    }
}

fn status(value: &Value) -> Option<u16> {
    value.as_u64().map(|status| u16::try_from(status).unwrap())
}

/// What Node did, as a verdict of the guard: it refuses if it says 4xx, or hangs up in silence.
fn of_node(row: &Value) -> Verdict {
    match (status(&row["node"]["status"]), row["node"]["closes"].as_bool().unwrap()) {
        (Some(error), true) if error >= 400 => Some(Some(error)),
        (None, true) => Some(None),
        _ => None,
    }
}

#[test]
fn the_guard_decides_as_node_does() {
    let mut wrong = Vec::new();
    for row in table() {
        let expected = match row.get("differs") {
            Some(differs) => status(&differs["status"]).map(Some),
            None => of_node(&row),
        };
        let found = refusal(&bytes(&row["bytes"])).map(|refusal| refusal.status());
        if found != expected {
            wrong.push(format!("{}: expected {expected:?}, found {found:?}", row["name"]));
        }
    }
    assert!(wrong.is_empty(), "{} rows differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn deliberate_differences_have_a_reason_and_are_real() {
    for row in table() {
        if let Some(differs) = row.get("differs") {
            assert!(differs["why"].as_str().unwrap().len() > 20, "{}", row["name"]);
            assert_ne!(
                status(&differs["status"]).map(Some),
                of_node(&row),
                "{} does not differ",
                row["name"]
            );
        }
    }
}

#[test]
fn verdicts_do_not_depend_on_reads() {
    for row in table() {
        let bytes = bytes(&row["bytes"]);
        let mut guard = super::Guard::new();
        let byte_by_byte = bytes.chunks(1).find_map(|byte| super::read(&mut guard, byte).err());
        assert_eq!(byte_by_byte.map(|refused| refused.refusal), refusal(&bytes), "{}", row["name"]);
    }
}
