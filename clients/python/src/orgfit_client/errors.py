"""Errors of the API as values: the code, the closed reason, and every wrong field at once."""

from dataclasses import dataclass, field

import grpc
from google.rpc import error_details_pb2, status_pb2

DOMAIN = "orgfit"


@dataclass(frozen=True)
class Violation:
    """One wrong field of a request."""

    field: str
    description: str


@dataclass
class ApiError(Exception):
    """A call that failed. `reason` is a value of ErrorReason without its prefix, or empty when the
    answer is not the engine's (a broken connection, a proxy)."""

    code: grpc.StatusCode
    message: str
    reason: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)
    retry_after_seconds: float | None = None

    def __str__(self) -> str:
        lines = [f"{self.code.name}{f' / {self.reason}' if self.reason else ''}: {self.message}"]
        lines += [f"  {violation.field}: {violation.description}" for violation in self.violations]
        return "\n".join(lines)

    @classmethod
    def of(cls, error: grpc.RpcError) -> "ApiError":
        """Reads the details of a failed call."""
        result = cls(error.code(), error.details() or "")
        encoded = next(
            (value for name, value in error.trailing_metadata() or () if name == "grpc-status-details-bin"),
            b"",
        )
        for detail in status_pb2.Status.FromString(encoded).details:
            info = error_details_pb2.ErrorInfo()
            request = error_details_pb2.BadRequest()
            retry = error_details_pb2.RetryInfo()
            if detail.Unpack(info) and info.domain == DOMAIN:
                result.reason = info.reason
                result.metadata = dict(info.metadata)
            elif detail.Unpack(request):
                result.violations = [
                    Violation(one.field, one.description) for one in request.field_violations
                ]
            elif detail.Unpack(retry):
                result.retry_after_seconds = retry.retry_delay.ToTimedelta().total_seconds()
        return result
