import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from orgfit.common.v1 import statistics_pb2 as _statistics_pb2
from orgfit.common.v1 import values_pb2 as _values_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Scorecard(_message.Message):
    __slots__ = ("wave_id", "slice", "release_id", "participation", "overall", "dimensions", "facets", "items")
    WAVE_ID_FIELD_NUMBER: _ClassVar[int]
    SLICE_FIELD_NUMBER: _ClassVar[int]
    RELEASE_ID_FIELD_NUMBER: _ClassVar[int]
    PARTICIPATION_FIELD_NUMBER: _ClassVar[int]
    OVERALL_FIELD_NUMBER: _ClassVar[int]
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    FACETS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    wave_id: str
    slice: _values_pb2.Slice
    release_id: str
    participation: Participation
    overall: ScaleScore
    dimensions: _containers.RepeatedCompositeFieldContainer[ScaleScore]
    facets: _containers.RepeatedCompositeFieldContainer[ScaleScore]
    items: _containers.RepeatedCompositeFieldContainer[ItemScore]
    def __init__(self, wave_id: _Optional[str] = ..., slice: _Optional[_Union[_values_pb2.Slice, _Mapping]] = ..., release_id: _Optional[str] = ..., participation: _Optional[_Union[Participation, _Mapping]] = ..., overall: _Optional[_Union[ScaleScore, _Mapping]] = ..., dimensions: _Optional[_Iterable[_Union[ScaleScore, _Mapping]]] = ..., facets: _Optional[_Iterable[_Union[ScaleScore, _Mapping]]] = ..., items: _Optional[_Iterable[_Union[ItemScore, _Mapping]]] = ...) -> None: ...

class Participation(_message.Message):
    __slots__ = ("invited_count", "late_invitation_count", "response_count", "rate", "as_of_time")
    INVITED_COUNT_FIELD_NUMBER: _ClassVar[int]
    LATE_INVITATION_COUNT_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_COUNT_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    AS_OF_TIME_FIELD_NUMBER: _ClassVar[int]
    invited_count: _statistics_pb2.Count
    late_invitation_count: _statistics_pb2.Count
    response_count: _statistics_pb2.Count
    rate: _statistics_pb2.Statistic
    as_of_time: _timestamp_pb2.Timestamp
    def __init__(self, invited_count: _Optional[_Union[_statistics_pb2.Count, _Mapping]] = ..., late_invitation_count: _Optional[_Union[_statistics_pb2.Count, _Mapping]] = ..., response_count: _Optional[_Union[_statistics_pb2.Count, _Mapping]] = ..., rate: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., as_of_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ScaleScore(_message.Message):
    __slots__ = ("target", "score")
    TARGET_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    target: _values_pb2.ScoreTarget
    score: _statistics_pb2.Statistic
    def __init__(self, target: _Optional[_Union[_values_pb2.ScoreTarget, _Mapping]] = ..., score: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ...) -> None: ...

class ItemScore(_message.Message):
    __slots__ = ("item_key", "score", "dispersion", "distribution", "option_shares", "mean", "cannot_judge_share")
    ITEM_KEY_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    DISPERSION_FIELD_NUMBER: _ClassVar[int]
    DISTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    OPTION_SHARES_FIELD_NUMBER: _ClassVar[int]
    MEAN_FIELD_NUMBER: _ClassVar[int]
    CANNOT_JUDGE_SHARE_FIELD_NUMBER: _ClassVar[int]
    item_key: str
    score: _statistics_pb2.Statistic
    dispersion: _statistics_pb2.Statistic
    distribution: _containers.RepeatedCompositeFieldContainer[PointShare]
    option_shares: _containers.RepeatedCompositeFieldContainer[OptionShare]
    mean: _statistics_pb2.Statistic
    cannot_judge_share: _statistics_pb2.Statistic
    def __init__(self, item_key: _Optional[str] = ..., score: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., dispersion: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., distribution: _Optional[_Iterable[_Union[PointShare, _Mapping]]] = ..., option_shares: _Optional[_Iterable[_Union[OptionShare, _Mapping]]] = ..., mean: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., cannot_judge_share: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ...) -> None: ...

class PointShare(_message.Message):
    __slots__ = ("point", "share")
    POINT_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    point: int
    share: _statistics_pb2.Statistic
    def __init__(self, point: _Optional[int] = ..., share: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ...) -> None: ...

class OptionShare(_message.Message):
    __slots__ = ("option_key", "share")
    OPTION_KEY_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    option_key: str
    share: _statistics_pb2.Statistic
    def __init__(self, option_key: _Optional[str] = ..., share: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ...) -> None: ...
