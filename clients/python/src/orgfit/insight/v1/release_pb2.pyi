import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from orgfit.common.v1 import statistics_pb2 as _statistics_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReleaseKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RELEASE_KIND_UNSPECIFIED: _ClassVar[ReleaseKind]
    RELEASE_KIND_CLOSING: _ClassVar[ReleaseKind]
RELEASE_KIND_UNSPECIFIED: ReleaseKind
RELEASE_KIND_CLOSING: ReleaseKind

class Release(_message.Message):
    __slots__ = ("release_id", "wave_id", "number", "kind", "release_time", "confidence_level", "method_version", "input_digest", "plan_digest", "exact_digest", "result_digest", "response_count", "audit")
    RELEASE_ID_FIELD_NUMBER: _ClassVar[int]
    WAVE_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    RELEASE_TIME_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_LEVEL_FIELD_NUMBER: _ClassVar[int]
    METHOD_VERSION_FIELD_NUMBER: _ClassVar[int]
    INPUT_DIGEST_FIELD_NUMBER: _ClassVar[int]
    PLAN_DIGEST_FIELD_NUMBER: _ClassVar[int]
    EXACT_DIGEST_FIELD_NUMBER: _ClassVar[int]
    RESULT_DIGEST_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_COUNT_FIELD_NUMBER: _ClassVar[int]
    AUDIT_FIELD_NUMBER: _ClassVar[int]
    release_id: str
    wave_id: str
    number: int
    kind: ReleaseKind
    release_time: _timestamp_pb2.Timestamp
    confidence_level: float
    method_version: str
    input_digest: str
    plan_digest: str
    exact_digest: str
    result_digest: str
    response_count: _statistics_pb2.Count
    audit: DisclosureAudit
    def __init__(self, release_id: _Optional[str] = ..., wave_id: _Optional[str] = ..., number: _Optional[int] = ..., kind: _Optional[_Union[ReleaseKind, str]] = ..., release_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., confidence_level: _Optional[float] = ..., method_version: _Optional[str] = ..., input_digest: _Optional[str] = ..., plan_digest: _Optional[str] = ..., exact_digest: _Optional[str] = ..., result_digest: _Optional[str] = ..., response_count: _Optional[_Union[_statistics_pb2.Count, _Mapping]] = ..., audit: _Optional[_Union[DisclosureAudit, _Mapping]] = ...) -> None: ...

class DisclosureAudit(_message.Message):
    __slots__ = ("eligible_unit_count", "shown_unit_count", "eligible_slice_count", "shown_slice_count")
    ELIGIBLE_UNIT_COUNT_FIELD_NUMBER: _ClassVar[int]
    SHOWN_UNIT_COUNT_FIELD_NUMBER: _ClassVar[int]
    ELIGIBLE_SLICE_COUNT_FIELD_NUMBER: _ClassVar[int]
    SHOWN_SLICE_COUNT_FIELD_NUMBER: _ClassVar[int]
    eligible_unit_count: int
    shown_unit_count: int
    eligible_slice_count: int
    shown_slice_count: int
    def __init__(self, eligible_unit_count: _Optional[int] = ..., shown_unit_count: _Optional[int] = ..., eligible_slice_count: _Optional[int] = ..., shown_slice_count: _Optional[int] = ...) -> None: ...
