"""Imports of units and people that survive broken connections.

A stream is a header, chunks numbered from 0, and a footer. The server stages chunks as they come and
applies nothing before the footer, so a stream that broke is simply taken up again: ask for
`next_chunk_index`, send the same header, go on from there.
"""

import itertools
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import grpc
from orgfit.intake.v1 import intake_service_pb2 as pb
from orgfit.intake.v1.intake_service_pb2_grpc import IntakeServiceStub

from .errors import ApiError

CHUNK_ROWS_MAX = 500
# The server takes 1 MiB; what is around the rows needs little.
CHUNK_BYTES_MAX = 1_000_000
# Streams in a row that may break without a single chunk arriving.
FRUITLESS_STREAMS_MAX = 6
STREAM_SECONDS_MAX = 600

_BROKEN = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
}
_RESUMABLE_REASONS = {"REQUEST_IN_PROGRESS", "OVERLOADED", "IMPORT_CHUNK_OUT_OF_ORDER"}

Row = pb.UnitRow | pb.PersonRow
#: Called with the number of rows sent so far.
Progress = Callable[[int], None]


@dataclass
class ImportReport:
    """How an import ended."""

    job: pb.ImportJob
    row_errors: list[pb.RowError] = field(default_factory=list)
    #: How often a stream had to be taken up again.
    resumed_count: int = 0

    @property
    def succeeded(self) -> bool:
        return self.job.state == pb.IMPORT_STATE_SUCCEEDED


def new_header(**settings) -> pb.ImportHeader:
    """A header with a fresh import_id, unless one is given."""
    return pb.ImportHeader(**{"import_id": str(uuid.uuid4()), **settings})


def import_units(
    channel: grpc.Channel,
    rows: Callable[[], Iterable[pb.UnitRow]],
    header: pb.ImportHeader | None = None,
    progress: Progress | None = None,
    chunk_rows: int = CHUNK_ROWS_MAX,
) -> ImportReport:
    """Imports units. `rows` gives the rows from the first on, each time it is called."""
    stub = IntakeServiceStub(channel)

    def part(index: int, chunk: list[Row]) -> pb.ImportUnitsRequest:
        return pb.ImportUnitsRequest(rows=pb.UnitRows(chunk_index=index, rows=chunk))

    sender = _Sender(stub, stub.ImportUnits, pb.ImportUnitsRequest, part)
    return sender.run(header or new_header(), rows, chunk_rows, progress)


def import_people(
    channel: grpc.Channel,
    rows: Callable[[], Iterable[pb.PersonRow]],
    header: pb.ImportHeader | None = None,
    progress: Progress | None = None,
    chunk_rows: int = CHUNK_ROWS_MAX,
) -> ImportReport:
    """Imports people. `rows` gives the rows from the first on, each time it is called."""
    stub = IntakeServiceStub(channel)

    def part(index: int, chunk: list[Row]) -> pb.ImportPeopleRequest:
        return pb.ImportPeopleRequest(rows=pb.PersonRows(chunk_index=index, rows=chunk))

    sender = _Sender(stub, stub.ImportPeople, pb.ImportPeopleRequest, part)
    return sender.run(header or new_header(), rows, chunk_rows, progress)


def chunks(rows: Iterable[Row], chunk_rows: int) -> Iterator[list[Row]]:
    """Cuts rows into chunks within the limits. The same rows always give the same chunks, which is
    what makes going on after a break possible."""
    chunk: list[Row] = []
    size = 0
    for row in rows:
        bytes_of_row = row.ByteSize() + 8
        if chunk and (len(chunk) == chunk_rows or size + bytes_of_row > CHUNK_BYTES_MAX):
            yield chunk
            chunk, size = [], 0
        chunk.append(row)
        size += bytes_of_row
    if chunk:
        yield chunk


@dataclass
class _Sender:
    """Sends one kind of rows."""

    stub: IntakeServiceStub
    method: grpc.StreamUnaryMultiCallable
    request: type
    part: Callable[[int, list[Row]], object]

    def run(
        self,
        header: pb.ImportHeader,
        rows: Callable[[], Iterable[Row]],
        chunk_rows: int,
        progress: Progress | None,
    ) -> ImportReport:
        """Opens streams until one ends properly."""
        if not 1 <= chunk_rows <= CHUNK_ROWS_MAX:
            raise ValueError(f"chunk_rows must be from 1 to {CHUNK_ROWS_MAX}")
        start, resumed, fruitless = 0, 0, 0
        while True:
            try:
                messages = self._messages(header, chunks(rows(), chunk_rows), start, progress)
                response = self.method(messages, timeout=STREAM_SECONDS_MAX)
                return ImportReport(response.import_job, list(response.row_errors), resumed)
            except grpc.RpcError as broken:
                error = ApiError.of(broken)
                if error.code not in _BROKEN and error.reason not in _RESUMABLE_REASONS:
                    raise error from broken
                resumed += 1
                fruitless += 1
                if fruitless > FRUITLESS_STREAMS_MAX:
                    raise error from broken
                time.sleep(error.retry_after_seconds or min(5.0, 0.1 * 2**fruitless))
                arrived = self._next_chunk_index(header.import_id)
                if arrived is not None:
                    start, fruitless = arrived, 0 if arrived > start else fruitless

    def _messages(
        self,
        header: pb.ImportHeader,
        all_chunks: Iterator[list[Row]],
        start: int,
        progress: Progress | None,
    ) -> Iterator[object]:
        yield self.request(header=header)
        row_count = sum(len(chunk) for chunk in itertools.islice(all_chunks, start))
        for index, chunk in enumerate(all_chunks, start):
            yield self.part(index, chunk)
            row_count += len(chunk)
            if progress:
                progress(row_count)
        yield self.request(footer=pb.ImportFooter(row_count=row_count))

    def _next_chunk_index(self, import_id: str) -> int | None:
        """The chunk that the server waits for; None while it cannot be asked."""
        try:
            return self.stub.GetImport(pb.GetImportRequest(import_id=import_id)).import_job.next_chunk_index
        except grpc.RpcError as refused:
            error = ApiError.of(refused)
            if error.reason == "RESOURCE_NOT_FOUND":
                return 0  # Not even the header arrived.
            if error.code in _BROKEN:
                return None
            raise error from refused
