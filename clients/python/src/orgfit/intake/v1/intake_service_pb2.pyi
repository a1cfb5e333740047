import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from orgfit.common.v1 import answers_pb2 as _answers_pb2
from orgfit.common.v1 import values_pb2 as _values_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ImportMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    IMPORT_MODE_UNSPECIFIED: _ClassVar[ImportMode]
    IMPORT_MODE_APPLY_VALID_ROWS: _ClassVar[ImportMode]
    IMPORT_MODE_ALL_OR_NOTHING: _ClassVar[ImportMode]

class AbsentRows(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ABSENT_ROWS_UNSPECIFIED: _ClassVar[AbsentRows]
    ABSENT_ROWS_KEEP: _ClassVar[AbsentRows]
    ABSENT_ROWS_SOFT_DELETE: _ClassVar[AbsentRows]

class ImportKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    IMPORT_KIND_UNSPECIFIED: _ClassVar[ImportKind]
    IMPORT_KIND_UNITS: _ClassVar[ImportKind]
    IMPORT_KIND_PEOPLE: _ClassVar[ImportKind]
    IMPORT_KIND_RESPONSES: _ClassVar[ImportKind]

class ImportState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    IMPORT_STATE_UNSPECIFIED: _ClassVar[ImportState]
    IMPORT_STATE_OPEN: _ClassVar[ImportState]
    IMPORT_STATE_SUCCEEDED: _ClassVar[ImportState]
    IMPORT_STATE_FAILED: _ClassVar[ImportState]

class RowErrorReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROW_ERROR_REASON_UNSPECIFIED: _ClassVar[RowErrorReason]
    ROW_ERROR_REASON_FIELD_MISSING: _ClassVar[RowErrorReason]
    ROW_ERROR_REASON_FIELD_INVALID: _ClassVar[RowErrorReason]
    ROW_ERROR_REASON_REFERENCE_UNKNOWN: _ClassVar[RowErrorReason]
    ROW_ERROR_REASON_DUPLICATE_IN_IMPORT: _ClassVar[RowErrorReason]
    ROW_ERROR_REASON_TREE_INVALID: _ClassVar[RowErrorReason]
    ROW_ERROR_REASON_REFERENCE_RETIRED: _ClassVar[RowErrorReason]
    ROW_ERROR_REASON_CONFLICT_IN_IMPORT: _ClassVar[RowErrorReason]
IMPORT_MODE_UNSPECIFIED: ImportMode
IMPORT_MODE_APPLY_VALID_ROWS: ImportMode
IMPORT_MODE_ALL_OR_NOTHING: ImportMode
ABSENT_ROWS_UNSPECIFIED: AbsentRows
ABSENT_ROWS_KEEP: AbsentRows
ABSENT_ROWS_SOFT_DELETE: AbsentRows
IMPORT_KIND_UNSPECIFIED: ImportKind
IMPORT_KIND_UNITS: ImportKind
IMPORT_KIND_PEOPLE: ImportKind
IMPORT_KIND_RESPONSES: ImportKind
IMPORT_STATE_UNSPECIFIED: ImportState
IMPORT_STATE_OPEN: ImportState
IMPORT_STATE_SUCCEEDED: ImportState
IMPORT_STATE_FAILED: ImportState
ROW_ERROR_REASON_UNSPECIFIED: RowErrorReason
ROW_ERROR_REASON_FIELD_MISSING: RowErrorReason
ROW_ERROR_REASON_FIELD_INVALID: RowErrorReason
ROW_ERROR_REASON_REFERENCE_UNKNOWN: RowErrorReason
ROW_ERROR_REASON_DUPLICATE_IN_IMPORT: RowErrorReason
ROW_ERROR_REASON_TREE_INVALID: RowErrorReason
ROW_ERROR_REASON_REFERENCE_RETIRED: RowErrorReason
ROW_ERROR_REASON_CONFLICT_IN_IMPORT: RowErrorReason

class ImportHeader(_message.Message):
    __slots__ = ("import_id", "mode", "absent_rows", "validate_only", "source", "wave_id", "item_keys", "absent_limit_percent")
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    ABSENT_ROWS_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    WAVE_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_KEYS_FIELD_NUMBER: _ClassVar[int]
    ABSENT_LIMIT_PERCENT_FIELD_NUMBER: _ClassVar[int]
    import_id: str
    mode: ImportMode
    absent_rows: AbsentRows
    validate_only: bool
    source: str
    wave_id: str
    item_keys: _containers.RepeatedScalarFieldContainer[str]
    absent_limit_percent: int
    def __init__(self, import_id: _Optional[str] = ..., mode: _Optional[_Union[ImportMode, str]] = ..., absent_rows: _Optional[_Union[AbsentRows, str]] = ..., validate_only: bool = ..., source: _Optional[str] = ..., wave_id: _Optional[str] = ..., item_keys: _Optional[_Iterable[str]] = ..., absent_limit_percent: _Optional[int] = ...) -> None: ...

class ImportFooter(_message.Message):
    __slots__ = ("row_count",)
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    row_count: int
    def __init__(self, row_count: _Optional[int] = ...) -> None: ...

class UnitRows(_message.Message):
    __slots__ = ("chunk_index", "rows")
    CHUNK_INDEX_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    chunk_index: int
    rows: _containers.RepeatedCompositeFieldContainer[UnitRow]
    def __init__(self, chunk_index: _Optional[int] = ..., rows: _Optional[_Iterable[_Union[UnitRow, _Mapping]]] = ...) -> None: ...

class UnitRow(_message.Message):
    __slots__ = ("external_id", "parent_external_id", "display_name", "predecessor_external_ids", "effective_date")
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    PARENT_EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    PREDECESSOR_EXTERNAL_IDS_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_DATE_FIELD_NUMBER: _ClassVar[int]
    external_id: str
    parent_external_id: str
    display_name: str
    predecessor_external_ids: _containers.RepeatedScalarFieldContainer[str]
    effective_date: _values_pb2.CalendarDate
    def __init__(self, external_id: _Optional[str] = ..., parent_external_id: _Optional[str] = ..., display_name: _Optional[str] = ..., predecessor_external_ids: _Optional[_Iterable[str]] = ..., effective_date: _Optional[_Union[_values_pb2.CalendarDate, _Mapping]] = ...) -> None: ...

class PersonRows(_message.Message):
    __slots__ = ("chunk_index", "rows")
    CHUNK_INDEX_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    chunk_index: int
    rows: _containers.RepeatedCompositeFieldContainer[PersonRow]
    def __init__(self, chunk_index: _Optional[int] = ..., rows: _Optional[_Iterable[_Union[PersonRow, _Mapping]]] = ...) -> None: ...

class PersonRow(_message.Message):
    __slots__ = ("external_id", "unit_external_id", "employee_number", "first_name", "last_name", "display_name", "work_email", "language_code", "manager_external_id", "segments", "employment_status", "start_date", "termination_date", "leads_unit_external_ids")
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    UNIT_EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    EMPLOYEE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    FIRST_NAME_FIELD_NUMBER: _ClassVar[int]
    LAST_NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    WORK_EMAIL_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    MANAGER_EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    EMPLOYMENT_STATUS_FIELD_NUMBER: _ClassVar[int]
    START_DATE_FIELD_NUMBER: _ClassVar[int]
    TERMINATION_DATE_FIELD_NUMBER: _ClassVar[int]
    LEADS_UNIT_EXTERNAL_IDS_FIELD_NUMBER: _ClassVar[int]
    external_id: str
    unit_external_id: str
    employee_number: str
    first_name: str
    last_name: str
    display_name: str
    work_email: str
    language_code: str
    manager_external_id: str
    segments: _containers.RepeatedCompositeFieldContainer[_values_pb2.SegmentSelector]
    employment_status: _values_pb2.EmploymentStatus
    start_date: _values_pb2.CalendarDate
    termination_date: _values_pb2.CalendarDate
    leads_unit_external_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, external_id: _Optional[str] = ..., unit_external_id: _Optional[str] = ..., employee_number: _Optional[str] = ..., first_name: _Optional[str] = ..., last_name: _Optional[str] = ..., display_name: _Optional[str] = ..., work_email: _Optional[str] = ..., language_code: _Optional[str] = ..., manager_external_id: _Optional[str] = ..., segments: _Optional[_Iterable[_Union[_values_pb2.SegmentSelector, _Mapping]]] = ..., employment_status: _Optional[_Union[_values_pb2.EmploymentStatus, str]] = ..., start_date: _Optional[_Union[_values_pb2.CalendarDate, _Mapping]] = ..., termination_date: _Optional[_Union[_values_pb2.CalendarDate, _Mapping]] = ..., leads_unit_external_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ResponseRows(_message.Message):
    __slots__ = ("chunk_index", "rows")
    CHUNK_INDEX_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    chunk_index: int
    rows: _containers.RepeatedCompositeFieldContainer[ResponseRow]
    def __init__(self, chunk_index: _Optional[int] = ..., rows: _Optional[_Iterable[_Union[ResponseRow, _Mapping]]] = ...) -> None: ...

class ResponseRow(_message.Message):
    __slots__ = ("unit_external_id", "segments", "answers")
    UNIT_EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    unit_external_id: str
    segments: _containers.RepeatedCompositeFieldContainer[_values_pb2.SegmentSelector]
    answers: _answers_pb2.AnswerSheet
    def __init__(self, unit_external_id: _Optional[str] = ..., segments: _Optional[_Iterable[_Union[_values_pb2.SegmentSelector, _Mapping]]] = ..., answers: _Optional[_Union[_answers_pb2.AnswerSheet, _Mapping]] = ...) -> None: ...

class ImportJob(_message.Message):
    __slots__ = ("import_id", "kind", "state", "next_chunk_index", "received_row_count", "created_row_count", "updated_row_count", "unchanged_row_count", "rejected_row_count", "absent_row_count", "failure", "header", "create_time", "finish_time", "expire_time")
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    NEXT_CHUNK_INDEX_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    CREATED_ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    REJECTED_ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    ABSENT_ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    FINISH_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    import_id: str
    kind: ImportKind
    state: ImportState
    next_chunk_index: int
    received_row_count: int
    created_row_count: int
    updated_row_count: int
    unchanged_row_count: int
    rejected_row_count: int
    absent_row_count: int
    failure: str
    header: ImportHeader
    create_time: _timestamp_pb2.Timestamp
    finish_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, import_id: _Optional[str] = ..., kind: _Optional[_Union[ImportKind, str]] = ..., state: _Optional[_Union[ImportState, str]] = ..., next_chunk_index: _Optional[int] = ..., received_row_count: _Optional[int] = ..., created_row_count: _Optional[int] = ..., updated_row_count: _Optional[int] = ..., unchanged_row_count: _Optional[int] = ..., rejected_row_count: _Optional[int] = ..., absent_row_count: _Optional[int] = ..., failure: _Optional[str] = ..., header: _Optional[_Union[ImportHeader, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., finish_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RowError(_message.Message):
    __slots__ = ("row_number", "external_id", "field", "reason", "message")
    ROW_NUMBER_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    row_number: int
    external_id: str
    field: str
    reason: RowErrorReason
    message: str
    def __init__(self, row_number: _Optional[int] = ..., external_id: _Optional[str] = ..., field: _Optional[str] = ..., reason: _Optional[_Union[RowErrorReason, str]] = ..., message: _Optional[str] = ...) -> None: ...

class ImportUnitsRequest(_message.Message):
    __slots__ = ("header", "rows", "footer")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    FOOTER_FIELD_NUMBER: _ClassVar[int]
    header: ImportHeader
    rows: UnitRows
    footer: ImportFooter
    def __init__(self, header: _Optional[_Union[ImportHeader, _Mapping]] = ..., rows: _Optional[_Union[UnitRows, _Mapping]] = ..., footer: _Optional[_Union[ImportFooter, _Mapping]] = ...) -> None: ...

class ImportUnitsResponse(_message.Message):
    __slots__ = ("import_job", "row_errors")
    IMPORT_JOB_FIELD_NUMBER: _ClassVar[int]
    ROW_ERRORS_FIELD_NUMBER: _ClassVar[int]
    import_job: ImportJob
    row_errors: _containers.RepeatedCompositeFieldContainer[RowError]
    def __init__(self, import_job: _Optional[_Union[ImportJob, _Mapping]] = ..., row_errors: _Optional[_Iterable[_Union[RowError, _Mapping]]] = ...) -> None: ...

class ImportPeopleRequest(_message.Message):
    __slots__ = ("header", "rows", "footer")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    FOOTER_FIELD_NUMBER: _ClassVar[int]
    header: ImportHeader
    rows: PersonRows
    footer: ImportFooter
    def __init__(self, header: _Optional[_Union[ImportHeader, _Mapping]] = ..., rows: _Optional[_Union[PersonRows, _Mapping]] = ..., footer: _Optional[_Union[ImportFooter, _Mapping]] = ...) -> None: ...

class ImportPeopleResponse(_message.Message):
    __slots__ = ("import_job", "row_errors")
    IMPORT_JOB_FIELD_NUMBER: _ClassVar[int]
    ROW_ERRORS_FIELD_NUMBER: _ClassVar[int]
    import_job: ImportJob
    row_errors: _containers.RepeatedCompositeFieldContainer[RowError]
    def __init__(self, import_job: _Optional[_Union[ImportJob, _Mapping]] = ..., row_errors: _Optional[_Iterable[_Union[RowError, _Mapping]]] = ...) -> None: ...

class ImportResponsesRequest(_message.Message):
    __slots__ = ("header", "rows", "footer")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    FOOTER_FIELD_NUMBER: _ClassVar[int]
    header: ImportHeader
    rows: ResponseRows
    footer: ImportFooter
    def __init__(self, header: _Optional[_Union[ImportHeader, _Mapping]] = ..., rows: _Optional[_Union[ResponseRows, _Mapping]] = ..., footer: _Optional[_Union[ImportFooter, _Mapping]] = ...) -> None: ...

class ImportResponsesResponse(_message.Message):
    __slots__ = ("import_job", "row_errors")
    IMPORT_JOB_FIELD_NUMBER: _ClassVar[int]
    ROW_ERRORS_FIELD_NUMBER: _ClassVar[int]
    import_job: ImportJob
    row_errors: _containers.RepeatedCompositeFieldContainer[RowError]
    def __init__(self, import_job: _Optional[_Union[ImportJob, _Mapping]] = ..., row_errors: _Optional[_Iterable[_Union[RowError, _Mapping]]] = ...) -> None: ...

class SubmitImportChunkRequest(_message.Message):
    __slots__ = ("header", "units", "people", "responses", "footer")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    RESPONSES_FIELD_NUMBER: _ClassVar[int]
    FOOTER_FIELD_NUMBER: _ClassVar[int]
    header: ImportHeader
    units: UnitRows
    people: PersonRows
    responses: ResponseRows
    footer: ImportFooter
    def __init__(self, header: _Optional[_Union[ImportHeader, _Mapping]] = ..., units: _Optional[_Union[UnitRows, _Mapping]] = ..., people: _Optional[_Union[PersonRows, _Mapping]] = ..., responses: _Optional[_Union[ResponseRows, _Mapping]] = ..., footer: _Optional[_Union[ImportFooter, _Mapping]] = ...) -> None: ...

class SubmitImportChunkResponse(_message.Message):
    __slots__ = ("import_job", "row_errors")
    IMPORT_JOB_FIELD_NUMBER: _ClassVar[int]
    ROW_ERRORS_FIELD_NUMBER: _ClassVar[int]
    import_job: ImportJob
    row_errors: _containers.RepeatedCompositeFieldContainer[RowError]
    def __init__(self, import_job: _Optional[_Union[ImportJob, _Mapping]] = ..., row_errors: _Optional[_Iterable[_Union[RowError, _Mapping]]] = ...) -> None: ...

class GetImportRequest(_message.Message):
    __slots__ = ("import_id",)
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    import_id: str
    def __init__(self, import_id: _Optional[str] = ...) -> None: ...

class GetImportResponse(_message.Message):
    __slots__ = ("import_job",)
    IMPORT_JOB_FIELD_NUMBER: _ClassVar[int]
    import_job: ImportJob
    def __init__(self, import_job: _Optional[_Union[ImportJob, _Mapping]] = ...) -> None: ...

class ListImportsRequest(_message.Message):
    __slots__ = ("kind", "page_size", "page_token")
    KIND_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    kind: ImportKind
    page_size: int
    page_token: str
    def __init__(self, kind: _Optional[_Union[ImportKind, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListImportsResponse(_message.Message):
    __slots__ = ("import_jobs", "next_page_token")
    IMPORT_JOBS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    import_jobs: _containers.RepeatedCompositeFieldContainer[ImportJob]
    next_page_token: str
    def __init__(self, import_jobs: _Optional[_Iterable[_Union[ImportJob, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListImportRowErrorsRequest(_message.Message):
    __slots__ = ("import_id", "page_size", "page_token")
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    import_id: str
    page_size: int
    page_token: str
    def __init__(self, import_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListImportRowErrorsResponse(_message.Message):
    __slots__ = ("row_errors", "next_page_token")
    ROW_ERRORS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    row_errors: _containers.RepeatedCompositeFieldContainer[RowError]
    next_page_token: str
    def __init__(self, row_errors: _Optional[_Iterable[_Union[RowError, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
