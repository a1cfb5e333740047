from orgfit.common.v1 import statistics_pb2 as _statistics_pb2
from orgfit.common.v1 import values_pb2 as _values_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PairWeighting(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PAIR_WEIGHTING_UNSPECIFIED: _ClassVar[PairWeighting]
    PAIR_WEIGHTING_EQUAL: _ClassVar[PairWeighting]
    PAIR_WEIGHTING_RESPONDENTS: _ClassVar[PairWeighting]

class CoOrientationPattern(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CO_ORIENTATION_PATTERN_UNSPECIFIED: _ClassVar[CoOrientationPattern]
    CO_ORIENTATION_PATTERN_UNCERTAIN: _ClassVar[CoOrientationPattern]
    CO_ORIENTATION_PATTERN_AGREEMENT: _ClassVar[CoOrientationPattern]
    CO_ORIENTATION_PATTERN_ILLUSION_OF_AGREEMENT: _ClassVar[CoOrientationPattern]
    CO_ORIENTATION_PATTERN_ILLUSION_OF_DISAGREEMENT: _ClassVar[CoOrientationPattern]
    CO_ORIENTATION_PATTERN_KNOWN_DISAGREEMENT: _ClassVar[CoOrientationPattern]

class AlignmentQuadrant(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ALIGNMENT_QUADRANT_UNSPECIFIED: _ClassVar[AlignmentQuadrant]
    ALIGNMENT_QUADRANT_UNCERTAIN: _ClassVar[AlignmentQuadrant]
    ALIGNMENT_QUADRANT_SHARED_STRENGTH: _ClassVar[AlignmentQuadrant]
    ALIGNMENT_QUADRANT_SHARED_INSIGHT: _ClassVar[AlignmentQuadrant]
    ALIGNMENT_QUADRANT_DIVIDED_VIEW: _ClassVar[AlignmentQuadrant]
    ALIGNMENT_QUADRANT_FRAGMENTED: _ClassVar[AlignmentQuadrant]
PAIR_WEIGHTING_UNSPECIFIED: PairWeighting
PAIR_WEIGHTING_EQUAL: PairWeighting
PAIR_WEIGHTING_RESPONDENTS: PairWeighting
CO_ORIENTATION_PATTERN_UNSPECIFIED: CoOrientationPattern
CO_ORIENTATION_PATTERN_UNCERTAIN: CoOrientationPattern
CO_ORIENTATION_PATTERN_AGREEMENT: CoOrientationPattern
CO_ORIENTATION_PATTERN_ILLUSION_OF_AGREEMENT: CoOrientationPattern
CO_ORIENTATION_PATTERN_ILLUSION_OF_DISAGREEMENT: CoOrientationPattern
CO_ORIENTATION_PATTERN_KNOWN_DISAGREEMENT: CoOrientationPattern
ALIGNMENT_QUADRANT_UNSPECIFIED: AlignmentQuadrant
ALIGNMENT_QUADRANT_UNCERTAIN: AlignmentQuadrant
ALIGNMENT_QUADRANT_SHARED_STRENGTH: AlignmentQuadrant
ALIGNMENT_QUADRANT_SHARED_INSIGHT: AlignmentQuadrant
ALIGNMENT_QUADRANT_DIVIDED_VIEW: AlignmentQuadrant
ALIGNMENT_QUADRANT_FRAGMENTED: AlignmentQuadrant

class SharedView(_message.Message):
    __slots__ = ("index_points", "lowest_axis_key", "axes", "gaps", "co_orientations")
    INDEX_POINTS_FIELD_NUMBER: _ClassVar[int]
    LOWEST_AXIS_KEY_FIELD_NUMBER: _ClassVar[int]
    AXES_FIELD_NUMBER: _ClassVar[int]
    GAPS_FIELD_NUMBER: _ClassVar[int]
    CO_ORIENTATIONS_FIELD_NUMBER: _ClassVar[int]
    index_points: _statistics_pb2.Statistic
    lowest_axis_key: str
    axes: _containers.RepeatedCompositeFieldContainer[SharedViewAxis]
    gaps: _containers.RepeatedCompositeFieldContainer[SignedGap]
    co_orientations: _containers.RepeatedCompositeFieldContainer[CoOrientation]
    def __init__(self, index_points: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., lowest_axis_key: _Optional[str] = ..., axes: _Optional[_Iterable[_Union[SharedViewAxis, _Mapping]]] = ..., gaps: _Optional[_Iterable[_Union[SignedGap, _Mapping]]] = ..., co_orientations: _Optional[_Iterable[_Union[CoOrientation, _Mapping]]] = ...) -> None: ...

class SharedViewAxis(_message.Message):
    __slots__ = ("segment_dimension_key", "index_points", "alignment", "overlap", "gap", "consensus", "pair_weighting", "groups")
    SEGMENT_DIMENSION_KEY_FIELD_NUMBER: _ClassVar[int]
    INDEX_POINTS_FIELD_NUMBER: _ClassVar[int]
    ALIGNMENT_FIELD_NUMBER: _ClassVar[int]
    OVERLAP_FIELD_NUMBER: _ClassVar[int]
    GAP_FIELD_NUMBER: _ClassVar[int]
    CONSENSUS_FIELD_NUMBER: _ClassVar[int]
    PAIR_WEIGHTING_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    segment_dimension_key: str
    index_points: _statistics_pb2.Statistic
    alignment: _statistics_pb2.Statistic
    overlap: _statistics_pb2.Statistic
    gap: _statistics_pb2.Statistic
    consensus: _statistics_pb2.Statistic
    pair_weighting: PairWeighting
    groups: _containers.RepeatedCompositeFieldContainer[AxisGroup]
    def __init__(self, segment_dimension_key: _Optional[str] = ..., index_points: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., alignment: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., overlap: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., gap: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., consensus: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., pair_weighting: _Optional[_Union[PairWeighting, str]] = ..., groups: _Optional[_Iterable[_Union[AxisGroup, _Mapping]]] = ...) -> None: ...

class AxisGroup(_message.Message):
    __slots__ = ("value_keys", "score", "consensus")
    VALUE_KEYS_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    CONSENSUS_FIELD_NUMBER: _ClassVar[int]
    value_keys: _containers.RepeatedScalarFieldContainer[str]
    score: _statistics_pb2.Statistic
    consensus: _statistics_pb2.Statistic
    def __init__(self, value_keys: _Optional[_Iterable[str]] = ..., score: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., consensus: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ...) -> None: ...

class SignedGap(_message.Message):
    __slots__ = ("segment_dimension_key", "group_value_keys", "target", "difference", "p_value", "adjusted_p_value", "minimum_detectable_difference")
    SEGMENT_DIMENSION_KEY_FIELD_NUMBER: _ClassVar[int]
    GROUP_VALUE_KEYS_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    P_VALUE_FIELD_NUMBER: _ClassVar[int]
    ADJUSTED_P_VALUE_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_DETECTABLE_DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    segment_dimension_key: str
    group_value_keys: _containers.RepeatedScalarFieldContainer[str]
    target: _values_pb2.ScoreTarget
    difference: _statistics_pb2.Statistic
    p_value: _statistics_pb2.Statistic
    adjusted_p_value: _statistics_pb2.Statistic
    minimum_detectable_difference: _statistics_pb2.Statistic
    def __init__(self, segment_dimension_key: _Optional[str] = ..., group_value_keys: _Optional[_Iterable[str]] = ..., target: _Optional[_Union[_values_pb2.ScoreTarget, _Mapping]] = ..., difference: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., p_value: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., adjusted_p_value: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., minimum_detectable_difference: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ...) -> None: ...

class CoOrientation(_message.Message):
    __slots__ = ("dimension_key", "view_difference", "leader_error", "other_error", "leader_assumed_difference", "other_assumed_difference", "leader_pattern", "other_pattern")
    DIMENSION_KEY_FIELD_NUMBER: _ClassVar[int]
    VIEW_DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    LEADER_ERROR_FIELD_NUMBER: _ClassVar[int]
    OTHER_ERROR_FIELD_NUMBER: _ClassVar[int]
    LEADER_ASSUMED_DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    OTHER_ASSUMED_DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    LEADER_PATTERN_FIELD_NUMBER: _ClassVar[int]
    OTHER_PATTERN_FIELD_NUMBER: _ClassVar[int]
    dimension_key: str
    view_difference: _statistics_pb2.Statistic
    leader_error: _statistics_pb2.Statistic
    other_error: _statistics_pb2.Statistic
    leader_assumed_difference: _statistics_pb2.Statistic
    other_assumed_difference: _statistics_pb2.Statistic
    leader_pattern: CoOrientationPattern
    other_pattern: CoOrientationPattern
    def __init__(self, dimension_key: _Optional[str] = ..., view_difference: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., leader_error: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., other_error: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., leader_assumed_difference: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., other_assumed_difference: _Optional[_Union[_statistics_pb2.Statistic, _Mapping]] = ..., leader_pattern: _Optional[_Union[CoOrientationPattern, str]] = ..., other_pattern: _Optional[_Union[CoOrientationPattern, str]] = ...) -> None: ...
