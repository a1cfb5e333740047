import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from orgfit.common.v1 import values_pb2 as _values_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class InvitationState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INVITATION_STATE_UNSPECIFIED: _ClassVar[InvitationState]
    INVITATION_STATE_ISSUED: _ClassVar[InvitationState]
    INVITATION_STATE_REVOKED: _ClassVar[InvitationState]
    INVITATION_STATE_EXPIRED: _ClassVar[InvitationState]

class ParticipationState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PARTICIPATION_STATE_UNSPECIFIED: _ClassVar[ParticipationState]
    PARTICIPATION_STATE_UNDISCLOSED: _ClassVar[ParticipationState]
    PARTICIPATION_STATE_PENDING: _ClassVar[ParticipationState]
    PARTICIPATION_STATE_COMPLETED: _ClassVar[ParticipationState]
INVITATION_STATE_UNSPECIFIED: InvitationState
INVITATION_STATE_ISSUED: InvitationState
INVITATION_STATE_REVOKED: InvitationState
INVITATION_STATE_EXPIRED: InvitationState
PARTICIPATION_STATE_UNSPECIFIED: ParticipationState
PARTICIPATION_STATE_UNDISCLOSED: ParticipationState
PARTICIPATION_STATE_PENDING: ParticipationState
PARTICIPATION_STATE_COMPLETED: ParticipationState

class Invitation(_message.Message):
    __slots__ = ("invitation_id", "wave_id", "person_id", "unit_id", "segments", "late", "state", "participation", "expire_time")
    INVITATION_ID_FIELD_NUMBER: _ClassVar[int]
    WAVE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PARTICIPATION_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    invitation_id: str
    wave_id: str
    person_id: str
    unit_id: str
    segments: _containers.RepeatedCompositeFieldContainer[_values_pb2.SegmentSelector]
    late: bool
    state: InvitationState
    participation: ParticipationState
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, invitation_id: _Optional[str] = ..., wave_id: _Optional[str] = ..., person_id: _Optional[str] = ..., unit_id: _Optional[str] = ..., segments: _Optional[_Iterable[_Union[_values_pb2.SegmentSelector, _Mapping]]] = ..., late: bool = ..., state: _Optional[_Union[InvitationState, str]] = ..., participation: _Optional[_Union[ParticipationState, str]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class IssueInvitationsRequest(_message.Message):
    __slots__ = ("wave_id", "people", "anonymous_batch", "expire_time", "request_id")
    WAVE_ID_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    ANONYMOUS_BATCH_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    wave_id: str
    people: PersonSelection
    anonymous_batch: AnonymousBatch
    expire_time: _timestamp_pb2.Timestamp
    request_id: str
    def __init__(self, wave_id: _Optional[str] = ..., people: _Optional[_Union[PersonSelection, _Mapping]] = ..., anonymous_batch: _Optional[_Union[AnonymousBatch, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class PersonSelection(_message.Message):
    __slots__ = ("person_ids",)
    PERSON_IDS_FIELD_NUMBER: _ClassVar[int]
    person_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, person_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class AnonymousBatch(_message.Message):
    __slots__ = ("unit_id", "segments", "count")
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    segments: _containers.RepeatedCompositeFieldContainer[_values_pb2.SegmentSelector]
    count: int
    def __init__(self, unit_id: _Optional[str] = ..., segments: _Optional[_Iterable[_Union[_values_pb2.SegmentSelector, _Mapping]]] = ..., count: _Optional[int] = ...) -> None: ...

class IssueInvitationsResponse(_message.Message):
    __slots__ = ("issued_invitations", "skipped_person_ids", "policy_digest")
    ISSUED_INVITATIONS_FIELD_NUMBER: _ClassVar[int]
    SKIPPED_PERSON_IDS_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    issued_invitations: _containers.RepeatedCompositeFieldContainer[IssuedInvitation]
    skipped_person_ids: _containers.RepeatedScalarFieldContainer[str]
    policy_digest: str
    def __init__(self, issued_invitations: _Optional[_Iterable[_Union[IssuedInvitation, _Mapping]]] = ..., skipped_person_ids: _Optional[_Iterable[str]] = ..., policy_digest: _Optional[str] = ...) -> None: ...

class IssuedInvitation(_message.Message):
    __slots__ = ("invitation", "response_token")
    INVITATION_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    invitation: Invitation
    response_token: str
    def __init__(self, invitation: _Optional[_Union[Invitation, _Mapping]] = ..., response_token: _Optional[str] = ...) -> None: ...

class ListInvitationsRequest(_message.Message):
    __slots__ = ("wave_id", "participation", "page_size", "page_token")
    WAVE_ID_FIELD_NUMBER: _ClassVar[int]
    PARTICIPATION_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    wave_id: str
    participation: ParticipationState
    page_size: int
    page_token: str
    def __init__(self, wave_id: _Optional[str] = ..., participation: _Optional[_Union[ParticipationState, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListInvitationsResponse(_message.Message):
    __slots__ = ("invitations", "next_page_token")
    INVITATIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    invitations: _containers.RepeatedCompositeFieldContainer[Invitation]
    next_page_token: str
    def __init__(self, invitations: _Optional[_Iterable[_Union[Invitation, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RevokeInvitationsRequest(_message.Message):
    __slots__ = ("wave_id", "invitation_ids")
    WAVE_ID_FIELD_NUMBER: _ClassVar[int]
    INVITATION_IDS_FIELD_NUMBER: _ClassVar[int]
    wave_id: str
    invitation_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, wave_id: _Optional[str] = ..., invitation_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RevokeInvitationsResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
