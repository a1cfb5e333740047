//! Messages of requests: none is larger than its method takes, and what cannot be read is the
//! caller's error, not ours.
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tonic::body::Body;
use tonic::{Code, Status};

use super::handler::{Call, Handler, Reply, Stage};
use super::methods::{Methods, REQUEST_BYTES_MAX};
use crate::base::{Error, Reason};

/// Length of what precedes a message: a compression flag and four bytes of length.
const PREFIX_BYTES: usize = 5;

/// The layer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Messages;

impl Stage for Messages {
    async fn handle(self: Arc<Self>, call: Call, next: Handler) -> Reply {
        let bytes_max =
            Methods::called(&call).map_or(REQUEST_BYTES_MAX, |method| method.request_bytes_max);
        let call = call.map(|body| Body::new(Bounded::new(body, bytes_max)));
        let reply = next.answer(call).await;
        match unread(reply.headers()) {
            Some(error) => Status::from(error).into_http(),
            None => reply,
        }
    }
}

/// The error to send instead of one that the codec made. Those have no details; ours always do.
fn unread(headers: &http::HeaderMap) -> Option<Error> {
    if headers.contains_key(Status::GRPC_STATUS_DETAILS) {
        return None;
    }
    let code = Code::from_bytes(headers.get(Status::GRPC_STATUS)?.as_bytes());
    (code == Code::Internal).then(|| {
        Error::invalid_field(
            "request",
            "must be the protobuf message that the method takes, framed as gRPC says",
        )
    })
}

/// A body whose messages have a largest size. It is enforced on the announced length, before
/// any memory is set aside for it.
struct Bounded {
    body: Body,
    bytes_max: usize,
    prefix: Vec<u8>,
    rest_of_message: usize,
}

impl Bounded {
    fn new(body: Body, bytes_max: usize) -> Self {
        Self { body, bytes_max, prefix: Vec::with_capacity(PREFIX_BYTES), rest_of_message: 0 }
    }

    /// Follows the framing through the next piece of the body.
    fn follow(&mut self, mut data: &[u8]) -> Result<(), Error> {
        while !data.is_empty() {
            if self.rest_of_message > 0 {
                let step = self.rest_of_message.min(data.len());
                self.rest_of_message -= step;
                data = &data[step..];
                continue;
            }
            let step = (PREFIX_BYTES - self.prefix.len()).min(data.len());
            self.prefix.extend_from_slice(&data[..step]);
            data = &data[step..];
            if let [_, a, b, c, d] = self.prefix[..] {
                let announced = u32::from_be_bytes([a, b, c, d]);
                self.rest_of_message = usize::try_from(announced).unwrap_or(usize::MAX);
                self.prefix.clear();
                if self.rest_of_message > self.bytes_max {
                    return Err(too_large(self.bytes_max));
                }
            }
        }
        Ok(())
    }
}

fn too_large(bytes_max: usize) -> Error {
    let message = format!("a message of this method's request has at most {bytes_max} bytes");
    Error::new(Reason::RequestTooLarge, message).with("limit", "request bytes")
}

impl HttpBody for Bounded {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
            && let Err(error) = self.follow(data)
        {
            return Poll::Ready(Some(Err(error.into())));
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn framed(sizes: &[usize]) -> Vec<u8> {
        sizes.iter().fold(Vec::new(), |mut bytes, size| {
            bytes.push(0);
            bytes.extend(u32::try_from(*size).unwrap().to_be_bytes());
            bytes.resize(bytes.len() + size, 7);
            bytes
        })
    }

    proptest! {
        #[test]
        fn the_limit_holds_however_the_bytes_are_cut(
            sizes in proptest::collection::vec(0_usize..40, 1..6),
            cut in 1_usize..20,
        ) {
            let mut body = Bounded::new(Body::empty(), 30);
            let refused = framed(&sizes).chunks(cut).any(|piece| body.follow(piece).is_err());
            prop_assert_eq!(refused, sizes.iter().any(|size| *size > 30));
        }
    }

    #[test]
    fn the_announced_length_alone_is_refused() {
        let mut body = Bounded::new(Body::empty(), REQUEST_BYTES_MAX);
        let error = body.follow(&[0, 0xFF, 0xFF, 0xFF, 0xFF]).unwrap_err();
        assert_eq!(error.reason(), Reason::RequestTooLarge);
    }
}
