use super::*;

fn found(base: &str, target: &str) -> Option<Route> {
    find(base, target)
}

fn task(id: &str) -> Option<Route> {
    Some(Route::Target(Target { kind: TargetKind::Task, id: id.to_owned() }))
}

#[test]
fn all_spellings_of_a_task_lead_to_it() {
    for target in [
        "/__runner/task/app.add",
        "/__runner//task//app.add",
        "/__runner/task/app.add/",
        "/__runner/task/app.add?x=1",
        "/__runner/./task/app.add",
        "/x/../__runner/task/app.add",
        "/x/%2e%2E/__runner/task/app.add",
        "/__runner\\task\\app.add",
        "http://any.host/__runner/task/app.add",
        "http://u:p@any.host:80/__runner/task/app.add?x#y",
        "//any.host/__runner/task/app.add",
        "///any.host/__runner/task/app.add",
        "/\\any.host/__runner/task/app.add",
        "any://%41/__runner/task/app.add",
        "/__runner/task/app.add?<>`\"#<>`\"",
    ] {
        assert_eq!(found("/__runner", target), task("app.add"), "{target}");
    }
    assert_eq!(
        found("/__runner", "/__runner/event/e"),
        Some(Route::Target(Target { kind: TargetKind::Event, id: "e".into() }))
    );
}

#[test]
fn an_id_is_decoded_once_and_may_hold_slashes() {
    assert_eq!(found("/__runner", "/__runner/task/app/tasks/x"), task("app/tasks/x"));
    assert_eq!(found("/__runner", "/__runner/task/app%2Ftasks%2Fx"), task("app/tasks/x"));
    assert_eq!(found("/__runner", "/__runner/task/%2Fapp"), task("/app"));
    assert_eq!(found("/__runner", "/__runner/task/%C3%A9;x=1"), task("é;x=1"));
    assert_eq!(found("/__runner", "/__runner/task/%2525"), task("%25"));
    assert_eq!(found("/__runner", "/__runner/task/a%00%09"), task("a\0\t"));
    assert_eq!(found("/__runner", "/__runner/task/a\"b"), task("a\"b"));
    assert_eq!(found("/__runner", "/__runner/task/<a>`"), task("<a>`"));
}

#[test]
fn under_the_base_but_nowhere() {
    for target in [
        "/__runner",
        "/__runner/",
        "/__runner/foo/bar",
        "/__runner/TASK/x",
        "/__runner/%74ask/x",
        "/__runner/task",
        "/__runner/task/",
        "/__runner/task/.",
        "/__runner/task/%2e%2e/x",
        "/__runner/constructor/x",
        "/__runner/task/app%",
        "/__runner/task/%ff",
        "/__runner/task/%2",
        "/__runner/event/%E0%A4%A/",
    ] {
        assert_eq!(found("/__runner", target), Some(Route::Unknown), "{target}");
    }
}

#[test]
fn outside_the_base() {
    for target in [
        "/other",
        "/__runnerx/task/x",
        "/__RUNNER/task/x",
        "//__runner/task/x",
        "*",
        "/%5f%5frunner/task/x",
        "/__runner/task/../../other",
        "//",
        "///",
        "//:99999/x",
        "*/__runner/task/x",
        "http://",
        "http://[",
        "http://h:x/__runner/task/x",
        "http://u@@/__runner/task/x",
        "any://h",
    ] {
        assert_eq!(found("/__runner", target), None, "{target}");
    }
}

#[test]
fn other_bases() {
    assert_eq!(found("", "/task/x"), task("x"));
    assert_eq!(found("", "/elsewhere"), Some(Route::Unknown));
    assert_eq!(found("/a/", "/a//task/x"), task("x"));
    assert_eq!(found("/a/", "/a/task/x"), None);
}

#[test]
fn discovery_ignores_what_follows() {
    assert_eq!(found("/__runner", "/__runner/discovery/a/b"), Some(Route::Discovery));
}

#[test]
fn methods_count_only_on_a_route() {
    let task = || Route::Target(Target { kind: TargetKind::Task, id: "x".into() });
    assert!(matches!(task().operation(&Method::POST, false), Ok(Operation::Call(_))));
    assert_eq!(task().operation(&Method::GET, false), Err(Rejection::MethodNotAllowed));
    assert_eq!(Route::Discovery.operation(&Method::GET, false), Ok(Operation::Discover));
    assert_eq!(Route::Discovery.operation(&Method::POST, false), Err(Rejection::MethodNotAllowed));
    assert_eq!(Route::Discovery.operation(&Method::POST, true), Err(Rejection::NotFound));
    assert_eq!(Route::Unknown.operation(&Method::GET, false), Err(Rejection::NotFound));
}
