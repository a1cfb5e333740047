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

class InstrumentState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INSTRUMENT_STATE_UNSPECIFIED: _ClassVar[InstrumentState]
    INSTRUMENT_STATE_DRAFT: _ClassVar[InstrumentState]
    INSTRUMENT_STATE_PUBLISHED: _ClassVar[InstrumentState]
    INSTRUMENT_STATE_RETIRED: _ClassVar[InstrumentState]

class ItemRole(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ITEM_ROLE_UNSPECIFIED: _ClassVar[ItemRole]
    ITEM_ROLE_SCORE: _ClassVar[ItemRole]
    ITEM_ROLE_OUTCOME: _ClassVar[ItemRole]
    ITEM_ROLE_CUSTOMER_PREDICTION: _ClassVar[ItemRole]
    ITEM_ROLE_PRIORITY_CHOICE: _ClassVar[ItemRole]
    ITEM_ROLE_LEVEL_ESTIMATE: _ClassVar[ItemRole]
    ITEM_ROLE_COMMENT: _ClassVar[ItemRole]
    ITEM_ROLE_INFORMATION: _ClassVar[ItemRole]

class EstimatedGroup(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ESTIMATED_GROUP_UNSPECIFIED: _ClassVar[EstimatedGroup]
    ESTIMATED_GROUP_LEADING: _ClassVar[EstimatedGroup]
    ESTIMATED_GROUP_OTHERS: _ClassVar[EstimatedGroup]

class Referent(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFERENT_UNSPECIFIED: _ClassVar[Referent]
    REFERENT_OWN_UNIT: _ClassVar[Referent]
    REFERENT_ORGANIZATION: _ClassVar[Referent]
    REFERENT_LEADERSHIP: _ClassVar[Referent]

class InstrumentView(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INSTRUMENT_VIEW_UNSPECIFIED: _ClassVar[InstrumentView]
    INSTRUMENT_VIEW_BASIC: _ClassVar[InstrumentView]
    INSTRUMENT_VIEW_FULL: _ClassVar[InstrumentView]
INSTRUMENT_STATE_UNSPECIFIED: InstrumentState
INSTRUMENT_STATE_DRAFT: InstrumentState
INSTRUMENT_STATE_PUBLISHED: InstrumentState
INSTRUMENT_STATE_RETIRED: InstrumentState
ITEM_ROLE_UNSPECIFIED: ItemRole
ITEM_ROLE_SCORE: ItemRole
ITEM_ROLE_OUTCOME: ItemRole
ITEM_ROLE_CUSTOMER_PREDICTION: ItemRole
ITEM_ROLE_PRIORITY_CHOICE: ItemRole
ITEM_ROLE_LEVEL_ESTIMATE: ItemRole
ITEM_ROLE_COMMENT: ItemRole
ITEM_ROLE_INFORMATION: ItemRole
ESTIMATED_GROUP_UNSPECIFIED: EstimatedGroup
ESTIMATED_GROUP_LEADING: EstimatedGroup
ESTIMATED_GROUP_OTHERS: EstimatedGroup
REFERENT_UNSPECIFIED: Referent
REFERENT_OWN_UNIT: Referent
REFERENT_ORGANIZATION: Referent
REFERENT_LEADERSHIP: Referent
INSTRUMENT_VIEW_UNSPECIFIED: InstrumentView
INSTRUMENT_VIEW_BASIC: InstrumentView
INSTRUMENT_VIEW_FULL: InstrumentView

class Instrument(_message.Message):
    __slots__ = ("instrument_id", "key", "version", "state", "system_provided", "title", "introduction", "dimensions", "items", "scoring", "bands", "forms", "complete_language_codes", "etag", "create_time", "update_time", "publish_time")
    INSTRUMENT_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_PROVIDED_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    INTRODUCTION_FIELD_NUMBER: _ClassVar[int]
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    SCORING_FIELD_NUMBER: _ClassVar[int]
    BANDS_FIELD_NUMBER: _ClassVar[int]
    FORMS_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_LANGUAGE_CODES_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    PUBLISH_TIME_FIELD_NUMBER: _ClassVar[int]
    instrument_id: str
    key: str
    version: int
    state: InstrumentState
    system_provided: bool
    title: _values_pb2.LocalizedText
    introduction: _values_pb2.LocalizedText
    dimensions: _containers.RepeatedCompositeFieldContainer[Dimension]
    items: _containers.RepeatedCompositeFieldContainer[Item]
    scoring: ScoringRule
    bands: _containers.RepeatedCompositeFieldContainer[ScoreBand]
    forms: _containers.RepeatedCompositeFieldContainer[Form]
    complete_language_codes: _containers.RepeatedScalarFieldContainer[str]
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    publish_time: _timestamp_pb2.Timestamp
    def __init__(self, instrument_id: _Optional[str] = ..., key: _Optional[str] = ..., version: _Optional[int] = ..., state: _Optional[_Union[InstrumentState, str]] = ..., system_provided: bool = ..., title: _Optional[_Union[_values_pb2.LocalizedText, _Mapping]] = ..., introduction: _Optional[_Union[_values_pb2.LocalizedText, _Mapping]] = ..., dimensions: _Optional[_Iterable[_Union[Dimension, _Mapping]]] = ..., items: _Optional[_Iterable[_Union[Item, _Mapping]]] = ..., scoring: _Optional[_Union[ScoringRule, _Mapping]] = ..., bands: _Optional[_Iterable[_Union[ScoreBand, _Mapping]]] = ..., forms: _Optional[_Iterable[_Union[Form, _Mapping]]] = ..., complete_language_codes: _Optional[_Iterable[str]] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., publish_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Dimension(_message.Message):
    __slots__ = ("key", "title", "facets", "weight")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    FACETS_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    key: str
    title: _values_pb2.LocalizedText
    facets: _containers.RepeatedCompositeFieldContainer[Facet]
    weight: int
    def __init__(self, key: _Optional[str] = ..., title: _Optional[_Union[_values_pb2.LocalizedText, _Mapping]] = ..., facets: _Optional[_Iterable[_Union[Facet, _Mapping]]] = ..., weight: _Optional[int] = ...) -> None: ...

class Facet(_message.Message):
    __slots__ = ("key", "title", "weight")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    key: str
    title: _values_pb2.LocalizedText
    weight: int
    def __init__(self, key: _Optional[str] = ..., title: _Optional[_Union[_values_pb2.LocalizedText, _Mapping]] = ..., weight: _Optional[int] = ...) -> None: ...

class Item(_message.Message):
    __slots__ = ("key", "role", "facet_key", "referent", "text", "rating", "choice", "number", "free_text", "reverse_scored", "required", "allow_cannot_judge", "first_wave_number", "weight", "estimated_dimension_key", "estimated_group", "predicted_metric_key")
    KEY_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    FACET_KEY_FIELD_NUMBER: _ClassVar[int]
    REFERENT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    RATING_FIELD_NUMBER: _ClassVar[int]
    CHOICE_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    FREE_TEXT_FIELD_NUMBER: _ClassVar[int]
    REVERSE_SCORED_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    ALLOW_CANNOT_JUDGE_FIELD_NUMBER: _ClassVar[int]
    FIRST_WAVE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_DIMENSION_KEY_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_GROUP_FIELD_NUMBER: _ClassVar[int]
    PREDICTED_METRIC_KEY_FIELD_NUMBER: _ClassVar[int]
    key: str
    role: ItemRole
    facet_key: str
    referent: Referent
    text: _values_pb2.LocalizedText
    rating: RatingFormat
    choice: ChoiceFormat
    number: NumberFormat
    free_text: TextFormat
    reverse_scored: bool
    required: bool
    allow_cannot_judge: bool
    first_wave_number: int
    weight: int
    estimated_dimension_key: str
    estimated_group: EstimatedGroup
    predicted_metric_key: str
    def __init__(self, key: _Optional[str] = ..., role: _Optional[_Union[ItemRole, str]] = ..., facet_key: _Optional[str] = ..., referent: _Optional[_Union[Referent, str]] = ..., text: _Optional[_Union[_values_pb2.LocalizedText, _Mapping]] = ..., rating: _Optional[_Union[RatingFormat, _Mapping]] = ..., choice: _Optional[_Union[ChoiceFormat, _Mapping]] = ..., number: _Optional[_Union[NumberFormat, _Mapping]] = ..., free_text: _Optional[_Union[TextFormat, _Mapping]] = ..., reverse_scored: bool = ..., required: bool = ..., allow_cannot_judge: bool = ..., first_wave_number: _Optional[int] = ..., weight: _Optional[int] = ..., estimated_dimension_key: _Optional[str] = ..., estimated_group: _Optional[_Union[EstimatedGroup, str]] = ..., predicted_metric_key: _Optional[str] = ...) -> None: ...

class RatingFormat(_message.Message):
    __slots__ = ("minimum", "maximum", "labels")
    MINIMUM_FIELD_NUMBER: _ClassVar[int]
    MAXIMUM_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    minimum: int
    maximum: int
    labels: _containers.RepeatedCompositeFieldContainer[_values_pb2.LocalizedText]
    def __init__(self, minimum: _Optional[int] = ..., maximum: _Optional[int] = ..., labels: _Optional[_Iterable[_Union[_values_pb2.LocalizedText, _Mapping]]] = ...) -> None: ...

class ChoiceFormat(_message.Message):
    __slots__ = ("options", "maximum_choices", "minimum_choices", "ordered")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    MAXIMUM_CHOICES_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_CHOICES_FIELD_NUMBER: _ClassVar[int]
    ORDERED_FIELD_NUMBER: _ClassVar[int]
    options: _containers.RepeatedCompositeFieldContainer[ChoiceOption]
    maximum_choices: int
    minimum_choices: int
    ordered: bool
    def __init__(self, options: _Optional[_Iterable[_Union[ChoiceOption, _Mapping]]] = ..., maximum_choices: _Optional[int] = ..., minimum_choices: _Optional[int] = ..., ordered: bool = ...) -> None: ...

class ChoiceOption(_message.Message):
    __slots__ = ("key", "text")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    key: str
    text: _values_pb2.LocalizedText
    def __init__(self, key: _Optional[str] = ..., text: _Optional[_Union[_values_pb2.LocalizedText, _Mapping]] = ...) -> None: ...

class NumberFormat(_message.Message):
    __slots__ = ("minimum", "maximum", "step")
    MINIMUM_FIELD_NUMBER: _ClassVar[int]
    MAXIMUM_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    minimum: float
    maximum: float
    step: float
    def __init__(self, minimum: _Optional[float] = ..., maximum: _Optional[float] = ..., step: _Optional[float] = ...) -> None: ...

class TextFormat(_message.Message):
    __slots__ = ("maximum_characters",)
    MAXIMUM_CHARACTERS_FIELD_NUMBER: _ClassVar[int]
    maximum_characters: int
    def __init__(self, maximum_characters: _Optional[int] = ...) -> None: ...

class ScoringRule(_message.Message):
    __slots__ = ("criterion_item_key",)
    CRITERION_ITEM_KEY_FIELD_NUMBER: _ClassVar[int]
    criterion_item_key: str
    def __init__(self, criterion_item_key: _Optional[str] = ...) -> None: ...

class ScoreBand(_message.Message):
    __slots__ = ("key", "title", "minimum_points")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_POINTS_FIELD_NUMBER: _ClassVar[int]
    key: str
    title: _values_pb2.LocalizedText
    minimum_points: int
    def __init__(self, key: _Optional[str] = ..., title: _Optional[_Union[_values_pb2.LocalizedText, _Mapping]] = ..., minimum_points: _Optional[int] = ...) -> None: ...

class Form(_message.Message):
    __slots__ = ("key", "title", "item_keys")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    ITEM_KEYS_FIELD_NUMBER: _ClassVar[int]
    key: str
    title: _values_pb2.LocalizedText
    item_keys: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, key: _Optional[str] = ..., title: _Optional[_Union[_values_pb2.LocalizedText, _Mapping]] = ..., item_keys: _Optional[_Iterable[str]] = ...) -> None: ...

class CreateInstrumentRequest(_message.Message):
    __slots__ = ("instrument", "base_instrument_id", "request_id")
    INSTRUMENT_FIELD_NUMBER: _ClassVar[int]
    BASE_INSTRUMENT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    instrument: Instrument
    base_instrument_id: str
    request_id: str
    def __init__(self, instrument: _Optional[_Union[Instrument, _Mapping]] = ..., base_instrument_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateInstrumentResponse(_message.Message):
    __slots__ = ("instrument",)
    INSTRUMENT_FIELD_NUMBER: _ClassVar[int]
    instrument: Instrument
    def __init__(self, instrument: _Optional[_Union[Instrument, _Mapping]] = ...) -> None: ...

class GetInstrumentRequest(_message.Message):
    __slots__ = ("instrument_id",)
    INSTRUMENT_ID_FIELD_NUMBER: _ClassVar[int]
    instrument_id: str
    def __init__(self, instrument_id: _Optional[str] = ...) -> None: ...

class GetInstrumentResponse(_message.Message):
    __slots__ = ("instrument",)
    INSTRUMENT_FIELD_NUMBER: _ClassVar[int]
    instrument: Instrument
    def __init__(self, instrument: _Optional[_Union[Instrument, _Mapping]] = ...) -> None: ...

class ListInstrumentsRequest(_message.Message):
    __slots__ = ("key", "state", "view", "page_size", "page_token")
    KEY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    key: str
    state: InstrumentState
    view: InstrumentView
    page_size: int
    page_token: str
    def __init__(self, key: _Optional[str] = ..., state: _Optional[_Union[InstrumentState, str]] = ..., view: _Optional[_Union[InstrumentView, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListInstrumentsResponse(_message.Message):
    __slots__ = ("instruments", "next_page_token")
    INSTRUMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    instruments: _containers.RepeatedCompositeFieldContainer[Instrument]
    next_page_token: str
    def __init__(self, instruments: _Optional[_Iterable[_Union[Instrument, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateInstrumentRequest(_message.Message):
    __slots__ = ("instrument", "update_mask")
    INSTRUMENT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    instrument: Instrument
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, instrument: _Optional[_Union[Instrument, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateInstrumentResponse(_message.Message):
    __slots__ = ("instrument",)
    INSTRUMENT_FIELD_NUMBER: _ClassVar[int]
    instrument: Instrument
    def __init__(self, instrument: _Optional[_Union[Instrument, _Mapping]] = ...) -> None: ...

class PublishInstrumentRequest(_message.Message):
    __slots__ = ("instrument_id", "etag", "validate_only", "request_id")
    INSTRUMENT_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    instrument_id: str
    etag: str
    validate_only: bool
    request_id: str
    def __init__(self, instrument_id: _Optional[str] = ..., etag: _Optional[str] = ..., validate_only: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class PublishInstrumentResponse(_message.Message):
    __slots__ = ("instrument",)
    INSTRUMENT_FIELD_NUMBER: _ClassVar[int]
    instrument: Instrument
    def __init__(self, instrument: _Optional[_Union[Instrument, _Mapping]] = ...) -> None: ...

class RetireInstrumentRequest(_message.Message):
    __slots__ = ("instrument_id", "request_id")
    INSTRUMENT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    instrument_id: str
    request_id: str
    def __init__(self, instrument_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RetireInstrumentResponse(_message.Message):
    __slots__ = ("instrument",)
    INSTRUMENT_FIELD_NUMBER: _ClassVar[int]
    instrument: Instrument
    def __init__(self, instrument: _Optional[_Union[Instrument, _Mapping]] = ...) -> None: ...

class DeleteInstrumentRequest(_message.Message):
    __slots__ = ("instrument_id", "etag")
    INSTRUMENT_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    instrument_id: str
    etag: str
    def __init__(self, instrument_id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class DeleteInstrumentResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
