import datetime

from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from orgfit.common.v1 import values_pb2 as _values_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DayOfWeek(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DAY_OF_WEEK_UNSPECIFIED: _ClassVar[DayOfWeek]
    DAY_OF_WEEK_MONDAY: _ClassVar[DayOfWeek]
    DAY_OF_WEEK_TUESDAY: _ClassVar[DayOfWeek]
    DAY_OF_WEEK_WEDNESDAY: _ClassVar[DayOfWeek]
    DAY_OF_WEEK_THURSDAY: _ClassVar[DayOfWeek]
    DAY_OF_WEEK_FRIDAY: _ClassVar[DayOfWeek]
    DAY_OF_WEEK_SATURDAY: _ClassVar[DayOfWeek]
    DAY_OF_WEEK_SUNDAY: _ClassVar[DayOfWeek]

class SegmentRole(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEGMENT_ROLE_UNSPECIFIED: _ClassVar[SegmentRole]
    SEGMENT_ROLE_HIERARCHY_LEVEL: _ClassVar[SegmentRole]
    SEGMENT_ROLE_FUNCTION: _ClassVar[SegmentRole]
    SEGMENT_ROLE_CUSTOMER_CONTACT: _ClassVar[SegmentRole]
    SEGMENT_ROLE_OTHER: _ClassVar[SegmentRole]
DAY_OF_WEEK_UNSPECIFIED: DayOfWeek
DAY_OF_WEEK_MONDAY: DayOfWeek
DAY_OF_WEEK_TUESDAY: DayOfWeek
DAY_OF_WEEK_WEDNESDAY: DayOfWeek
DAY_OF_WEEK_THURSDAY: DayOfWeek
DAY_OF_WEEK_FRIDAY: DayOfWeek
DAY_OF_WEEK_SATURDAY: DayOfWeek
DAY_OF_WEEK_SUNDAY: DayOfWeek
SEGMENT_ROLE_UNSPECIFIED: SegmentRole
SEGMENT_ROLE_HIERARCHY_LEVEL: SegmentRole
SEGMENT_ROLE_FUNCTION: SegmentRole
SEGMENT_ROLE_CUSTOMER_CONTACT: SegmentRole
SEGMENT_ROLE_OTHER: SegmentRole

class Organization(_message.Message):
    __slots__ = ("organization_id", "display_name", "time_zone", "default_language_code", "supported_language_codes", "privacy_policy", "root_unit_id", "working_days", "etag", "create_time", "update_time")
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    SUPPORTED_LANGUAGE_CODES_FIELD_NUMBER: _ClassVar[int]
    PRIVACY_POLICY_FIELD_NUMBER: _ClassVar[int]
    ROOT_UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    WORKING_DAYS_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    organization_id: str
    display_name: str
    time_zone: str
    default_language_code: str
    supported_language_codes: _containers.RepeatedScalarFieldContainer[str]
    privacy_policy: PrivacyPolicy
    root_unit_id: str
    working_days: _containers.RepeatedScalarFieldContainer[DayOfWeek]
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, organization_id: _Optional[str] = ..., display_name: _Optional[str] = ..., time_zone: _Optional[str] = ..., default_language_code: _Optional[str] = ..., supported_language_codes: _Optional[_Iterable[str]] = ..., privacy_policy: _Optional[_Union[PrivacyPolicy, _Mapping]] = ..., root_unit_id: _Optional[str] = ..., working_days: _Optional[_Iterable[_Union[DayOfWeek, str]]] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PrivacyPolicy(_message.Message):
    __slots__ = ("minimum_group_size", "distribution_minimum_group_size", "comment_minimum_group_size", "quality_minimum_group_size", "driver_minimum_group_size", "disclose_individual_participation")
    MINIMUM_GROUP_SIZE_FIELD_NUMBER: _ClassVar[int]
    DISTRIBUTION_MINIMUM_GROUP_SIZE_FIELD_NUMBER: _ClassVar[int]
    COMMENT_MINIMUM_GROUP_SIZE_FIELD_NUMBER: _ClassVar[int]
    QUALITY_MINIMUM_GROUP_SIZE_FIELD_NUMBER: _ClassVar[int]
    DRIVER_MINIMUM_GROUP_SIZE_FIELD_NUMBER: _ClassVar[int]
    DISCLOSE_INDIVIDUAL_PARTICIPATION_FIELD_NUMBER: _ClassVar[int]
    minimum_group_size: int
    distribution_minimum_group_size: int
    comment_minimum_group_size: int
    quality_minimum_group_size: int
    driver_minimum_group_size: int
    disclose_individual_participation: bool
    def __init__(self, minimum_group_size: _Optional[int] = ..., distribution_minimum_group_size: _Optional[int] = ..., comment_minimum_group_size: _Optional[int] = ..., quality_minimum_group_size: _Optional[int] = ..., driver_minimum_group_size: _Optional[int] = ..., disclose_individual_participation: bool = ...) -> None: ...

class SegmentScheme(_message.Message):
    __slots__ = ("dimensions", "etag")
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    dimensions: _containers.RepeatedCompositeFieldContainer[SegmentDimension]
    etag: str
    def __init__(self, dimensions: _Optional[_Iterable[_Union[SegmentDimension, _Mapping]]] = ..., etag: _Optional[str] = ...) -> None: ...

class SegmentDimension(_message.Message):
    __slots__ = ("key", "title", "role", "values")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    key: str
    title: _values_pb2.LocalizedText
    role: SegmentRole
    values: _containers.RepeatedCompositeFieldContainer[SegmentValue]
    def __init__(self, key: _Optional[str] = ..., title: _Optional[_Union[_values_pb2.LocalizedText, _Mapping]] = ..., role: _Optional[_Union[SegmentRole, str]] = ..., values: _Optional[_Iterable[_Union[SegmentValue, _Mapping]]] = ...) -> None: ...

class SegmentValue(_message.Message):
    __slots__ = ("key", "title", "retired", "leading")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    RETIRED_FIELD_NUMBER: _ClassVar[int]
    LEADING_FIELD_NUMBER: _ClassVar[int]
    key: str
    title: _values_pb2.LocalizedText
    retired: bool
    leading: bool
    def __init__(self, key: _Optional[str] = ..., title: _Optional[_Union[_values_pb2.LocalizedText, _Mapping]] = ..., retired: bool = ..., leading: bool = ...) -> None: ...

class Unit(_message.Message):
    __slots__ = ("unit_id", "external_id", "parent_unit_id", "display_name", "depth", "direct_member_count", "lead_person_id", "predecessor_unit_ids", "effective_date", "etag", "create_time", "update_time", "delete_time", "purge_time")
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    PARENT_UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    DIRECT_MEMBER_COUNT_FIELD_NUMBER: _ClassVar[int]
    LEAD_PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    PREDECESSOR_UNIT_IDS_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_DATE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    DELETE_TIME_FIELD_NUMBER: _ClassVar[int]
    PURGE_TIME_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    external_id: str
    parent_unit_id: str
    display_name: str
    depth: int
    direct_member_count: int
    lead_person_id: str
    predecessor_unit_ids: _containers.RepeatedScalarFieldContainer[str]
    effective_date: _values_pb2.CalendarDate
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    delete_time: _timestamp_pb2.Timestamp
    purge_time: _timestamp_pb2.Timestamp
    def __init__(self, unit_id: _Optional[str] = ..., external_id: _Optional[str] = ..., parent_unit_id: _Optional[str] = ..., display_name: _Optional[str] = ..., depth: _Optional[int] = ..., direct_member_count: _Optional[int] = ..., lead_person_id: _Optional[str] = ..., predecessor_unit_ids: _Optional[_Iterable[str]] = ..., effective_date: _Optional[_Union[_values_pb2.CalendarDate, _Mapping]] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., delete_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., purge_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetOrganizationRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetOrganizationResponse(_message.Message):
    __slots__ = ("organization",)
    ORGANIZATION_FIELD_NUMBER: _ClassVar[int]
    organization: Organization
    def __init__(self, organization: _Optional[_Union[Organization, _Mapping]] = ...) -> None: ...

class UpdateOrganizationRequest(_message.Message):
    __slots__ = ("organization", "update_mask")
    ORGANIZATION_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    organization: Organization
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, organization: _Optional[_Union[Organization, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateOrganizationResponse(_message.Message):
    __slots__ = ("organization",)
    ORGANIZATION_FIELD_NUMBER: _ClassVar[int]
    organization: Organization
    def __init__(self, organization: _Optional[_Union[Organization, _Mapping]] = ...) -> None: ...

class GetSegmentSchemeRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetSegmentSchemeResponse(_message.Message):
    __slots__ = ("segment_scheme",)
    SEGMENT_SCHEME_FIELD_NUMBER: _ClassVar[int]
    segment_scheme: SegmentScheme
    def __init__(self, segment_scheme: _Optional[_Union[SegmentScheme, _Mapping]] = ...) -> None: ...

class UpdateSegmentSchemeRequest(_message.Message):
    __slots__ = ("segment_scheme", "validate_only")
    SEGMENT_SCHEME_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    segment_scheme: SegmentScheme
    validate_only: bool
    def __init__(self, segment_scheme: _Optional[_Union[SegmentScheme, _Mapping]] = ..., validate_only: bool = ...) -> None: ...

class UpdateSegmentSchemeResponse(_message.Message):
    __slots__ = ("segment_scheme",)
    SEGMENT_SCHEME_FIELD_NUMBER: _ClassVar[int]
    segment_scheme: SegmentScheme
    def __init__(self, segment_scheme: _Optional[_Union[SegmentScheme, _Mapping]] = ...) -> None: ...

class CreateUnitRequest(_message.Message):
    __slots__ = ("unit", "request_id")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    unit: Unit
    request_id: str
    def __init__(self, unit: _Optional[_Union[Unit, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateUnitResponse(_message.Message):
    __slots__ = ("unit",)
    UNIT_FIELD_NUMBER: _ClassVar[int]
    unit: Unit
    def __init__(self, unit: _Optional[_Union[Unit, _Mapping]] = ...) -> None: ...

class GetUnitRequest(_message.Message):
    __slots__ = ("unit_id", "external_id")
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    external_id: str
    def __init__(self, unit_id: _Optional[str] = ..., external_id: _Optional[str] = ...) -> None: ...

class GetUnitResponse(_message.Message):
    __slots__ = ("unit",)
    UNIT_FIELD_NUMBER: _ClassVar[int]
    unit: Unit
    def __init__(self, unit: _Optional[_Union[Unit, _Mapping]] = ...) -> None: ...

class ListUnitsRequest(_message.Message):
    __slots__ = ("parent_unit_id", "direct_children_only", "show_deleted", "page_size", "page_token")
    PARENT_UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    DIRECT_CHILDREN_ONLY_FIELD_NUMBER: _ClassVar[int]
    SHOW_DELETED_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent_unit_id: str
    direct_children_only: bool
    show_deleted: bool
    page_size: int
    page_token: str
    def __init__(self, parent_unit_id: _Optional[str] = ..., direct_children_only: bool = ..., show_deleted: bool = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListUnitsResponse(_message.Message):
    __slots__ = ("units", "next_page_token")
    UNITS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    units: _containers.RepeatedCompositeFieldContainer[Unit]
    next_page_token: str
    def __init__(self, units: _Optional[_Iterable[_Union[Unit, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateUnitRequest(_message.Message):
    __slots__ = ("unit", "update_mask")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    unit: Unit
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, unit: _Optional[_Union[Unit, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateUnitResponse(_message.Message):
    __slots__ = ("unit",)
    UNIT_FIELD_NUMBER: _ClassVar[int]
    unit: Unit
    def __init__(self, unit: _Optional[_Union[Unit, _Mapping]] = ...) -> None: ...

class MoveUnitRequest(_message.Message):
    __slots__ = ("unit_id", "new_parent_unit_id", "effective_date", "etag", "validate_only", "request_id")
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    NEW_PARENT_UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_DATE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    new_parent_unit_id: str
    effective_date: _values_pb2.CalendarDate
    etag: str
    validate_only: bool
    request_id: str
    def __init__(self, unit_id: _Optional[str] = ..., new_parent_unit_id: _Optional[str] = ..., effective_date: _Optional[_Union[_values_pb2.CalendarDate, _Mapping]] = ..., etag: _Optional[str] = ..., validate_only: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class MoveUnitResponse(_message.Message):
    __slots__ = ("unit",)
    UNIT_FIELD_NUMBER: _ClassVar[int]
    unit: Unit
    def __init__(self, unit: _Optional[_Union[Unit, _Mapping]] = ...) -> None: ...

class DeleteUnitRequest(_message.Message):
    __slots__ = ("unit_id", "etag")
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    etag: str
    def __init__(self, unit_id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class DeleteUnitResponse(_message.Message):
    __slots__ = ("unit",)
    UNIT_FIELD_NUMBER: _ClassVar[int]
    unit: Unit
    def __init__(self, unit: _Optional[_Union[Unit, _Mapping]] = ...) -> None: ...

class UndeleteUnitRequest(_message.Message):
    __slots__ = ("unit_id",)
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    def __init__(self, unit_id: _Optional[str] = ...) -> None: ...

class UndeleteUnitResponse(_message.Message):
    __slots__ = ("unit",)
    UNIT_FIELD_NUMBER: _ClassVar[int]
    unit: Unit
    def __init__(self, unit: _Optional[_Union[Unit, _Mapping]] = ...) -> None: ...
