use std::collections::BTreeMap;

use clap::{Args, Parser};

use super::*;

/// A file that is there.
const APP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
const EXAMPLE: &str = include_str!("../../tunnel.example.toml");

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    flags: Flags,
}

/// Reads flags as if clap had found `variables` in the environment, which a test can't change.
fn read(flags: &[&str], variables: &[(&str, &str)]) -> Result<Options, String> {
    let is_given = |key: &str| flags.iter().any(|flag| flag.split('=').next() == Some(key));
    let from_environment: Vec<String> = variables
        .iter()
        .map(|(name, value)| (flag_of(name), value))
        .filter(|(flag, _)| !is_given(flag))
        .map(|(flag, value)| format!("{flag}={value}"))
        .collect();
    let line = ["rust-tunnel"].into_iter().chain(flags.iter().copied());
    let cli = Cli::try_parse_from(line.chain(from_environment.iter().map(String::as_str)));
    let environment: BTreeMap<_, _> = variables.iter().copied().collect();
    let flags = cli.map_err(|error| error.to_string())?.flags;
    Options::read_in(flags, &|name| environment.get(name).map(Into::into)).map_err(|error| error.to_string())
}

fn flag_of(variable: &str) -> String {
    format!("--{}", variable.trim_start_matches("RUST_TUNNEL_").to_lowercase().replace('_', "-"))
}

/// Reads flags with a file of these lines, whose name in messages becomes FILE.
fn read_file(lines: &str, flags: &[&str], variables: &[(&str, &str)]) -> Result<Options, String> {
    let path = std::env::temp_dir().join(format!("rust-tunnel-{}.toml", uuid::Uuid::new_v4().simple()));
    std::fs::write(&path, lines).unwrap();
    let name = path.to_str().unwrap();
    let read = read(&[&["--config", name], flags].concat(), variables);
    std::fs::remove_file(&path).unwrap();
    read.map_err(|message| message.replace(name, "FILE"))
}

fn defaults() -> Options {
    read(&["--app", APP], &[]).unwrap()
}

#[test]
fn only_the_app_is_needed() {
    assert_eq!(
        defaults(),
        Options {
            app: APP.into(),
            workers: std::thread::available_parallelism().unwrap().get().min(256),
            host: "127.0.0.1".parse().unwrap(),
            port: 7070,
            reuse_port: false,
            io_threads: 1,
            node: "node".into(),
            node_args: vec![],
            grace_ms: 10_000,
            ready_ms: 30_000,
            heartbeat_ms: 1000,
            blocked_ms: 5000,
            replace_blocked: false,
            max_memory_mib: None,
            max_lifetime_ms: None,
            queue_max: 1000,
            queue_ms: 5000,
            max_in_flight: 1024,
        }
    );
    let missing = "--app FILE is missing (or RUST_TUNNEL_APP, or app in the file of --config)";
    assert_eq!(read(&["--port", "1"], &[]), Err(missing.to_owned()));
}

#[test]
fn a_flag_wins_over_its_variable_and_that_over_the_file() {
    let file = format!("app = {APP:?}\nworkers = 2\nport = 1\ngrace-ms = 1\nnode-args = [\"--a b\", \"-c\"]");
    let given = read_file(
        &file,
        &["--workers", "4", "--reuse-port"],
        &[("RUST_TUNNEL_WORKERS", "3"), ("RUST_TUNNEL_PORT", "2")],
    );
    let expected = Options {
        workers: 4,
        port: 2,
        grace_ms: 1,
        reuse_port: true,
        node_args: vec!["--a b".into(), "-c".into()],
        ..defaults()
    };
    assert_eq!(given, Ok(expected));
}

#[test]
fn arguments_of_node_come_one_by_one_or_with_blanks_between_them() {
    let app = ["--app", APP];
    let flags = [&app[..], &["--node-arg", "--a b", "--node-arg=--c"]].concat();
    assert_eq!(read(&flags, &[]).unwrap().node_args, ["--a b", "--c"]);
    assert_eq!(read(&app, &[("RUST_TUNNEL_NODE_ARG", " --a  b ")]).unwrap().node_args, ["--a", "b"]);
}

#[test]
fn switches_are_given_with_a_value_or_without() {
    for (flag, expected) in
        [("--reuse-port", true), ("--reuse-port=true", true), ("--reuse-port=false", false)]
    {
        assert_eq!(read_file("reuse-port = true", &["--app", APP, flag], &[]).unwrap().reuse_port, expected);
    }
}

#[test]
fn what_cannot_be_used_is_named_as_it_was_given() {
    let refused = |flags: &[&str], variables: &[(&str, &str)]| {
        read(&[&["--app", APP], flags].concat(), variables).unwrap_err()
    };
    let workers = "auto, or a whole number from 1 to 256";
    for given in ["0", "257", "all", "-1", "1.5", ""] {
        let flag = format!("--workers={given}");
        let expected = format!("--workers: {given:?} was given, allowed is {workers}");
        assert_eq!(refused(&[&flag], &[]), expected);
    }
    assert_eq!(
        refused(&[], &[("RUST_TUNNEL_WORKERS", "0")]),
        format!("RUST_TUNNEL_WORKERS: \"0\" was given, allowed is {workers}")
    );
    assert_eq!(
        refused(&["--workers=0"], &[("RUST_TUNNEL_WORKERS", "2")]),
        format!("--workers: \"0\" was given, allowed is {workers}")
    );
    assert_eq!(
        refused(&["--grace-ms", "86400001"], &[]),
        "--grace-ms: \"86400001\" was given, allowed is a whole number from 1 to 86400000"
    );
    assert_eq!(
        refused(&["--port", "65536"], &[]),
        "--port: \"65536\" was given, allowed is a whole number from 0 to 65535"
    );
    assert_eq!(
        refused(&["--host", "localhost"], &[]),
        "--host: \"localhost\" was given, allowed is an IP address"
    );
    assert_eq!(
        refused(&["--reuse-port=yes"], &[]),
        "--reuse-port: \"yes\" was given, allowed is true or false"
    );
    assert_eq!(
        read(&[], &[("RUST_TUNNEL_APP", "no/such.js")]).unwrap_err(),
        "RUST_TUNNEL_APP: no/such.js was given, allowed is a file that is there"
    );
    assert!(refused(&["--config", "no/such.toml"], &[]).starts_with("--config no/such.toml: "));
}

#[test]
fn a_worker_is_asked_more_often_than_it_is_called_blocked() {
    let app = ["--app", APP];
    assert_eq!(
        read(&[&app[..], &["--heartbeat-ms", "5000"]].concat(), &[]).unwrap_err(),
        "the default of blocked-ms (5000) has to be more than --heartbeat-ms (5000)"
    );
    assert_eq!(
        read_file("blocked-ms = 7", &app, &[("RUST_TUNNEL_HEARTBEAT_MS", "8")]).unwrap_err(),
        "blocked-ms in FILE (7) has to be more than RUST_TUNNEL_HEARTBEAT_MS (8)"
    );
}

#[test]
fn a_file_is_read_strictly() {
    let app = ["--app", APP];
    let refused = |lines: &str| read_file(lines, &app, &[]).unwrap_err();
    assert_eq!(refused("grace_ms = 1"), "grace_ms in FILE: there is no such option");
    assert_eq!(refused("config = \"x\""), "config in FILE: there is no such option");
    assert_eq!(refused("[serve]\nport = 1"), "serve in FILE: there is no such option");
    assert_eq!(
        refused("port = \"1\""),
        "port in FILE: \"1\" was given, allowed is a whole number from 0 to 65535"
    );
    assert_eq!(
        refused("grace-ms = -1"),
        "grace-ms in FILE: -1 was given, allowed is a whole number from 1 to 86400000"
    );
    assert_eq!(
        refused("replace-blocked = 1"),
        "replace-blocked in FILE: 1 was given, allowed is true or false"
    );
    assert_eq!(
        refused("node-args = [1]"),
        "node-args in FILE: [1] was given, allowed is an array of strings"
    );
    assert_eq!(
        read_file("app = \"no.js\"", &[], &[]).unwrap_err(),
        "app in FILE: no.js was given, allowed is a file that is there"
    );
    let broken = refused("port = 1\nport = 2");
    assert!(broken.starts_with("FILE: TOML parse error at line 2"), "{broken}");
}

#[test]
fn the_example_has_every_key_with_its_default() {
    assert_eq!(read_file(EXAMPLE, &["--app", APP], &[]), Ok(defaults()));

    let keys = |text: &str| text.parse::<toml::Table>().unwrap().keys().cloned().collect::<Vec<_>>();
    let all = Options { max_memory_mib: Some(1), max_lifetime_ms: Some(1), ..defaults() };
    let uncommented: String = EXAMPLE
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|rest| rest.starts_with("max-")).unwrap_or(line))
        .fold(String::new(), |text, line| text + line + "\n");
    assert_eq!(keys(&uncommented), keys(&toml::to_string(&all).unwrap()));
    assert!(read_file(&uncommented, &["--app", APP], &[]).is_ok());
}

#[test]
fn the_options_in_effect_are_a_file_that_says_the_same() {
    for options in
        [defaults(), Options { max_memory_mib: Some(1), node_args: vec!["a b".into()], ..defaults() }]
    {
        let file = toml::to_string(&options).unwrap();
        assert_eq!(read_file(&file, &[], &[]), Ok(options));
    }
}

#[test]
fn help_says_each_default() {
    let command = Flags::augment_args(clap::Command::new("serve"));
    let table: toml::Table = EXAMPLE.parse().unwrap();
    for arg in command.get_arguments() {
        let long = arg.get_long().unwrap();
        let variable = format!("RUST_TUNNEL_{}", long.to_uppercase().replace('-', "_"));
        assert_eq!(arg.get_env().unwrap(), variable.as_str());
        let help = arg.get_help().unwrap().to_string();
        let default = match table.get(long) {
            _ if long == "app" => continue,
            Some(value) => value.to_string().replace('"', ""),
            None => "none".to_owned(),
        };
        assert!(help.ends_with(&format!("[default: {default}]")), "{long}: {help}");
    }
}
