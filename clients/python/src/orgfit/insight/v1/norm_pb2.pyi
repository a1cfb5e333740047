import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from orgfit.common.v1 import statistics_pb2 as _statistics_pb2
from orgfit.common.v1 import values_pb2 as _values_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class NormSource(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NORM_SOURCE_UNSPECIFIED: _ClassVar[NormSource]
    NORM_SOURCE_UPLOADED: _ClassVar[NormSource]
    NORM_SOURCE_OWN_WAVES: _ClassVar[NormSource]
    NORM_SOURCE_POOLED: _ClassVar[NormSource]

class NormCase(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NORM_CASE_UNSPECIFIED: _ClassVar[NormCase]
    NORM_CASE_ORGANIZATIONS: _ClassVar[NormCase]
    NORM_CASE_UNITS: _ClassVar[NormCase]

class NormSetView(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NORM_SET_VIEW_UNSPECIFIED: _ClassVar[NormSetView]
    NORM_SET_VIEW_BASIC: _ClassVar[NormSetView]
    NORM_SET_VIEW_FULL: _ClassVar[NormSetView]
NORM_SOURCE_UNSPECIFIED: NormSource
NORM_SOURCE_UPLOADED: NormSource
NORM_SOURCE_OWN_WAVES: NormSource
NORM_SOURCE_POOLED: NormSource
NORM_CASE_UNSPECIFIED: NormCase
NORM_CASE_ORGANIZATIONS: NormCase
NORM_CASE_UNITS: NormCase
NORM_SET_VIEW_UNSPECIFIED: NormSetView
NORM_SET_VIEW_BASIC: NormSetView
NORM_SET_VIEW_FULL: NormSetView

class NormSet(_message.Message):
    __slots__ = ("norm_set_id", "display_name", "instrument_key", "source", "provenance", "population", "period", "wave_ids", "case_kind", "organization_count", "respondent_count", "values", "version", "create_time")
    NORM_SET_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    INSTRUMENT_KEY_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    POPULATION_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    WAVE_IDS_FIELD_NUMBER: _ClassVar[int]
    CASE_KIND_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_COUNT_FIELD_NUMBER: _ClassVar[int]
    RESPONDENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    norm_set_id: str
    display_name: str
    instrument_key: str
    source: NormSource
    provenance: str
    population: str
    period: _values_pb2.CalendarPeriod
    wave_ids: _containers.RepeatedScalarFieldContainer[str]
    case_kind: NormCase
    organization_count: int
    respondent_count: int
    values: _containers.RepeatedCompositeFieldContainer[NormValue]
    version: int
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, norm_set_id: _Optional[str] = ..., display_name: _Optional[str] = ..., instrument_key: _Optional[str] = ..., source: _Optional[_Union[NormSource, str]] = ..., provenance: _Optional[str] = ..., population: _Optional[str] = ..., period: _Optional[_Union[_values_pb2.CalendarPeriod, _Mapping]] = ..., wave_ids: _Optional[_Iterable[str]] = ..., case_kind: _Optional[_Union[NormCase, str]] = ..., organization_count: _Optional[int] = ..., respondent_count: _Optional[int] = ..., values: _Optional[_Iterable[_Union[NormValue, _Mapping]]] = ..., version: _Optional[int] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class NormValue(_message.Message):
    __slots__ = ("target", "mean", "standard_deviation", "case_count", "percentiles")
    TARGET_FIELD_NUMBER: _ClassVar[int]
    MEAN_FIELD_NUMBER: _ClassVar[int]
    STANDARD_DEVIATION_FIELD_NUMBER: _ClassVar[int]
    CASE_COUNT_FIELD_NUMBER: _ClassVar[int]
    PERCENTILES_FIELD_NUMBER: _ClassVar[int]
    target: _values_pb2.ScoreTarget
    mean: float
    standard_deviation: float
    case_count: int
    percentiles: _containers.RepeatedCompositeFieldContainer[NormPercentile]
    def __init__(self, target: _Optional[_Union[_values_pb2.ScoreTarget, _Mapping]] = ..., mean: _Optional[float] = ..., standard_deviation: _Optional[float] = ..., case_count: _Optional[int] = ..., percentiles: _Optional[_Iterable[_Union[NormPercentile, _Mapping]]] = ...) -> None: ...

class NormPercentile(_message.Message):
    __slots__ = ("percent", "value")
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    percent: int
    value: float
    def __init__(self, percent: _Optional[int] = ..., value: _Optional[float] = ...) -> None: ...

class NormContribution(_message.Message):
    __slots__ = ("instrument_key", "wave_id", "release_id", "contribute_time")
    INSTRUMENT_KEY_FIELD_NUMBER: _ClassVar[int]
    WAVE_ID_FIELD_NUMBER: _ClassVar[int]
    RELEASE_ID_FIELD_NUMBER: _ClassVar[int]
    CONTRIBUTE_TIME_FIELD_NUMBER: _ClassVar[int]
    instrument_key: str
    wave_id: str
    release_id: str
    contribute_time: _timestamp_pb2.Timestamp
    def __init__(self, instrument_key: _Optional[str] = ..., wave_id: _Optional[str] = ..., release_id: _Optional[str] = ..., contribute_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class NormComparison(_message.Message):
    __slots__ = ("norm_set_id", "percentile", "difference")
    NORM_SET_ID_FIELD_NUMBER: _ClassVar[int]
    PERCENTILE_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    norm_set_id: str
    percentile: _statistics_pb2.Statistic
    difference: _statistics_pb2.Statistic
    def __init__(self, norm_set_id: _Optional[str] = ..., percentile: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., difference: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ...) -> None: ...
