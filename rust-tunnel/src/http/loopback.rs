use std::net::{Ipv4Addr, Ipv6Addr};

use http::uri::Authority;
use http::{Uri, header};

use super::headers::Headers;
use super::rejection::Rejection;
use crate::config::{Auth, Cors, Origin};

/// Without `auth` anyone on this machine may call, so nobody else must get in by way of a browser here: neither under
/// a name that was rebound to a loopback address, nor from another site's page.
pub(super) fn check(auth: &Auth, cors: &Cors, headers: Headers<'_>) -> Result<(), Rejection> {
    if !auth.loopback_only {
        return Ok(());
    }
    let host = headers.first(&header::HOST);
    // HTTP/1.0 programs may leave the header out; browsers never do.
    if host.is_some_and(|host| !names_loopback(host)) {
        return Err(Rejection::ForeignHost);
    }
    match headers.first(&header::ORIGIN) {
        Some(origin) if !is_own(origin, host) && !is_listed(origin, cors) => Err(Rejection::ForeignOrigin),
        _ => Ok(()),
    }
}

fn names_loopback(host: &[u8]) -> bool {
    let Ok(authority) = Authority::try_from(host) else { return false };
    let name = authority.host();
    name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost")
        || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || name.trim_matches(['[', ']']).parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback())
}

fn is_own(origin: &[u8], host: Option<&[u8]>) -> bool {
    let Ok(origin) = Uri::try_from(origin) else { return false };
    let authority = origin.authority().map(|authority| authority.as_str().as_bytes());
    authority.is_some() && authority == host
}

/// Named origins are an invitation; `*` or a function is none as long as nobody has to say who they are.
fn is_listed(origin: &[u8], cors: &Cors) -> bool {
    match &cors.origin {
        Origin::Fixed(allowed) => allowed == origin,
        Origin::Listed(allowed) => allowed.iter().any(|allowed| allowed == origin),
        Origin::Nobody | Origin::Asked => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::headers::tests::head;
    use super::*;
    use crate::config::tests::config;

    fn checked(origins: &Value, host: &'static str, origin: Option<&'static str>) -> Result<(), Rejection> {
        let config = config(&json!({ "auth": { "loopbackOnly": true }, "cors": { "origin": origins } }));
        let mut lines = vec![("host", host.as_bytes())];
        lines.extend(origin.map(|origin| ("origin", origin.as_bytes())));
        check(&config.auth, &config.cors, Headers::of(&head(&lines)))
    }

    #[test]
    fn only_names_of_this_machine_are_served() {
        let nobody = json!({ "kind": "nobody" });
        for host in
            ["localhost", "LOCALHOST:7070", "app.localhost:1", "127.0.0.1:7070", "127.9.9.9", "[::1]:7070"]
        {
            assert_eq!(checked(&nobody, host, None), Ok(()), "{host}");
        }
        for host in
            ["example.com", "127.0.0.1.example.com", "10.0.0.1:7070", "[::2]", "localhost.example", "", "a b"]
        {
            assert_eq!(checked(&nobody, host, None), Err(Rejection::ForeignHost), "{host}");
        }
    }

    #[test]
    fn other_sites_pages_are_refused_unless_listed() {
        let nobody = json!({ "kind": "nobody" });
        let (host, own) = ("localhost:7070", Some("http://localhost:7070"));
        assert_eq!(checked(&nobody, host, own), Ok(()));
        for origin in ["http://localhost:3000", "https://evil.example", "null"] {
            assert_eq!(checked(&nobody, host, Some(origin)), Err(Rejection::ForeignOrigin), "{origin}");
        }
        let listed = json!({ "kind": "listed", "value": ["http://localhost:3000"] });
        assert_eq!(checked(&listed, host, Some("http://localhost:3000")), Ok(()));
        let any = json!({ "kind": "fixed", "value": "*" });
        assert_eq!(checked(&any, host, Some("https://evil.example")), Err(Rejection::ForeignOrigin));
    }
}
