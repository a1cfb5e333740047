//! Calls from web pages: gRPC-Web over HTTP/1 and HTTP/2, from the origins that the operator
//! allows.
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method, Uri};
use tonic_web::GrpcWebLayer;
use tower::Layer;
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::handler::Handler;
use crate::base::wire::REPLAYED_HEADER;

/// How long a browser may remember what is allowed.
const MAX_AGE_SECONDS: u64 = 2 * 60 * 60;

/// Lets web pages in; gives the origin back that is none.
pub(super) fn admit(handler: Handler, allowed_origins: &[String]) -> Result<Handler, String> {
    let handler = Handler::of(GrpcWebLayer::new().layer(handler));
    if allowed_origins.is_empty() {
        return Ok(handler);
    }
    let origins: Vec<_> =
        allowed_origins.iter().map(|text| origin(text)).collect::<Result<_, _>>()?;
    let name = HeaderName::from_static;
    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::POST])
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            name("grpc-timeout"),
            name("traceparent"),
            name("tracestate"),
            name("x-grpc-web"),
            name("x-user-agent"),
        ])
        .expose_headers([
            name("grpc-status"),
            name("grpc-message"),
            name("grpc-status-details-bin"),
            name("grpc-retry-pushback-ms"),
            name("traceresponse"),
            name(REPLAYED_HEADER),
        ])
        .max_age(std::time::Duration::from_secs(MAX_AGE_SECONDS));
    Ok(Handler::of(cors.layer(handler)))
}

/// An origin: scheme and authority, nothing else.
fn origin(text: &str) -> Result<HeaderValue, String> {
    let wrong = || text.to_owned();
    let uri: Uri = text.parse().map_err(|_| wrong())?;
    match (uri.scheme(), uri.authority()) {
        (Some(scheme), Some(authority)) if format!("{scheme}://{authority}") == text => {
            HeaderValue::from_str(text).map_err(|_| wrong())
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use tonic::Status;
    use tonic::body::Body;

    use super::*;

    #[test]
    fn only_origins_are_origins() {
        for right in ["https://app.example.org", "http://localhost:3000"] {
            assert_eq!(origin(right).unwrap(), right);
        }
        for wrong in ["*", "app.example.org", "https://app.example.org/", "https://", ""] {
            assert_eq!(origin(wrong).unwrap_err(), wrong);
        }
    }

    #[tokio::test]
    async fn a_page_of_an_allowed_origin_may_read_our_statuses_and_others_may_not() {
        let inner = Handler::new(|_| async { Status::not_found("no").into_http() });
        let handler = admit(inner, &["https://app.example.org".to_owned()]).unwrap();
        let ask = |origin: &str| {
            let call = http::Request::builder()
                .method("POST")
                .header("origin", origin)
                .header("content-type", "application/grpc-web+proto")
                .body(Body::empty())
                .unwrap();
            handler.answer(call)
        };
        let reply = ask("https://app.example.org").await;
        assert_eq!(reply.headers()["access-control-allow-origin"], "https://app.example.org");
        let exposed = reply.headers()["access-control-expose-headers"].to_str().unwrap();
        for header in ["grpc-status", "grpc-status-details-bin", REPLAYED_HEADER] {
            assert!(exposed.contains(header), "{exposed}");
        }
        let reply = ask("https://evil.example.org").await;
        assert!(!reply.headers().contains_key("access-control-allow-origin"));
    }
}
