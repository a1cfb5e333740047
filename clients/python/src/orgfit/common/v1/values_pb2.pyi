from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ScoreLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SCORE_LEVEL_UNSPECIFIED: _ClassVar[ScoreLevel]
    SCORE_LEVEL_OVERALL: _ClassVar[ScoreLevel]
    SCORE_LEVEL_DIMENSION: _ClassVar[ScoreLevel]
    SCORE_LEVEL_FACET: _ClassVar[ScoreLevel]
    SCORE_LEVEL_ITEM: _ClassVar[ScoreLevel]

class EmploymentStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EMPLOYMENT_STATUS_UNSPECIFIED: _ClassVar[EmploymentStatus]
    EMPLOYMENT_STATUS_ACTIVE: _ClassVar[EmploymentStatus]
    EMPLOYMENT_STATUS_LEAVE: _ClassVar[EmploymentStatus]
    EMPLOYMENT_STATUS_ONBOARDING: _ClassVar[EmploymentStatus]
    EMPLOYMENT_STATUS_PREHIRE: _ClassVar[EmploymentStatus]
    EMPLOYMENT_STATUS_RETIRED: _ClassVar[EmploymentStatus]
    EMPLOYMENT_STATUS_TERMINATED: _ClassVar[EmploymentStatus]
    EMPLOYMENT_STATUS_DECEASED: _ClassVar[EmploymentStatus]
SCORE_LEVEL_UNSPECIFIED: ScoreLevel
SCORE_LEVEL_OVERALL: ScoreLevel
SCORE_LEVEL_DIMENSION: ScoreLevel
SCORE_LEVEL_FACET: ScoreLevel
SCORE_LEVEL_ITEM: ScoreLevel
EMPLOYMENT_STATUS_UNSPECIFIED: EmploymentStatus
EMPLOYMENT_STATUS_ACTIVE: EmploymentStatus
EMPLOYMENT_STATUS_LEAVE: EmploymentStatus
EMPLOYMENT_STATUS_ONBOARDING: EmploymentStatus
EMPLOYMENT_STATUS_PREHIRE: EmploymentStatus
EMPLOYMENT_STATUS_RETIRED: EmploymentStatus
EMPLOYMENT_STATUS_TERMINATED: EmploymentStatus
EMPLOYMENT_STATUS_DECEASED: EmploymentStatus

class LocalizedText(_message.Message):
    __slots__ = ("by_language",)
    class ByLanguageEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    BY_LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    by_language: _containers.ScalarMap[str, str]
    def __init__(self, by_language: _Optional[_Mapping[str, str]] = ...) -> None: ...

class CalendarDate(_message.Message):
    __slots__ = ("year", "month", "day")
    YEAR_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    year: int
    month: int
    day: int
    def __init__(self, year: _Optional[int] = ..., month: _Optional[int] = ..., day: _Optional[int] = ...) -> None: ...

class CalendarPeriod(_message.Message):
    __slots__ = ("start_date", "end_date", "time_zone")
    START_DATE_FIELD_NUMBER: _ClassVar[int]
    END_DATE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    start_date: CalendarDate
    end_date: CalendarDate
    time_zone: str
    def __init__(self, start_date: _Optional[_Union[CalendarDate, _Mapping]] = ..., end_date: _Optional[_Union[CalendarDate, _Mapping]] = ..., time_zone: _Optional[str] = ...) -> None: ...

class SegmentSelector(_message.Message):
    __slots__ = ("dimension_key", "value_key")
    DIMENSION_KEY_FIELD_NUMBER: _ClassVar[int]
    VALUE_KEY_FIELD_NUMBER: _ClassVar[int]
    dimension_key: str
    value_key: str
    def __init__(self, dimension_key: _Optional[str] = ..., value_key: _Optional[str] = ...) -> None: ...

class Slice(_message.Message):
    __slots__ = ("unit_id", "direct_members_only", "segments")
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    DIRECT_MEMBERS_ONLY_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    direct_members_only: bool
    segments: _containers.RepeatedCompositeFieldContainer[SegmentSelector]
    def __init__(self, unit_id: _Optional[str] = ..., direct_members_only: bool = ..., segments: _Optional[_Iterable[_Union[SegmentSelector, _Mapping]]] = ...) -> None: ...

class ScoreTarget(_message.Message):
    __slots__ = ("level", "key")
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    level: ScoreLevel
    key: str
    def __init__(self, level: _Optional[_Union[ScoreLevel, str]] = ..., key: _Optional[str] = ...) -> None: ...
