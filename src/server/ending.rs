//! A body with an end from outside: at a deadline, or when the server stops.
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::future::BoxFuture;
use http::HeaderMap;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tonic::Status;
use tonic::body::Body;

use crate::base::Error;

/// A body that ends when `end` resolves, with the error that it gives.
pub(super) struct Ending {
    body: Body,
    end: BoxFuture<'static, Error>,
    direction: Direction,
    ended: bool,
}

/// How the end is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    /// To the handler that reads a request: as an error.
    Request,
    /// To the caller that reads a response: as trailers.
    Response,
}

impl Ending {
    /// The body of a request, reading which fails from `end` on.
    pub(super) fn request(body: Body, end: impl Future<Output = Error> + Send + 'static) -> Body {
        Self::of(body, Box::pin(end), Direction::Request)
    }

    /// The body of a response, which is closed with a status at `end`.
    pub(super) fn response(body: Body, end: impl Future<Output = Error> + Send + 'static) -> Body {
        Self::of(body, Box::pin(end), Direction::Response)
    }

    fn of(body: Body, end: BoxFuture<'static, Error>, direction: Direction) -> Body {
        Body::new(Self { body, end, direction, ended: false })
    }
}

impl HttpBody for Ending {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let Poll::Ready(error) = self.end.as_mut().poll(cx) else {
            return Pin::new(&mut self.body).poll_frame(cx);
        };
        self.ended = true;
        let status = Status::from(error);
        if self.direction == Direction::Request {
            return Poll::Ready(Some(Err(status)));
        }
        let mut trailers = HeaderMap::new();
        let written = status.add_header(&mut trailers);
        Poll::Ready(Some(written.map(|()| Frame::trailers(trailers))))
    }

    fn is_end_stream(&self) -> bool {
        self.ended || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
