import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from orgfit.common.v1 import statistics_pb2 as _statistics_pb2
from orgfit.common.v1 import values_pb2 as _values_pb2
from orgfit.insight.v1 import norm_pb2 as _norm_pb2
from orgfit.insight.v1 import release_pb2 as _release_pb2
from orgfit.insight.v1 import scorecard_pb2 as _scorecard_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ScorecardView(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SCORECARD_VIEW_UNSPECIFIED: _ClassVar[ScorecardView]
    SCORECARD_VIEW_BASIC: _ClassVar[ScorecardView]
    SCORECARD_VIEW_FULL: _ClassVar[ScorecardView]

class BreakdownRows(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BREAKDOWN_ROWS_UNSPECIFIED: _ClassVar[BreakdownRows]
    BREAKDOWN_ROWS_CHILD_UNITS: _ClassVar[BreakdownRows]
    BREAKDOWN_ROWS_SUBTREE: _ClassVar[BreakdownRows]
    BREAKDOWN_ROWS_SEGMENT_VALUES: _ClassVar[BreakdownRows]
SCORECARD_VIEW_UNSPECIFIED: ScorecardView
SCORECARD_VIEW_BASIC: ScorecardView
SCORECARD_VIEW_FULL: ScorecardView
BREAKDOWN_ROWS_UNSPECIFIED: BreakdownRows
BREAKDOWN_ROWS_CHILD_UNITS: BreakdownRows
BREAKDOWN_ROWS_SUBTREE: BreakdownRows
BREAKDOWN_ROWS_SEGMENT_VALUES: BreakdownRows

class GetScorecardRequest(_message.Message):
    __slots__ = ("wave_id", "slice", "view", "release_id", "norm_set_id", "language_code")
    WAVE_ID_FIELD_NUMBER: _ClassVar[int]
    SLICE_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    RELEASE_ID_FIELD_NUMBER: _ClassVar[int]
    NORM_SET_ID_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    wave_id: str
    slice: _values_pb2.Slice
    view: ScorecardView
    release_id: str
    norm_set_id: str
    language_code: str
    def __init__(self, wave_id: _Optional[str] = ..., slice: _Optional[_Union[_values_pb2.Slice, _Mapping]] = ..., view: _Optional[_Union[ScorecardView, str]] = ..., release_id: _Optional[str] = ..., norm_set_id: _Optional[str] = ..., language_code: _Optional[str] = ...) -> None: ...

class GetScorecardResponse(_message.Message):
    __slots__ = ("scorecard", "release", "suppression_notes")
    SCORECARD_FIELD_NUMBER: _ClassVar[int]
    RELEASE_FIELD_NUMBER: _ClassVar[int]
    SUPPRESSION_NOTES_FIELD_NUMBER: _ClassVar[int]
    scorecard: _scorecard_pb2.Scorecard
    release: _release_pb2.Release
    suppression_notes: _containers.RepeatedCompositeFieldContainer[_statistics_pb2.SuppressionNote]
    def __init__(self, scorecard: _Optional[_Union[_scorecard_pb2.Scorecard, _Mapping]] = ..., release: _Optional[_Union[_release_pb2.Release, _Mapping]] = ..., suppression_notes: _Optional[_Iterable[_Union[_statistics_pb2.SuppressionNote, _Mapping]]] = ...) -> None: ...

class ListScoreBreakdownRequest(_message.Message):
    __slots__ = ("wave_id", "slice", "rows", "segment_dimension_key", "columns", "release_id", "language_code", "page_size", "page_token")
    WAVE_ID_FIELD_NUMBER: _ClassVar[int]
    SLICE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_DIMENSION_KEY_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    RELEASE_ID_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    wave_id: str
    slice: _values_pb2.Slice
    rows: BreakdownRows
    segment_dimension_key: str
    columns: _values_pb2.ScoreLevel
    release_id: str
    language_code: str
    page_size: int
    page_token: str
    def __init__(self, wave_id: _Optional[str] = ..., slice: _Optional[_Union[_values_pb2.Slice, _Mapping]] = ..., rows: _Optional[_Union[BreakdownRows, str]] = ..., segment_dimension_key: _Optional[str] = ..., columns: _Optional[_Union[_values_pb2.ScoreLevel, str]] = ..., release_id: _Optional[str] = ..., language_code: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListScoreBreakdownResponse(_message.Message):
    __slots__ = ("columns", "rows", "next_page_token", "release", "suppression_notes", "coverage")
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    RELEASE_FIELD_NUMBER: _ClassVar[int]
    SUPPRESSION_NOTES_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    columns: _containers.RepeatedCompositeFieldContainer[_values_pb2.ScoreTarget]
    rows: _containers.RepeatedCompositeFieldContainer[BreakdownRow]
    next_page_token: str
    release: _release_pb2.Release
    suppression_notes: _containers.RepeatedCompositeFieldContainer[_statistics_pb2.SuppressionNote]
    coverage: float
    def __init__(self, columns: _Optional[_Iterable[_Union[_values_pb2.ScoreTarget, _Mapping]]] = ..., rows: _Optional[_Iterable[_Union[BreakdownRow, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., release: _Optional[_Union[_release_pb2.Release, _Mapping]] = ..., suppression_notes: _Optional[_Iterable[_Union[_statistics_pb2.SuppressionNote, _Mapping]]] = ..., coverage: _Optional[float] = ...) -> None: ...

class BreakdownRow(_message.Message):
    __slots__ = ("slice", "title", "depth", "participation", "cells")
    SLICE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    PARTICIPATION_FIELD_NUMBER: _ClassVar[int]
    CELLS_FIELD_NUMBER: _ClassVar[int]
    slice: _values_pb2.Slice
    title: str
    depth: int
    participation: _scorecard_pb2.Participation
    cells: _containers.RepeatedCompositeFieldContainer[BreakdownCell]
    def __init__(self, slice: _Optional[_Union[_values_pb2.Slice, _Mapping]] = ..., title: _Optional[str] = ..., depth: _Optional[int] = ..., participation: _Optional[_Union[_scorecard_pb2.Participation, _Mapping]] = ..., cells: _Optional[_Iterable[_Union[BreakdownCell, _Mapping]]] = ...) -> None: ...

class BreakdownCell(_message.Message):
    __slots__ = ("score",)
    SCORE_FIELD_NUMBER: _ClassVar[int]
    score: _statistics_pb2.Statistic
    def __init__(self, score: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ...) -> None: ...

class WatchResultsRequest(_message.Message):
    __slots__ = ("wave_id", "slices")
    WAVE_ID_FIELD_NUMBER: _ClassVar[int]
    SLICES_FIELD_NUMBER: _ClassVar[int]
    wave_id: str
    slices: _containers.RepeatedCompositeFieldContainer[_values_pb2.Slice]
    def __init__(self, wave_id: _Optional[str] = ..., slices: _Optional[_Iterable[_Union[_values_pb2.Slice, _Mapping]]] = ...) -> None: ...

class WatchResultsResponse(_message.Message):
    __slots__ = ("participation", "release", "heartbeat_time")
    PARTICIPATION_FIELD_NUMBER: _ClassVar[int]
    RELEASE_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_TIME_FIELD_NUMBER: _ClassVar[int]
    participation: SliceParticipation
    release: _release_pb2.Release
    heartbeat_time: _timestamp_pb2.Timestamp
    def __init__(self, participation: _Optional[_Union[SliceParticipation, _Mapping]] = ..., release: _Optional[_Union[_release_pb2.Release, _Mapping]] = ..., heartbeat_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SliceParticipation(_message.Message):
    __slots__ = ("slice", "participation")
    SLICE_FIELD_NUMBER: _ClassVar[int]
    PARTICIPATION_FIELD_NUMBER: _ClassVar[int]
    slice: _values_pb2.Slice
    participation: _scorecard_pb2.Participation
    def __init__(self, slice: _Optional[_Union[_values_pb2.Slice, _Mapping]] = ..., participation: _Optional[_Union[_scorecard_pb2.Participation, _Mapping]] = ...) -> None: ...

class ListReleasesRequest(_message.Message):
    __slots__ = ("wave_id", "page_size", "page_token")
    WAVE_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    wave_id: str
    page_size: int
    page_token: str
    def __init__(self, wave_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListReleasesResponse(_message.Message):
    __slots__ = ("releases", "next_page_token")
    RELEASES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    releases: _containers.RepeatedCompositeFieldContainer[_release_pb2.Release]
    next_page_token: str
    def __init__(self, releases: _Optional[_Iterable[_Union[_release_pb2.Release, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class PreviewReleaseRequest(_message.Message):
    __slots__ = ("wave_id", "merges")
    WAVE_ID_FIELD_NUMBER: _ClassVar[int]
    MERGES_FIELD_NUMBER: _ClassVar[int]
    wave_id: str
    merges: _containers.RepeatedCompositeFieldContainer[UnitMerge]
    def __init__(self, wave_id: _Optional[str] = ..., merges: _Optional[_Iterable[_Union[UnitMerge, _Mapping]]] = ...) -> None: ...

class UnitMerge(_message.Message):
    __slots__ = ("unit_ids",)
    UNIT_IDS_FIELD_NUMBER: _ClassVar[int]
    unit_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, unit_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class PreviewReleaseResponse(_message.Message):
    __slots__ = ("eligible_unit_count", "shown_unit_count", "eligible_slice_count", "shown_slice_count", "coverages")
    ELIGIBLE_UNIT_COUNT_FIELD_NUMBER: _ClassVar[int]
    SHOWN_UNIT_COUNT_FIELD_NUMBER: _ClassVar[int]
    ELIGIBLE_SLICE_COUNT_FIELD_NUMBER: _ClassVar[int]
    SHOWN_SLICE_COUNT_FIELD_NUMBER: _ClassVar[int]
    COVERAGES_FIELD_NUMBER: _ClassVar[int]
    eligible_unit_count: int
    shown_unit_count: int
    eligible_slice_count: int
    shown_slice_count: int
    coverages: _containers.RepeatedCompositeFieldContainer[SegmentCoverage]
    def __init__(self, eligible_unit_count: _Optional[int] = ..., shown_unit_count: _Optional[int] = ..., eligible_slice_count: _Optional[int] = ..., shown_slice_count: _Optional[int] = ..., coverages: _Optional[_Iterable[_Union[SegmentCoverage, _Mapping]]] = ...) -> None: ...

class SegmentCoverage(_message.Message):
    __slots__ = ("segment_dimension_key", "share")
    SEGMENT_DIMENSION_KEY_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    segment_dimension_key: str
    share: float
    def __init__(self, segment_dimension_key: _Optional[str] = ..., share: _Optional[float] = ...) -> None: ...

class CreateNormSetRequest(_message.Message):
    __slots__ = ("norm_set", "request_id")
    NORM_SET_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    norm_set: _norm_pb2.NormSet
    request_id: str
    def __init__(self, norm_set: _Optional[_Union[_norm_pb2.NormSet, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateNormSetResponse(_message.Message):
    __slots__ = ("norm_set",)
    NORM_SET_FIELD_NUMBER: _ClassVar[int]
    norm_set: _norm_pb2.NormSet
    def __init__(self, norm_set: _Optional[_Union[_norm_pb2.NormSet, _Mapping]] = ...) -> None: ...

class ListNormSetsRequest(_message.Message):
    __slots__ = ("instrument_key", "norm_set_id", "view", "page_size", "page_token")
    INSTRUMENT_KEY_FIELD_NUMBER: _ClassVar[int]
    NORM_SET_ID_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    instrument_key: str
    norm_set_id: str
    view: _norm_pb2.NormSetView
    page_size: int
    page_token: str
    def __init__(self, instrument_key: _Optional[str] = ..., norm_set_id: _Optional[str] = ..., view: _Optional[_Union[_norm_pb2.NormSetView, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListNormSetsResponse(_message.Message):
    __slots__ = ("norm_sets", "next_page_token")
    NORM_SETS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    norm_sets: _containers.RepeatedCompositeFieldContainer[_norm_pb2.NormSet]
    next_page_token: str
    def __init__(self, norm_sets: _Optional[_Iterable[_Union[_norm_pb2.NormSet, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DeleteNormSetRequest(_message.Message):
    __slots__ = ("norm_set_id",)
    NORM_SET_ID_FIELD_NUMBER: _ClassVar[int]
    norm_set_id: str
    def __init__(self, norm_set_id: _Optional[str] = ...) -> None: ...

class DeleteNormSetResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ContributeToNormsRequest(_message.Message):
    __slots__ = ("instrument_key",)
    INSTRUMENT_KEY_FIELD_NUMBER: _ClassVar[int]
    instrument_key: str
    def __init__(self, instrument_key: _Optional[str] = ...) -> None: ...

class ContributeToNormsResponse(_message.Message):
    __slots__ = ("contribution",)
    CONTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    contribution: _norm_pb2.NormContribution
    def __init__(self, contribution: _Optional[_Union[_norm_pb2.NormContribution, _Mapping]] = ...) -> None: ...

class StopContributingRequest(_message.Message):
    __slots__ = ("instrument_key",)
    INSTRUMENT_KEY_FIELD_NUMBER: _ClassVar[int]
    instrument_key: str
    def __init__(self, instrument_key: _Optional[str] = ...) -> None: ...

class StopContributingResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetNormContributionRequest(_message.Message):
    __slots__ = ("instrument_key",)
    INSTRUMENT_KEY_FIELD_NUMBER: _ClassVar[int]
    instrument_key: str
    def __init__(self, instrument_key: _Optional[str] = ...) -> None: ...

class GetNormContributionResponse(_message.Message):
    __slots__ = ("contribution",)
    CONTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    contribution: _norm_pb2.NormContribution
    def __init__(self, contribution: _Optional[_Union[_norm_pb2.NormContribution, _Mapping]] = ...) -> None: ...
