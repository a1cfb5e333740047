//! Calls that a generated client would not make: bytes that are no message, methods that do not
//! exist, and callers who leave all timing to the server.
use http::Uri;
use http::uri::PathAndQuery;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use prost::bytes::{Buf, BufMut};
use tonic::body::Body;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::{Request, Response, Status};

use crate::harness::World;

/// An HTTP/2 client without timers of its own.
pub(crate) type Untimed = hyper_util::client::legacy::Client<HttpConnector, Body>;

/// Such a client, and where it calls.
pub(crate) fn untimed(world: &World) -> (Untimed, Uri) {
    let client = hyper_util::client::legacy::Client::builder(TokioExecutor::new())
        .http2_only(true)
        .build_http();
    (client, format!("http://{}", world.server.address()).parse().unwrap())
}

/// Calls a method with the bytes of a message, whatever they are.
pub(crate) async fn call(
    world: &World,
    method: &str,
    headers: &[(&'static str, &str)],
    message: &[u8],
) -> Result<Response<Vec<u8>>, Status> {
    let bearer = format!("Bearer {}", world.tenant.key);
    call_without_key(world, method, &[headers, &[("authorization", &bearer)]].concat(), message)
        .await
}

/// As [`call`], with no other credential than the headers have.
pub(crate) async fn call_without_key(
    world: &World,
    method: &str,
    headers: &[(&'static str, &str)],
    message: &[u8],
) -> Result<Response<Vec<u8>>, Status> {
    let (client, origin) = untimed(world);
    let mut grpc = tonic::client::Grpc::with_origin(client, origin);
    let mut request = Request::new(message.to_vec());
    for (name, value) in headers {
        request.metadata_mut().append(*name, value.parse().unwrap());
    }
    grpc.ready().await.unwrap();
    let path = PathAndQuery::try_from(format!("/{method}")).unwrap();
    grpc.unary(request, path, Bytes).await
}

/// Bytes as they are.
#[derive(Clone, Copy, Default)]
pub(crate) struct Bytes;

impl Codec for Bytes {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining()).to_vec()))
    }
}
