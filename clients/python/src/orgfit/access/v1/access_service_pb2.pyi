import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROLE_UNSPECIFIED: _ClassVar[Role]
    ROLE_ADMINISTRATOR: _ClassVar[Role]
    ROLE_PEOPLE_MANAGER: _ClassVar[Role]
    ROLE_ANALYST: _ClassVar[Role]
    ROLE_COMMENT_READER: _ClassVar[Role]
    ROLE_UNIT_LEAD: _ClassVar[Role]
    ROLE_WORKS_COUNCIL: _ClassVar[Role]

class CallerKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CALLER_KIND_UNSPECIFIED: _ClassVar[CallerKind]
    CALLER_KIND_PERSON: _ClassVar[CallerKind]
    CALLER_KIND_CLIENT: _ClassVar[CallerKind]
    CALLER_KIND_OPERATOR: _ClassVar[CallerKind]
ROLE_UNSPECIFIED: Role
ROLE_ADMINISTRATOR: Role
ROLE_PEOPLE_MANAGER: Role
ROLE_ANALYST: Role
ROLE_COMMENT_READER: Role
ROLE_UNIT_LEAD: Role
ROLE_WORKS_COUNCIL: Role
CALLER_KIND_UNSPECIFIED: CallerKind
CALLER_KIND_PERSON: CallerKind
CALLER_KIND_CLIENT: CallerKind
CALLER_KIND_OPERATOR: CallerKind

class Grant(_message.Message):
    __slots__ = ("person_id", "role", "unit_id")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    role: Role
    unit_id: str
    def __init__(self, person_id: _Optional[str] = ..., role: _Optional[_Union[Role, str]] = ..., unit_id: _Optional[str] = ...) -> None: ...

class Caller(_message.Message):
    __slots__ = ("organization_id", "kind", "person_id", "client_name", "permissions", "grants", "unit_id", "expire_time")
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_NAME_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    GRANTS_FIELD_NUMBER: _ClassVar[int]
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    organization_id: str
    kind: CallerKind
    person_id: str
    client_name: str
    permissions: _containers.RepeatedScalarFieldContainer[str]
    grants: _containers.RepeatedCompositeFieldContainer[Grant]
    unit_id: str
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, organization_id: _Optional[str] = ..., kind: _Optional[_Union[CallerKind, str]] = ..., person_id: _Optional[str] = ..., client_name: _Optional[str] = ..., permissions: _Optional[_Iterable[str]] = ..., grants: _Optional[_Iterable[_Union[Grant, _Mapping]]] = ..., unit_id: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class WhoAmIRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class WhoAmIResponse(_message.Message):
    __slots__ = ("caller",)
    CALLER_FIELD_NUMBER: _ClassVar[int]
    caller: Caller
    def __init__(self, caller: _Optional[_Union[Caller, _Mapping]] = ...) -> None: ...

class ListGrantsRequest(_message.Message):
    __slots__ = ("person_id", "role", "unit_id", "page_size", "page_token")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    role: Role
    unit_id: str
    page_size: int
    page_token: str
    def __init__(self, person_id: _Optional[str] = ..., role: _Optional[_Union[Role, str]] = ..., unit_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListGrantsResponse(_message.Message):
    __slots__ = ("grants", "next_page_token")
    GRANTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    grants: _containers.RepeatedCompositeFieldContainer[Grant]
    next_page_token: str
    def __init__(self, grants: _Optional[_Iterable[_Union[Grant, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ChangeGrantsRequest(_message.Message):
    __slots__ = ("added_grants", "removed_grants", "request_id")
    ADDED_GRANTS_FIELD_NUMBER: _ClassVar[int]
    REMOVED_GRANTS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    added_grants: _containers.RepeatedCompositeFieldContainer[Grant]
    removed_grants: _containers.RepeatedCompositeFieldContainer[Grant]
    request_id: str
    def __init__(self, added_grants: _Optional[_Iterable[_Union[Grant, _Mapping]]] = ..., removed_grants: _Optional[_Iterable[_Union[Grant, _Mapping]]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ChangeGrantsResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
