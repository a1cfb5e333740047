"""Rows of units and people from CSV files whose columns are named like the fields of the API.

A list holds its entries with semicolons between them; a date is written 2026-01-31; a column
`segment.<dimension>` holds the value of one segment dimension. A column that is no field is an
error, so that nothing goes out that nobody meant to send.
"""

import csv
import datetime
import os
from collections.abc import Iterator

from orgfit.common.v1 import values_pb2
from orgfit.intake.v1 import intake_service_pb2 as pb

SEGMENT_PREFIX = "segment."


class CsvError(Exception):
    """The file is not what an import takes. Names column and line, never the value."""


def unit_rows(path: str | os.PathLike) -> Iterator[pb.UnitRow]:
    """Units, row by row."""
    return _rows(path, pb.UnitRow)


def person_rows(path: str | os.PathLike) -> Iterator[pb.PersonRow]:
    """People, row by row."""
    return _rows(path, pb.PersonRow)


def _rows(path: str | os.PathLike, kind: type) -> Iterator:
    with open(path, newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file)
        columns = next(reader, [])
        for column in columns:
            if not _is_known(kind, column):
                raise CsvError(f"column {column!r} is no field of {kind.DESCRIPTOR.name}")
        for values in reader:
            if not values:
                continue
            if len(values) != len(columns):
                raise CsvError(f"line {reader.line_num} has {len(values)} columns, not {len(columns)}")
            row = kind()
            for column, value in zip(columns, values, strict=True):
                if value:
                    _set(row, column, value, reader.line_num)
            yield row


def _is_known(kind: type, column: str) -> bool:
    fields = kind.DESCRIPTOR.fields_by_name
    if column.startswith(SEGMENT_PREFIX):
        return "segments" in fields
    return column in fields and column != "segments"


def _set(row, column: str, value: str, line: int) -> None:
    if column.startswith(SEGMENT_PREFIX):
        key = column.removeprefix(SEGMENT_PREFIX)
        row.segments.append(values_pb2.SegmentSelector(dimension_key=key, value_key=value))
    elif column.endswith("_date"):
        try:
            date = datetime.date.fromisoformat(value)
        except ValueError as error:
            raise CsvError(f"line {line}: {column} is not a date such as 2026-01-31") from error
        getattr(row, column).CopyFrom(
            values_pb2.CalendarDate(year=date.year, month=date.month, day=date.day)
        )
    elif column.endswith("_ids"):
        getattr(row, column).extend(part.strip() for part in value.split(";") if part.strip())
    elif column == "employment_status":
        name = f"EMPLOYMENT_STATUS_{value.upper()}"
        if name not in values_pb2.EmploymentStatus.keys():
            raise CsvError(f"line {line}: employment_status is none of the known ones")
        row.employment_status = values_pb2.EmploymentStatus.Value(name)
    else:
        setattr(row, column, value)
