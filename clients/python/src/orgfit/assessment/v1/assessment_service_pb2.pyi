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

class WaveSource(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WAVE_SOURCE_UNSPECIFIED: _ClassVar[WaveSource]
    WAVE_SOURCE_INVITED: _ClassVar[WaveSource]
    WAVE_SOURCE_IMPORTED: _ClassVar[WaveSource]

class WaveState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WAVE_STATE_UNSPECIFIED: _ClassVar[WaveState]
    WAVE_STATE_DRAFT: _ClassVar[WaveState]
    WAVE_STATE_OPEN: _ClassVar[WaveState]
    WAVE_STATE_CLOSED: _ClassVar[WaveState]
    WAVE_STATE_CANCELLED: _ClassVar[WaveState]

class ResultsState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RESULTS_STATE_UNSPECIFIED: _ClassVar[ResultsState]
    RESULTS_STATE_NOT_RELEASED: _ClassVar[ResultsState]
    RESULTS_STATE_COMPUTING: _ClassVar[ResultsState]
    RESULTS_STATE_RELEASED: _ClassVar[ResultsState]

class TokenScheme(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TOKEN_SCHEME_UNSPECIFIED: _ClassVar[TokenScheme]
    TOKEN_SCHEME_SERVER_ISSUED: _ClassVar[TokenScheme]

class WaveWarningKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WAVE_WARNING_KIND_UNSPECIFIED: _ClassVar[WaveWarningKind]
    WAVE_WARNING_KIND_UNIT_TOO_SMALL: _ClassVar[WaveWarningKind]
    WAVE_WARNING_KIND_SEGMENTS_INCOMPLETE: _ClassVar[WaveWarningKind]
    WAVE_WARNING_KIND_SEGMENT_DROPPED: _ClassVar[WaveWarningKind]
WAVE_SOURCE_UNSPECIFIED: WaveSource
WAVE_SOURCE_INVITED: WaveSource
WAVE_SOURCE_IMPORTED: WaveSource
WAVE_STATE_UNSPECIFIED: WaveState
WAVE_STATE_DRAFT: WaveState
WAVE_STATE_OPEN: WaveState
WAVE_STATE_CLOSED: WaveState
WAVE_STATE_CANCELLED: WaveState
RESULTS_STATE_UNSPECIFIED: ResultsState
RESULTS_STATE_NOT_RELEASED: ResultsState
RESULTS_STATE_COMPUTING: ResultsState
RESULTS_STATE_RELEASED: ResultsState
TOKEN_SCHEME_UNSPECIFIED: TokenScheme
TOKEN_SCHEME_SERVER_ISSUED: TokenScheme
WAVE_WARNING_KIND_UNSPECIFIED: WaveWarningKind
WAVE_WARNING_KIND_UNIT_TOO_SMALL: WaveWarningKind
WAVE_WARNING_KIND_SEGMENTS_INCOMPLETE: WaveWarningKind
WAVE_WARNING_KIND_SEGMENT_DROPPED: WaveWarningKind

class Assessment(_message.Message):
    __slots__ = ("assessment_id", "display_name", "instrument_key", "scope_unit_id", "etag", "create_time", "update_time")
    ASSESSMENT_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    INSTRUMENT_KEY_FIELD_NUMBER: _ClassVar[int]
    SCOPE_UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    assessment_id: str
    display_name: str
    instrument_key: str
    scope_unit_id: str
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, assessment_id: _Optional[str] = ..., display_name: _Optional[str] = ..., instrument_key: _Optional[str] = ..., scope_unit_id: _Optional[str] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Wave(_message.Message):
    __slots__ = ("wave_id", "assessment_id", "number", "display_name", "source", "instrument_id", "form_key", "state", "results_state", "planned_close_time", "time_zone", "measured_period", "language_codes", "anonymity_policy", "open_time", "close_time", "etag", "create_time", "update_time")
    WAVE_ID_FIELD_NUMBER: _ClassVar[int]
    ASSESSMENT_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    INSTRUMENT_ID_FIELD_NUMBER: _ClassVar[int]
    FORM_KEY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    RESULTS_STATE_FIELD_NUMBER: _ClassVar[int]
    PLANNED_CLOSE_TIME_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    MEASURED_PERIOD_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODES_FIELD_NUMBER: _ClassVar[int]
    ANONYMITY_POLICY_FIELD_NUMBER: _ClassVar[int]
    OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    CLOSE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    wave_id: str
    assessment_id: str
    number: int
    display_name: str
    source: WaveSource
    instrument_id: str
    form_key: str
    state: WaveState
    results_state: ResultsState
    planned_close_time: _timestamp_pb2.Timestamp
    time_zone: str
    measured_period: _values_pb2.CalendarPeriod
    language_codes: _containers.RepeatedScalarFieldContainer[str]
    anonymity_policy: AnonymityPolicy
    open_time: _timestamp_pb2.Timestamp
    close_time: _timestamp_pb2.Timestamp
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, wave_id: _Optional[str] = ..., assessment_id: _Optional[str] = ..., number: _Optional[int] = ..., display_name: _Optional[str] = ..., source: _Optional[_Union[WaveSource, str]] = ..., instrument_id: _Optional[str] = ..., form_key: _Optional[str] = ..., state: _Optional[_Union[WaveState, str]] = ..., results_state: _Optional[_Union[ResultsState, str]] = ..., planned_close_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., time_zone: _Optional[str] = ..., measured_period: _Optional[_Union[_values_pb2.CalendarPeriod, _Mapping]] = ..., language_codes: _Optional[_Iterable[str]] = ..., anonymity_policy: _Optional[_Union[AnonymityPolicy, _Mapping]] = ..., open_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., close_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AnonymityPolicy(_message.Message):
    __slots__ = ("minimum_group_size", "distribution_minimum_group_size", "comment_minimum_group_size", "quality_minimum_group_size", "driver_minimum_group_size", "disclose_individual_participation", "stored_segment_dimension_keys", "two_way_tables", "token_scheme", "roster_digest", "policy_digest")
    MINIMUM_GROUP_SIZE_FIELD_NUMBER: _ClassVar[int]
    DISTRIBUTION_MINIMUM_GROUP_SIZE_FIELD_NUMBER: _ClassVar[int]
    COMMENT_MINIMUM_GROUP_SIZE_FIELD_NUMBER: _ClassVar[int]
    QUALITY_MINIMUM_GROUP_SIZE_FIELD_NUMBER: _ClassVar[int]
    DRIVER_MINIMUM_GROUP_SIZE_FIELD_NUMBER: _ClassVar[int]
    DISCLOSE_INDIVIDUAL_PARTICIPATION_FIELD_NUMBER: _ClassVar[int]
    STORED_SEGMENT_DIMENSION_KEYS_FIELD_NUMBER: _ClassVar[int]
    TWO_WAY_TABLES_FIELD_NUMBER: _ClassVar[int]
    TOKEN_SCHEME_FIELD_NUMBER: _ClassVar[int]
    ROSTER_DIGEST_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    minimum_group_size: int
    distribution_minimum_group_size: int
    comment_minimum_group_size: int
    quality_minimum_group_size: int
    driver_minimum_group_size: int
    disclose_individual_participation: bool
    stored_segment_dimension_keys: _containers.RepeatedScalarFieldContainer[str]
    two_way_tables: _containers.RepeatedCompositeFieldContainer[SegmentPair]
    token_scheme: TokenScheme
    roster_digest: str
    policy_digest: str
    def __init__(self, minimum_group_size: _Optional[int] = ..., distribution_minimum_group_size: _Optional[int] = ..., comment_minimum_group_size: _Optional[int] = ..., quality_minimum_group_size: _Optional[int] = ..., driver_minimum_group_size: _Optional[int] = ..., disclose_individual_participation: bool = ..., stored_segment_dimension_keys: _Optional[_Iterable[str]] = ..., two_way_tables: _Optional[_Iterable[_Union[SegmentPair, _Mapping]]] = ..., token_scheme: _Optional[_Union[TokenScheme, str]] = ..., roster_digest: _Optional[str] = ..., policy_digest: _Optional[str] = ...) -> None: ...

class SegmentPair(_message.Message):
    __slots__ = ("first_dimension_key", "second_dimension_key")
    FIRST_DIMENSION_KEY_FIELD_NUMBER: _ClassVar[int]
    SECOND_DIMENSION_KEY_FIELD_NUMBER: _ClassVar[int]
    first_dimension_key: str
    second_dimension_key: str
    def __init__(self, first_dimension_key: _Optional[str] = ..., second_dimension_key: _Optional[str] = ...) -> None: ...

class CreateAssessmentRequest(_message.Message):
    __slots__ = ("assessment", "request_id")
    ASSESSMENT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    assessment: Assessment
    request_id: str
    def __init__(self, assessment: _Optional[_Union[Assessment, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateAssessmentResponse(_message.Message):
    __slots__ = ("assessment",)
    ASSESSMENT_FIELD_NUMBER: _ClassVar[int]
    assessment: Assessment
    def __init__(self, assessment: _Optional[_Union[Assessment, _Mapping]] = ...) -> None: ...

class GetAssessmentRequest(_message.Message):
    __slots__ = ("assessment_id",)
    ASSESSMENT_ID_FIELD_NUMBER: _ClassVar[int]
    assessment_id: str
    def __init__(self, assessment_id: _Optional[str] = ...) -> None: ...

class GetAssessmentResponse(_message.Message):
    __slots__ = ("assessment",)
    ASSESSMENT_FIELD_NUMBER: _ClassVar[int]
    assessment: Assessment
    def __init__(self, assessment: _Optional[_Union[Assessment, _Mapping]] = ...) -> None: ...

class ListAssessmentsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAssessmentsResponse(_message.Message):
    __slots__ = ("assessments", "next_page_token")
    ASSESSMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    assessments: _containers.RepeatedCompositeFieldContainer[Assessment]
    next_page_token: str
    def __init__(self, assessments: _Optional[_Iterable[_Union[Assessment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateAssessmentRequest(_message.Message):
    __slots__ = ("assessment", "update_mask")
    ASSESSMENT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    assessment: Assessment
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, assessment: _Optional[_Union[Assessment, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateAssessmentResponse(_message.Message):
    __slots__ = ("assessment",)
    ASSESSMENT_FIELD_NUMBER: _ClassVar[int]
    assessment: Assessment
    def __init__(self, assessment: _Optional[_Union[Assessment, _Mapping]] = ...) -> None: ...

class CreateWaveRequest(_message.Message):
    __slots__ = ("wave", "request_id")
    WAVE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    wave: Wave
    request_id: str
    def __init__(self, wave: _Optional[_Union[Wave, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateWaveResponse(_message.Message):
    __slots__ = ("wave",)
    WAVE_FIELD_NUMBER: _ClassVar[int]
    wave: Wave
    def __init__(self, wave: _Optional[_Union[Wave, _Mapping]] = ...) -> None: ...

class GetWaveRequest(_message.Message):
    __slots__ = ("wave_id",)
    WAVE_ID_FIELD_NUMBER: _ClassVar[int]
    wave_id: str
    def __init__(self, wave_id: _Optional[str] = ...) -> None: ...

class GetWaveResponse(_message.Message):
    __slots__ = ("wave",)
    WAVE_FIELD_NUMBER: _ClassVar[int]
    wave: Wave
    def __init__(self, wave: _Optional[_Union[Wave, _Mapping]] = ...) -> None: ...

class ListWavesRequest(_message.Message):
    __slots__ = ("assessment_id", "page_size", "page_token")
    ASSESSMENT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    assessment_id: str
    page_size: int
    page_token: str
    def __init__(self, assessment_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListWavesResponse(_message.Message):
    __slots__ = ("waves", "next_page_token")
    WAVES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    waves: _containers.RepeatedCompositeFieldContainer[Wave]
    next_page_token: str
    def __init__(self, waves: _Optional[_Iterable[_Union[Wave, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateWaveRequest(_message.Message):
    __slots__ = ("wave", "update_mask")
    WAVE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    wave: Wave
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, wave: _Optional[_Union[Wave, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateWaveResponse(_message.Message):
    __slots__ = ("wave",)
    WAVE_FIELD_NUMBER: _ClassVar[int]
    wave: Wave
    def __init__(self, wave: _Optional[_Union[Wave, _Mapping]] = ...) -> None: ...

class OpenWaveRequest(_message.Message):
    __slots__ = ("wave_id", "etag", "validate_only", "request_id")
    WAVE_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    wave_id: str
    etag: str
    validate_only: bool
    request_id: str
    def __init__(self, wave_id: _Optional[str] = ..., etag: _Optional[str] = ..., validate_only: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class OpenWaveResponse(_message.Message):
    __slots__ = ("wave", "warnings")
    WAVE_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    wave: Wave
    warnings: _containers.RepeatedCompositeFieldContainer[WaveWarning]
    def __init__(self, wave: _Optional[_Union[Wave, _Mapping]] = ..., warnings: _Optional[_Iterable[_Union[WaveWarning, _Mapping]]] = ...) -> None: ...

class WaveWarning(_message.Message):
    __slots__ = ("kind", "unit_id", "segment_dimension_key")
    KIND_FIELD_NUMBER: _ClassVar[int]
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_DIMENSION_KEY_FIELD_NUMBER: _ClassVar[int]
    kind: WaveWarningKind
    unit_id: str
    segment_dimension_key: str
    def __init__(self, kind: _Optional[_Union[WaveWarningKind, str]] = ..., unit_id: _Optional[str] = ..., segment_dimension_key: _Optional[str] = ...) -> None: ...

class CloseWaveRequest(_message.Message):
    __slots__ = ("wave_id", "request_id")
    WAVE_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    wave_id: str
    request_id: str
    def __init__(self, wave_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class CloseWaveResponse(_message.Message):
    __slots__ = ("wave",)
    WAVE_FIELD_NUMBER: _ClassVar[int]
    wave: Wave
    def __init__(self, wave: _Optional[_Union[Wave, _Mapping]] = ...) -> None: ...

class CancelWaveRequest(_message.Message):
    __slots__ = ("wave_id", "etag", "request_id")
    WAVE_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    wave_id: str
    etag: str
    request_id: str
    def __init__(self, wave_id: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class CancelWaveResponse(_message.Message):
    __slots__ = ("wave",)
    WAVE_FIELD_NUMBER: _ClassVar[int]
    wave: Wave
    def __init__(self, wave: _Optional[_Union[Wave, _Mapping]] = ...) -> None: ...
