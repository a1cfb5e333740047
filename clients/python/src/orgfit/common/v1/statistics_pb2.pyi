from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EstimationMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ESTIMATION_METHOD_UNSPECIFIED: _ClassVar[EstimationMethod]
    ESTIMATION_METHOD_MEAN_T: _ClassVar[EstimationMethod]
    ESTIMATION_METHOD_MEAN_OF_MEANS_T: _ClassVar[EstimationMethod]
    ESTIMATION_METHOD_PROPORTION_WILSON: _ClassVar[EstimationMethod]
    ESTIMATION_METHOD_NET_ADJUSTED_WALD: _ClassVar[EstimationMethod]
    ESTIMATION_METHOD_JACKKNIFE: _ClassVar[EstimationMethod]
    ESTIMATION_METHOD_DIFFERENCE_WELCH: _ClassVar[EstimationMethod]
    ESTIMATION_METHOD_DIFFERENCE_NORMAL: _ClassVar[EstimationMethod]
    ESTIMATION_METHOD_ALPHA_FELDT: _ClassVar[EstimationMethod]
    ESTIMATION_METHOD_OMEGA_MAXIMUM_LIKELIHOOD: _ClassVar[EstimationMethod]
    ESTIMATION_METHOD_ICC_ANOVA: _ClassVar[EstimationMethod]
    ESTIMATION_METHOD_INDEX: _ClassVar[EstimationMethod]
    ESTIMATION_METHOD_EXACT: _ClassVar[EstimationMethod]
    ESTIMATION_METHOD_PLACE_IN_NORM: _ClassVar[EstimationMethod]

class EstimateFlag(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ESTIMATE_FLAG_UNSPECIFIED: _ClassVar[EstimateFlag]
    ESTIMATE_FLAG_CENSUS: _ClassVar[EstimateFlag]
    ESTIMATE_FLAG_CONSTANT_ITEM: _ClassVar[EstimateFlag]
    ESTIMATE_FLAG_NEGATIVE_RELIABILITY: _ClassVar[EstimateFlag]
    ESTIMATE_FLAG_MORE_VARIANCE_THAN_CHANCE: _ClassVar[EstimateFlag]
    ESTIMATE_FLAG_NO_GROUP_EFFECT: _ClassVar[EstimateFlag]

class SuppressionReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SUPPRESSION_REASON_UNSPECIFIED: _ClassVar[SuppressionReason]
    SUPPRESSION_REASON_PROTECTED: _ClassVar[SuppressionReason]
    SUPPRESSION_REASON_NOT_RELEASED: _ClassVar[SuppressionReason]
    SUPPRESSION_REASON_NOT_ESTIMABLE: _ClassVar[SuppressionReason]
    SUPPRESSION_REASON_NOT_MEASURED: _ClassVar[SuppressionReason]
    SUPPRESSION_REASON_ACCESS_RESTRICTED: _ClassVar[SuppressionReason]

class EstimationFailure(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ESTIMATION_FAILURE_UNSPECIFIED: _ClassVar[EstimationFailure]
    ESTIMATION_FAILURE_TOO_FEW_OBSERVATIONS: _ClassVar[EstimationFailure]
    ESTIMATION_FAILURE_TOO_FEW_ITEMS: _ClassVar[EstimationFailure]
    ESTIMATION_FAILURE_NO_VARIANCE: _ClassVar[EstimationFailure]
    ESTIMATION_FAILURE_INADMISSIBLE_SOLUTION: _ClassVar[EstimationFailure]
    ESTIMATION_FAILURE_NEGATIVE_RELIABILITY: _ClassVar[EstimationFailure]
    ESTIMATION_FAILURE_TOO_FEW_GROUPS: _ClassVar[EstimationFailure]
    ESTIMATION_FAILURE_UNKNOWN_SPREAD: _ClassVar[EstimationFailure]
    ESTIMATION_FAILURE_INTERVAL_TOO_WIDE: _ClassVar[EstimationFailure]
ESTIMATION_METHOD_UNSPECIFIED: EstimationMethod
ESTIMATION_METHOD_MEAN_T: EstimationMethod
ESTIMATION_METHOD_MEAN_OF_MEANS_T: EstimationMethod
ESTIMATION_METHOD_PROPORTION_WILSON: EstimationMethod
ESTIMATION_METHOD_NET_ADJUSTED_WALD: EstimationMethod
ESTIMATION_METHOD_JACKKNIFE: EstimationMethod
ESTIMATION_METHOD_DIFFERENCE_WELCH: EstimationMethod
ESTIMATION_METHOD_DIFFERENCE_NORMAL: EstimationMethod
ESTIMATION_METHOD_ALPHA_FELDT: EstimationMethod
ESTIMATION_METHOD_OMEGA_MAXIMUM_LIKELIHOOD: EstimationMethod
ESTIMATION_METHOD_ICC_ANOVA: EstimationMethod
ESTIMATION_METHOD_INDEX: EstimationMethod
ESTIMATION_METHOD_EXACT: EstimationMethod
ESTIMATION_METHOD_PLACE_IN_NORM: EstimationMethod
ESTIMATE_FLAG_UNSPECIFIED: EstimateFlag
ESTIMATE_FLAG_CENSUS: EstimateFlag
ESTIMATE_FLAG_CONSTANT_ITEM: EstimateFlag
ESTIMATE_FLAG_NEGATIVE_RELIABILITY: EstimateFlag
ESTIMATE_FLAG_MORE_VARIANCE_THAN_CHANCE: EstimateFlag
ESTIMATE_FLAG_NO_GROUP_EFFECT: EstimateFlag
SUPPRESSION_REASON_UNSPECIFIED: SuppressionReason
SUPPRESSION_REASON_PROTECTED: SuppressionReason
SUPPRESSION_REASON_NOT_RELEASED: SuppressionReason
SUPPRESSION_REASON_NOT_ESTIMABLE: SuppressionReason
SUPPRESSION_REASON_NOT_MEASURED: SuppressionReason
SUPPRESSION_REASON_ACCESS_RESTRICTED: SuppressionReason
ESTIMATION_FAILURE_UNSPECIFIED: EstimationFailure
ESTIMATION_FAILURE_TOO_FEW_OBSERVATIONS: EstimationFailure
ESTIMATION_FAILURE_TOO_FEW_ITEMS: EstimationFailure
ESTIMATION_FAILURE_NO_VARIANCE: EstimationFailure
ESTIMATION_FAILURE_INADMISSIBLE_SOLUTION: EstimationFailure
ESTIMATION_FAILURE_NEGATIVE_RELIABILITY: EstimationFailure
ESTIMATION_FAILURE_TOO_FEW_GROUPS: EstimationFailure
ESTIMATION_FAILURE_UNKNOWN_SPREAD: EstimationFailure
ESTIMATION_FAILURE_INTERVAL_TOO_WIDE: EstimationFailure

class Estimate(_message.Message):
    __slots__ = ("value", "standard_error", "interval", "sample_size", "population_size", "method", "flags")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    STANDARD_ERROR_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_SIZE_FIELD_NUMBER: _ClassVar[int]
    POPULATION_SIZE_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    FLAGS_FIELD_NUMBER: _ClassVar[int]
    value: float
    standard_error: float
    interval: ConfidenceInterval
    sample_size: int
    population_size: int
    method: EstimationMethod
    flags: _containers.RepeatedScalarFieldContainer[EstimateFlag]
    def __init__(self, value: _Optional[float] = ..., standard_error: _Optional[float] = ..., interval: _Optional[_Union[ConfidenceInterval, _Mapping]] = ..., sample_size: _Optional[int] = ..., population_size: _Optional[int] = ..., method: _Optional[_Union[EstimationMethod, str]] = ..., flags: _Optional[_Iterable[_Union[EstimateFlag, str]]] = ...) -> None: ...

class ConfidenceInterval(_message.Message):
    __slots__ = ("lower", "upper", "level")
    LOWER_FIELD_NUMBER: _ClassVar[int]
    UPPER_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    lower: float
    upper: float
    level: float
    def __init__(self, lower: _Optional[float] = ..., upper: _Optional[float] = ..., level: _Optional[float] = ...) -> None: ...

class Suppression(_message.Message):
    __slots__ = ("reason", "failure")
    REASON_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    reason: SuppressionReason
    failure: EstimationFailure
    def __init__(self, reason: _Optional[_Union[SuppressionReason, str]] = ..., failure: _Optional[_Union[EstimationFailure, str]] = ...) -> None: ...

class SuppressionNote(_message.Message):
    __slots__ = ("reason", "text", "language_code")
    REASON_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    reason: SuppressionReason
    text: str
    language_code: str
    def __init__(self, reason: _Optional[_Union[SuppressionReason, str]] = ..., text: _Optional[str] = ..., language_code: _Optional[str] = ...) -> None: ...

class Statistic(_message.Message):
    __slots__ = ("estimate", "suppression")
    ESTIMATE_FIELD_NUMBER: _ClassVar[int]
    SUPPRESSION_FIELD_NUMBER: _ClassVar[int]
    estimate: Estimate
    suppression: Suppression
    def __init__(self, estimate: _Optional[_Union[Estimate, _Mapping]] = ..., suppression: _Optional[_Union[Suppression, _Mapping]] = ...) -> None: ...

class Count(_message.Message):
    __slots__ = ("exact", "suppression", "at_least")
    EXACT_FIELD_NUMBER: _ClassVar[int]
    SUPPRESSION_FIELD_NUMBER: _ClassVar[int]
    AT_LEAST_FIELD_NUMBER: _ClassVar[int]
    exact: int
    suppression: Suppression
    at_least: int
    def __init__(self, exact: _Optional[int] = ..., suppression: _Optional[_Union[Suppression, _Mapping]] = ..., at_least: _Optional[int] = ...) -> None: ...
