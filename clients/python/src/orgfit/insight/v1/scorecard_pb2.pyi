import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from orgfit.common.v1 import statistics_pb2 as _statistics_pb2
from orgfit.common.v1 import values_pb2 as _values_pb2
from orgfit.insight.v1 import norm_pb2 as _norm_pb2
from orgfit.insight.v1 import shared_view_pb2 as _shared_view_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Scorecard(_message.Message):
    __slots__ = ("wave_id", "slice", "release_id", "participation", "overall", "shared_view", "quadrant", "dimensions", "facets", "items", "response_quality")
    WAVE_ID_FIELD_NUMBER: _ClassVar[int]
    SLICE_FIELD_NUMBER: _ClassVar[int]
    RELEASE_ID_FIELD_NUMBER: _ClassVar[int]
    PARTICIPATION_FIELD_NUMBER: _ClassVar[int]
    OVERALL_FIELD_NUMBER: _ClassVar[int]
    SHARED_VIEW_FIELD_NUMBER: _ClassVar[int]
    QUADRANT_FIELD_NUMBER: _ClassVar[int]
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    FACETS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_QUALITY_FIELD_NUMBER: _ClassVar[int]
    wave_id: str
    slice: _values_pb2.Slice
    release_id: str
    participation: Participation
    overall: ScaleScore
    shared_view: _shared_view_pb2.SharedView
    quadrant: _shared_view_pb2.AlignmentQuadrant
    dimensions: _containers.RepeatedCompositeFieldContainer[ScaleScore]
    facets: _containers.RepeatedCompositeFieldContainer[ScaleScore]
    items: _containers.RepeatedCompositeFieldContainer[ItemScore]
    response_quality: ResponseQuality
    def __init__(self, wave_id: _Optional[str] = ..., slice: _Optional[_Union[_values_pb2.Slice, _Mapping]] = ..., release_id: _Optional[str] = ..., participation: _Optional[_Union[Participation, _Mapping]] = ..., overall: _Optional[_Union[ScaleScore, _Mapping]] = ..., shared_view: _Optional[_Union[_shared_view_pb2.SharedView, _Mapping]] = ..., quadrant: _Optional[_Union[_shared_view_pb2.AlignmentQuadrant, str]] = ..., dimensions: _Optional[_Iterable[_Union[ScaleScore, _Mapping]]] = ..., facets: _Optional[_Iterable[_Union[ScaleScore, _Mapping]]] = ..., items: _Optional[_Iterable[_Union[ItemScore, _Mapping]]] = ..., response_quality: _Optional[_Union[ResponseQuality, _Mapping]] = ...) -> None: ...

class Participation(_message.Message):
    __slots__ = ("invited_count", "late_invitation_count", "response_count", "rate", "representativeness", "as_of_time")
    INVITED_COUNT_FIELD_NUMBER: _ClassVar[int]
    LATE_INVITATION_COUNT_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_COUNT_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    REPRESENTATIVENESS_FIELD_NUMBER: _ClassVar[int]
    AS_OF_TIME_FIELD_NUMBER: _ClassVar[int]
    invited_count: _statistics_pb2.Count
    late_invitation_count: _statistics_pb2.Count
    response_count: _statistics_pb2.Count
    rate: _statistics_pb2.Statistic
    representativeness: _statistics_pb2.Statistic
    as_of_time: _timestamp_pb2.Timestamp
    def __init__(self, invited_count: _Optional[_Union[_statistics_pb2.Count, _Mapping]] = ..., late_invitation_count: _Optional[_Union[_statistics_pb2.Count, _Mapping]] = ..., response_count: _Optional[_Union[_statistics_pb2.Count, _Mapping]] = ..., rate: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., representativeness: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., as_of_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ScaleScore(_message.Message):
    __slots__ = ("target", "score", "band", "answer_shares", "net_score", "cannot_judge_share", "dispersion", "quality", "norm")
    TARGET_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    BAND_FIELD_NUMBER: _ClassVar[int]
    ANSWER_SHARES_FIELD_NUMBER: _ClassVar[int]
    NET_SCORE_FIELD_NUMBER: _ClassVar[int]
    CANNOT_JUDGE_SHARE_FIELD_NUMBER: _ClassVar[int]
    DISPERSION_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    NORM_FIELD_NUMBER: _ClassVar[int]
    target: _values_pb2.ScoreTarget
    score: _statistics_pb2.Statistic
    band: BandPlacement
    answer_shares: AnswerShares
    net_score: _statistics_pb2.Statistic
    cannot_judge_share: _statistics_pb2.Statistic
    dispersion: _statistics_pb2.Statistic
    quality: ScaleQuality
    norm: _norm_pb2.NormComparison
    def __init__(self, target: _Optional[_Union[_values_pb2.ScoreTarget, _Mapping]] = ..., score: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., band: _Optional[_Union[BandPlacement, _Mapping]] = ..., answer_shares: _Optional[_Union[AnswerShares, _Mapping]] = ..., net_score: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., cannot_judge_share: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., dispersion: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., quality: _Optional[_Union[ScaleQuality, _Mapping]] = ..., norm: _Optional[_Union[_norm_pb2.NormComparison, _Mapping]] = ...) -> None: ...

class BandPlacement(_message.Message):
    __slots__ = ("band_key", "uncertain", "lowest_band_key", "highest_band_key")
    BAND_KEY_FIELD_NUMBER: _ClassVar[int]
    UNCERTAIN_FIELD_NUMBER: _ClassVar[int]
    LOWEST_BAND_KEY_FIELD_NUMBER: _ClassVar[int]
    HIGHEST_BAND_KEY_FIELD_NUMBER: _ClassVar[int]
    band_key: str
    uncertain: bool
    lowest_band_key: str
    highest_band_key: str
    def __init__(self, band_key: _Optional[str] = ..., uncertain: bool = ..., lowest_band_key: _Optional[str] = ..., highest_band_key: _Optional[str] = ...) -> None: ...

class AnswerShares(_message.Message):
    __slots__ = ("favourable", "neutral", "unfavourable")
    FAVOURABLE_FIELD_NUMBER: _ClassVar[int]
    NEUTRAL_FIELD_NUMBER: _ClassVar[int]
    UNFAVOURABLE_FIELD_NUMBER: _ClassVar[int]
    favourable: _statistics_pb2.Statistic
    neutral: _statistics_pb2.Statistic
    unfavourable: _statistics_pb2.Statistic
    def __init__(self, favourable: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., neutral: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., unfavourable: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ...) -> None: ...

class ScaleQuality(_message.Message):
    __slots__ = ("item_count", "alpha", "omega", "standard_error_of_measurement", "agreement", "average_deviation", "icc1", "icc2", "average_unit_size")
    ITEM_COUNT_FIELD_NUMBER: _ClassVar[int]
    ALPHA_FIELD_NUMBER: _ClassVar[int]
    OMEGA_FIELD_NUMBER: _ClassVar[int]
    STANDARD_ERROR_OF_MEASUREMENT_FIELD_NUMBER: _ClassVar[int]
    AGREEMENT_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_DEVIATION_FIELD_NUMBER: _ClassVar[int]
    ICC1_FIELD_NUMBER: _ClassVar[int]
    ICC2_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_UNIT_SIZE_FIELD_NUMBER: _ClassVar[int]
    item_count: int
    alpha: _statistics_pb2.Statistic
    omega: _statistics_pb2.Statistic
    standard_error_of_measurement: _statistics_pb2.Statistic
    agreement: _statistics_pb2.Statistic
    average_deviation: _statistics_pb2.Statistic
    icc1: _statistics_pb2.Statistic
    icc2: _statistics_pb2.Statistic
    average_unit_size: _statistics_pb2.Statistic
    def __init__(self, item_count: _Optional[int] = ..., alpha: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., omega: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., standard_error_of_measurement: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., agreement: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., average_deviation: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., icc1: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., icc2: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., average_unit_size: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ...) -> None: ...

class ItemScore(_message.Message):
    __slots__ = ("item_key", "score", "dispersion", "distribution", "option_shares", "mean", "cannot_judge_share", "answer_shares", "net_score", "item_total_correlation", "alpha_if_deleted")
    ITEM_KEY_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    DISPERSION_FIELD_NUMBER: _ClassVar[int]
    DISTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    OPTION_SHARES_FIELD_NUMBER: _ClassVar[int]
    MEAN_FIELD_NUMBER: _ClassVar[int]
    CANNOT_JUDGE_SHARE_FIELD_NUMBER: _ClassVar[int]
    ANSWER_SHARES_FIELD_NUMBER: _ClassVar[int]
    NET_SCORE_FIELD_NUMBER: _ClassVar[int]
    ITEM_TOTAL_CORRELATION_FIELD_NUMBER: _ClassVar[int]
    ALPHA_IF_DELETED_FIELD_NUMBER: _ClassVar[int]
    item_key: str
    score: _statistics_pb2.Statistic
    dispersion: _statistics_pb2.Statistic
    distribution: _containers.RepeatedCompositeFieldContainer[PointShare]
    option_shares: _containers.RepeatedCompositeFieldContainer[OptionShare]
    mean: _statistics_pb2.Statistic
    cannot_judge_share: _statistics_pb2.Statistic
    answer_shares: AnswerShares
    net_score: _statistics_pb2.Statistic
    item_total_correlation: _statistics_pb2.Statistic
    alpha_if_deleted: _statistics_pb2.Statistic
    def __init__(self, item_key: _Optional[str] = ..., score: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., dispersion: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., distribution: _Optional[_Iterable[_Union[PointShare, _Mapping]]] = ..., option_shares: _Optional[_Iterable[_Union[OptionShare, _Mapping]]] = ..., mean: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., cannot_judge_share: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., answer_shares: _Optional[_Union[AnswerShares, _Mapping]] = ..., net_score: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., item_total_correlation: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., alpha_if_deleted: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ...) -> None: ...

class ResponseQuality(_message.Message):
    __slots__ = ("long_string_share", "missing_share")
    LONG_STRING_SHARE_FIELD_NUMBER: _ClassVar[int]
    MISSING_SHARE_FIELD_NUMBER: _ClassVar[int]
    long_string_share: _statistics_pb2.Statistic
    missing_share: _statistics_pb2.Statistic
    def __init__(self, long_string_share: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., missing_share: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ...) -> None: ...

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
