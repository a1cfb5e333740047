import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from orgfit.common.v1 import answers_pb2 as _answers_pb2
from orgfit.common.v1 import values_pb2 as _values_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Questionnaire(_message.Message):
    __slots__ = ("language_code", "available_language_codes", "title", "introduction", "privacy_notice", "items", "close_time", "close_date", "time_zone")
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_LANGUAGE_CODES_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    INTRODUCTION_FIELD_NUMBER: _ClassVar[int]
    PRIVACY_NOTICE_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    CLOSE_TIME_FIELD_NUMBER: _ClassVar[int]
    CLOSE_DATE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    language_code: str
    available_language_codes: _containers.RepeatedScalarFieldContainer[str]
    title: str
    introduction: str
    privacy_notice: PrivacyNotice
    items: _containers.RepeatedCompositeFieldContainer[QuestionnaireItem]
    close_time: _timestamp_pb2.Timestamp
    close_date: _values_pb2.CalendarDate
    time_zone: str
    def __init__(self, language_code: _Optional[str] = ..., available_language_codes: _Optional[_Iterable[str]] = ..., title: _Optional[str] = ..., introduction: _Optional[str] = ..., privacy_notice: _Optional[_Union[PrivacyNotice, _Mapping]] = ..., items: _Optional[_Iterable[_Union[QuestionnaireItem, _Mapping]]] = ..., close_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., close_date: _Optional[_Union[_values_pb2.CalendarDate, _Mapping]] = ..., time_zone: _Optional[str] = ...) -> None: ...

class PrivacyNotice(_message.Message):
    __slots__ = ("minimum_group_size", "comment_minimum_group_size", "discloses_individual_participation", "stored_attributes", "policy_digest", "unlinkable")
    MINIMUM_GROUP_SIZE_FIELD_NUMBER: _ClassVar[int]
    COMMENT_MINIMUM_GROUP_SIZE_FIELD_NUMBER: _ClassVar[int]
    DISCLOSES_INDIVIDUAL_PARTICIPATION_FIELD_NUMBER: _ClassVar[int]
    STORED_ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    UNLINKABLE_FIELD_NUMBER: _ClassVar[int]
    minimum_group_size: int
    comment_minimum_group_size: int
    discloses_individual_participation: bool
    stored_attributes: _containers.RepeatedCompositeFieldContainer[StoredAttribute]
    policy_digest: str
    unlinkable: bool
    def __init__(self, minimum_group_size: _Optional[int] = ..., comment_minimum_group_size: _Optional[int] = ..., discloses_individual_participation: bool = ..., stored_attributes: _Optional[_Iterable[_Union[StoredAttribute, _Mapping]]] = ..., policy_digest: _Optional[str] = ..., unlinkable: bool = ...) -> None: ...

class StoredAttribute(_message.Message):
    __slots__ = ("title", "value")
    TITLE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    title: str
    value: str
    def __init__(self, title: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class QuestionnaireItem(_message.Message):
    __slots__ = ("item_key", "dimension_title", "text", "rating_scale", "choice_list", "number_range", "allow_cannot_judge", "required")
    ITEM_KEY_FIELD_NUMBER: _ClassVar[int]
    DIMENSION_TITLE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    RATING_SCALE_FIELD_NUMBER: _ClassVar[int]
    CHOICE_LIST_FIELD_NUMBER: _ClassVar[int]
    NUMBER_RANGE_FIELD_NUMBER: _ClassVar[int]
    ALLOW_CANNOT_JUDGE_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    item_key: str
    dimension_title: str
    text: str
    rating_scale: RatingScale
    choice_list: ChoiceList
    number_range: NumberRange
    allow_cannot_judge: bool
    required: bool
    def __init__(self, item_key: _Optional[str] = ..., dimension_title: _Optional[str] = ..., text: _Optional[str] = ..., rating_scale: _Optional[_Union[RatingScale, _Mapping]] = ..., choice_list: _Optional[_Union[ChoiceList, _Mapping]] = ..., number_range: _Optional[_Union[NumberRange, _Mapping]] = ..., allow_cannot_judge: bool = ..., required: bool = ...) -> None: ...

class RatingScale(_message.Message):
    __slots__ = ("minimum", "maximum", "labels")
    MINIMUM_FIELD_NUMBER: _ClassVar[int]
    MAXIMUM_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    minimum: int
    maximum: int
    labels: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, minimum: _Optional[int] = ..., maximum: _Optional[int] = ..., labels: _Optional[_Iterable[str]] = ...) -> None: ...

class ChoiceList(_message.Message):
    __slots__ = ("options", "maximum_choices", "minimum_choices", "shuffled")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    MAXIMUM_CHOICES_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_CHOICES_FIELD_NUMBER: _ClassVar[int]
    SHUFFLED_FIELD_NUMBER: _ClassVar[int]
    options: _containers.RepeatedCompositeFieldContainer[ChoiceListOption]
    maximum_choices: int
    minimum_choices: int
    shuffled: bool
    def __init__(self, options: _Optional[_Iterable[_Union[ChoiceListOption, _Mapping]]] = ..., maximum_choices: _Optional[int] = ..., minimum_choices: _Optional[int] = ..., shuffled: bool = ...) -> None: ...

class ChoiceListOption(_message.Message):
    __slots__ = ("option_key", "text")
    OPTION_KEY_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    option_key: str
    text: str
    def __init__(self, option_key: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class NumberRange(_message.Message):
    __slots__ = ("minimum", "maximum", "step")
    MINIMUM_FIELD_NUMBER: _ClassVar[int]
    MAXIMUM_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    minimum: float
    maximum: float
    step: float
    def __init__(self, minimum: _Optional[float] = ..., maximum: _Optional[float] = ..., step: _Optional[float] = ...) -> None: ...

class GetQuestionnaireRequest(_message.Message):
    __slots__ = ("language_code",)
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    language_code: str
    def __init__(self, language_code: _Optional[str] = ...) -> None: ...

class GetQuestionnaireResponse(_message.Message):
    __slots__ = ("questionnaire",)
    QUESTIONNAIRE_FIELD_NUMBER: _ClassVar[int]
    questionnaire: Questionnaire
    def __init__(self, questionnaire: _Optional[_Union[Questionnaire, _Mapping]] = ...) -> None: ...

class SubmitResponseRequest(_message.Message):
    __slots__ = ("submission_id", "answers")
    SUBMISSION_ID_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    submission_id: str
    answers: _answers_pb2.AnswerSheet
    def __init__(self, submission_id: _Optional[str] = ..., answers: _Optional[_Union[_answers_pb2.AnswerSheet, _Mapping]] = ...) -> None: ...

class SubmitResponseResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
