//! The request as a component sees it: what Spin adds is added, what only the server may say is
//! taken out.

use std::fmt::Write;
use std::net::SocketAddr;

use bytes::Bytes;
use http::header::{CONNECTION, HOST};
use http::uri::{Authority, Parts, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use super::route::{Match, Pattern};

const PATH_INFO: HeaderName = HeaderName::from_static("spin-path-info");
const FULL_URL: HeaderName = HeaderName::from_static("spin-full-url");
const MATCHED_ROUTE: HeaderName = HeaderName::from_static("spin-matched-route");
const BASE_PATH: HeaderName = HeaderName::from_static("spin-base-path");
const RAW_COMPONENT_ROUTE: HeaderName = HeaderName::from_static("spin-raw-component-route");
const COMPONENT_ROUTE: HeaderName = HeaderName::from_static("spin-component-route");
const CLIENT_ADDR: HeaderName = HeaderName::from_static("spin-client-addr");

/// What a route's requests have in common, made once.
#[derive(Debug, Clone)]
pub struct RouteHeaders {
    route: HeaderValue,
    prefix: HeaderValue,
}

impl RouteHeaders {
    /// The headers of a route.
    #[must_use]
    pub fn new(pattern: &Pattern) -> Self {
        let value = |text: &str| HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("/"));
        Self { route: value(pattern.as_str()), prefix: value(pattern.prefix()) }
    }

    /// The headers of a request from one component to another.
    #[must_use]
    pub fn chained() -> Self {
        Self { route: HeaderValue::from_static("/..."), prefix: HeaderValue::from_static("") }
    }
}

/// A request that does not say, or says twice, whom it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the request's host is missing or not valid")]
pub struct BadAuthority;

/// The URI with the authority from `Host` or from the request line, and that authority as text.
///
/// # Errors
///
/// [`BadAuthority`] when there are two `Host`s, when it and the line differ, or when either is no
/// authority. A request without any is for
/// `localhost`, so that one made in the process needs none.
pub fn absolute_uri(uri: Uri, headers: &HeaderMap) -> Result<Uri, BadAuthority> {
    let mut parts: Parts = uri.into_parts();
    let mut hosts = headers.get_all(HOST).iter();
    let named = match (hosts.next(), hosts.next()) {
        (None, _) => None,
        // RFC 9112, 3.2: whoever is in front may have believed the other one.
        (Some(_), Some(_)) => return Err(BadAuthority),
        (Some(host), None) => {
            let bytes = Bytes::copy_from_slice(host.as_bytes());
            Some(Authority::from_maybe_shared(bytes).map_err(|_| BadAuthority)?)
        }
    };
    let authority = match (named, parts.authority.take()) {
        (Some(named), Some(in_line)) if named != in_line => return Err(BadAuthority),
        (Some(authority), _) | (None, Some(authority)) => authority,
        (None, None) => Authority::from_static("localhost"),
    };
    parts.authority = Some(authority);
    parts.scheme.get_or_insert(Scheme::HTTP);
    parts.path_and_query.get_or_insert(PathAndQuery::from_static("/"));
    Uri::from_parts(parts).map_err(|_| BadAuthority)
}

/// Takes out what a client may not say about itself.
pub fn strip(headers: &mut HeaderMap) {
    headers.remove(CONNECTION);
    headers.remove(HOST);
    let forged: Vec<HeaderName> =
        headers.keys().filter(|name| name.as_str().starts_with("spin-")).cloned().collect();
    for name in forged {
        headers.remove(name);
    }
}

/// Adds Spin's request headers.
pub fn add(headers: &mut HeaderMap, uri: &Uri, client: SocketAddr, route: &RouteHeaders, rest: &str) {
    headers.reserve(10);
    headers.insert(MATCHED_ROUTE, route.route.clone());
    headers.insert(RAW_COMPONENT_ROUTE, route.route.clone());
    headers.insert(COMPONENT_ROUTE, route.prefix.clone());
    headers.insert(BASE_PATH, HeaderValue::from_static("/"));
    insert(headers, PATH_INFO, rest.to_owned());
    let mut text = String::with_capacity(96);
    // Writing to a `String` cannot fail.
    let _ = write!(text, "{uri}");
    insert(headers, FULL_URL, text);
    let mut text = String::with_capacity(24);
    let _ = write!(text, "{client}");
    insert(headers, CLIENT_ADDR, text);
}

/// Adds what stands in the places of the route's parameters.
pub fn add_parameters<T>(headers: &mut HeaderMap, found: &Match<'_, '_, T>) {
    for (name, value) in found.parameters() {
        let name = format!("spin-path-match-{}", name.to_ascii_lowercase());
        if let Ok(name) = HeaderName::try_from(name) {
            insert(headers, name, value.to_owned());
        }
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, text: String) {
    if let Ok(value) = HeaderValue::from_maybe_shared(Bytes::from(text)) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::route::Router;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn a_client_cannot_forge_what_the_server_says() {
        let mut seen = headers(&[
            ("spin-client-addr", "10.0.0.1"),
            ("spin-anything", "x"),
            ("x-mine", "y"),
            ("host", "h"),
        ]);

        strip(&mut seen);

        assert_eq!(seen.len(), 1);
        assert!(seen.contains_key("x-mine"));
    }

    #[test]
    fn spins_headers_say_where_the_request_went() {
        let router = Router::new(vec![(Pattern::parse("/a/:id/...").unwrap(), ())]);
        let found = router.find("/a/7/b/c").unwrap();
        let uri =
            absolute_uri("/a/7/b/c?q=1".parse().unwrap(), &headers(&[("host", "example.org:81")])).unwrap();
        let mut seen = HeaderMap::new();

        add(&mut seen, &uri, ([127, 0, 0, 1], 9).into(), &RouteHeaders::new(found.pattern), found.rest);
        add_parameters(&mut seen, &found);

        for (name, value) in [
            ("spin-full-url", "http://example.org:81/a/7/b/c?q=1"),
            ("spin-path-info", "/b/c"),
            ("spin-matched-route", "/a/:id/..."),
            ("spin-raw-component-route", "/a/:id/..."),
            ("spin-component-route", "/a/:id"),
            ("spin-base-path", "/"),
            ("spin-client-addr", "127.0.0.1:9"),
            ("spin-path-match-id", "7"),
        ] {
            assert_eq!(seen[name], value, "{name}");
        }
    }

    #[test]
    fn two_hosts_are_refused() {
        let uri: Uri = "http://one.example/".parse().unwrap();

        assert_eq!(absolute_uri(uri.clone(), &headers(&[("host", "two.example")])), Err(BadAuthority));
        assert_eq!(absolute_uri(uri.clone(), &headers(&[("host", "one.example")])).unwrap(), uri);
        assert_eq!(absolute_uri("/x".parse().unwrap(), &headers(&[("host", "a b")])), Err(BadAuthority));
        let mut twice = headers(&[("host", "one.example")]);
        twice.append(HOST, HeaderValue::from_static("one.example"));
        assert_eq!(absolute_uri("/x".parse().unwrap(), &twice), Err(BadAuthority));
        assert_eq!(absolute_uri("/x".parse().unwrap(), &HeaderMap::new()).unwrap().host(), Some("localhost"));
    }
}
