"""A channel that shows an API key with every call and retries what can be repeated."""

import collections
import importlib.resources
import ipaddress
from urllib.parse import urlsplit

import grpc


class _Details(
    collections.namedtuple("_Details", ("method", "timeout", "metadata", "credentials", "wait_for_ready", "compression")),
    grpc.ClientCallDetails,
):
    """Details of a call, with the key added."""


class _WithKey(
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
    grpc.StreamStreamClientInterceptor,
):
    """Adds the authorization header. gRPC's own call credentials refuse plaintext, loopback too."""

    def __init__(self, key: str) -> None:
        self._header = ("authorization", f"Bearer {key}")

    def _call(self, continuation, details, request):
        metadata = [*(details.metadata or ()), self._header]
        return continuation(
            _Details(
                details.method,
                details.timeout,
                metadata,
                details.credentials,
                details.wait_for_ready,
                details.compression,
            ),
            request,
        )

    intercept_unary_unary = _call
    intercept_unary_stream = _call
    intercept_stream_unary = _call
    intercept_stream_stream = _call


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def connect(endpoint: str, key: str, *, root_certificates: bytes | None = None) -> grpc.Channel:
    """Opens a channel to `http://host:port` or `https://host:port`.

    A key is sent in plain text only to this very machine. `root_certificates` (PEM) replaces the
    ones that gRPC trusts.
    """
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError("the endpoint must be http://host:port or https://host:port")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise ValueError("a key must not cross a network in plain text: use https")
    config = importlib.resources.files(__package__).joinpath("service_config.json").read_text()
    options = [("grpc.service_config", config), ("grpc.enable_retries", 1)]
    target = f"{parts.netloc}" if parts.port else f"{parts.netloc}:443"
    if parts.scheme == "https":
        credentials = grpc.ssl_channel_credentials(root_certificates=root_certificates)
        channel = grpc.secure_channel(target, credentials, options)
    else:
        channel = grpc.insecure_channel(target, options)
    return grpc.intercept_channel(channel, _WithKey(key.strip()))
