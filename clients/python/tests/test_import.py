"""Runs against a server that is up, and on an organization without people, named by the environment:

    ORGFIT_ENDPOINT      http://127.0.0.1:<port>
    ORGFIT_API_KEY_FILE  file with a key that may import units and people of the whole organization
    DEMO_API_KEY_FILE    file with a key of the demo's organization, whose segment scheme is taken over
    UNITS_CSV            CSV file of units
    PEOPLE_CSV           CSV file of people
"""

import os
import pathlib
import socket
import threading
import unittest
import uuid
from urllib.parse import urlsplit

import grpc
from orgfit.access.v1 import access_service_pb2 as access
from orgfit.access.v1.access_service_pb2_grpc import AccessServiceStub
from orgfit.directory.v1 import directory_service_pb2 as directory
from orgfit.directory.v1 import people_service_pb2 as people
from orgfit.directory.v1.directory_service_pb2_grpc import DirectoryServiceStub
from orgfit.directory.v1.people_service_pb2_grpc import PeopleServiceStub
from orgfit.intake.v1 import intake_service_pb2 as intake
from orgfit.intake.v1.intake_service_pb2_grpc import IntakeServiceStub

from orgfit_client import ApiError, connect, csv_rows, import_people, import_units
from orgfit_client.__main__ import units
from orgfit_client.imports import new_header

ENDPOINT = os.environ["ORGFIT_ENDPOINT"]
KEY = pathlib.Path(os.environ["ORGFIT_API_KEY_FILE"]).read_text().strip()
DEMO_KEY = pathlib.Path(os.environ["DEMO_API_KEY_FILE"]).read_text().strip()
UNITS = os.environ["UNITS_CSV"]
PEOPLE = os.environ["PEOPLE_CSV"]


def counts(job: intake.ImportJob) -> dict[str, int]:
    """What became of the rows."""
    return {
        "created": job.created_row_count,
        "updated": job.updated_row_count,
        "unchanged": job.unchanged_row_count,
        "rejected": job.rejected_row_count,
    }


def setUpModule() -> None:
    """People's rows name segments, so the organization needs the scheme that has them."""
    with connect(ENDPOINT, DEMO_KEY) as demo, connect(ENDPOINT, KEY) as ours:
        scheme = DirectoryServiceStub(demo).GetSegmentScheme(
            directory.GetSegmentSchemeRequest()
        ).segment_scheme
        stub = DirectoryServiceStub(ours)
        present = stub.GetSegmentScheme(directory.GetSegmentSchemeRequest()).segment_scheme
        scheme.etag = present.etag
        stub.UpdateSegmentScheme(directory.UpdateSegmentSchemeRequest(segment_scheme=scheme))


class CuttingProxy:
    """Forwards connections to the server and cuts the first one after so many bytes."""

    def __init__(self, address: str, bytes_until_cut: int) -> None:
        parts = urlsplit(address)
        self._server = (parts.hostname, parts.port)
        self._left = bytes_until_cut
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.cut_count = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._server)
            threading.Thread(target=self._pump, args=(server, caller, False), daemon=True).start()
            threading.Thread(target=self._pump, args=(caller, server, True), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        try:
            while data := source.recv(4096):
                target.sendall(data)
                if counted and self.cut_count == 0:
                    self._left -= len(data)
                    if self._left <= 0:
                        self.cut_count += 1
                        break
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        source.close()

    def close(self) -> None:
        self._listener.close()


class ImportTest(unittest.TestCase):
    """One class, in the order of the names: each test leaves the rows in place."""

    def setUp(self) -> None:
        self.channel = connect(ENDPOINT, KEY)
        self.addCleanup(self.channel.close)
        self.unit_rows = list(csv_rows.unit_rows(UNITS))
        self.person_rows = list(csv_rows.person_rows(PEOPLE))

    def load(self) -> tuple[intake.ImportJob, intake.ImportJob]:
        first = import_units(self.channel, lambda: self.unit_rows)
        second = import_people(self.channel, lambda: self.person_rows)
        self.assertTrue(first.succeeded, first.job)
        self.assertTrue(second.succeeded, second.job)
        return first.job, second.job

    def test_1_units_and_people_arrive_and_a_second_time_nothing_changes(self) -> None:
        nothing = {"created": 0, "updated": 0, "unchanged": 0, "rejected": 0}
        unit_count, person_count = len(self.unit_rows), len(self.person_rows)
        self.assertGreaterEqual((unit_count, person_count), (40, 1000))

        unit_job, person_job = self.load()
        self.assertEqual(counts(unit_job), {**nothing, "created": unit_count})
        self.assertEqual(counts(person_job), {**nothing, "created": person_count})

        unit_job, person_job = self.load()
        self.assertEqual(counts(unit_job), {**nothing, "unchanged": unit_count})
        self.assertEqual(counts(person_job), {**nothing, "unchanged": person_count})

    def test_2_the_tree_holds_the_rows(self) -> None:
        found = {unit.external_id: unit for unit in units(self.channel)}
        for row in self.unit_rows:
            self.assertEqual(found[row.external_id].display_name, row.display_name)
        row = self.person_rows[-1]
        person = PeopleServiceStub(self.channel).GetPerson(
            people.GetPersonRequest(external_id=row.external_id)
        ).person
        self.assertEqual((person.last_name, person.work_email), (row.last_name, row.work_email))
        self.assertEqual(person.unit_id, found[row.unit_external_id].unit_id)

    def test_3_a_stream_that_breaks_is_taken_up_again(self) -> None:
        size = sum(row.ByteSize() for row in self.person_rows)
        proxy = CuttingProxy(ENDPOINT, bytes_until_cut=size // 2)
        self.addCleanup(proxy.close)
        sent: list[int] = []
        with connect(proxy.address, KEY) as channel:
            report = import_people(channel, lambda: self.person_rows, progress=sent.append, chunk_rows=20)
        self.assertEqual(proxy.cut_count, 1)
        self.assertGreaterEqual(report.resumed_count, 1)
        self.assertTrue(report.succeeded, report.job)
        self.assertEqual(report.job.received_row_count, len(self.person_rows))
        self.assertEqual(report.job.unchanged_row_count, len(self.person_rows))

    def test_4_a_cancelled_stream_goes_on_where_it_stopped(self) -> None:
        stub = IntakeServiceStub(self.channel)
        header = new_header()
        arrived = threading.Event()
        over = threading.Event()

        def messages():
            yield intake.ImportPeopleRequest(header=header)
            for index in range(2):
                rows = self.person_rows[index * 50 : index * 50 + 50]
                part = intake.PersonRows(chunk_index=index, rows=rows)
                yield intake.ImportPeopleRequest(rows=part)
            question = intake.GetImportRequest(import_id=header.import_id)
            while not over.is_set():
                try:
                    if stub.GetImport(question).import_job.next_chunk_index == 2:
                        arrived.set()
                        over.wait()
                except grpc.RpcError:
                    over.wait(0.05)  # The header has not arrived yet.

        call = stub.ImportPeople.future(messages(), timeout=60)
        self.assertTrue(arrived.wait(60))
        call.cancel()
        over.set()

        sent: list[int] = []
        report = import_people(
            self.channel, lambda: self.person_rows, header, sent.append, chunk_rows=50
        )
        self.assertTrue(report.succeeded, report.job)
        self.assertEqual(report.job.received_row_count, len(self.person_rows))

        again = import_people(self.channel, lambda: self.person_rows, header, chunk_rows=50)
        self.assertEqual(counts(again.job), counts(report.job), "the footer repeats its report")

    def test_5_errors_are_typed(self) -> None:
        stub = DirectoryServiceStub(self.channel)
        with self.assertRaises(grpc.RpcError) as caught:
            stub.GetUnit(directory.GetUnitRequest(unit_id=str(uuid.uuid4())))
        error = ApiError.of(caught.exception)
        self.assertEqual(error.code, grpc.StatusCode.NOT_FOUND)
        self.assertEqual(error.reason, "RESOURCE_NOT_FOUND")
        self.assertEqual(error.metadata["resourceType"], "unit")

        with self.assertRaises(grpc.RpcError) as caught:
            stub.CreateUnit(directory.CreateUnitRequest(unit=directory.Unit(display_name="x" * 300)))
        error = ApiError.of(caught.exception)
        self.assertEqual(error.reason, "FIELD_INVALID")
        fields = {violation.field for violation in error.violations}
        self.assertLessEqual({"unit.display_name", "unit.parent_unit_id"}, fields)

    def test_6_a_wrong_key_is_refused(self) -> None:
        with connect(ENDPOINT, "orgfit_wrong") as channel, self.assertRaises(grpc.RpcError) as caught:
            AccessServiceStub(channel).WhoAmI(access.WhoAmIRequest())
        error = ApiError.of(caught.exception)
        self.assertEqual(
            (error.code, error.reason), (grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_INVALID")
        )

    def test_7_a_write_with_a_request_id_is_done_once(self) -> None:
        stub = DirectoryServiceStub(self.channel)
        organization = stub.GetOrganization(directory.GetOrganizationRequest()).organization
        parent = organization.root_unit_id
        request = directory.CreateUnitRequest(
            unit=directory.Unit(parent_unit_id=parent, display_name="Only once"),
            request_id=str(uuid.uuid4()),
        )
        first, call = stub.CreateUnit.with_call(request)
        self.assertNotIn(("orgfit-replayed", "true"), call.initial_metadata())
        second, call = stub.CreateUnit.with_call(request)
        self.assertEqual(first, second)
        self.assertIn(("orgfit-replayed", "true"), call.initial_metadata())
        stub.DeleteUnit(directory.DeleteUnitRequest(unit_id=first.unit.unit_id))

    def test_8_a_wrong_row_is_named_and_the_others_are_applied(self) -> None:
        known = self.person_rows[0]
        lost = intake.PersonRow(external_id="lost", display_name="Lost", unit_external_id="?")
        report = import_people(self.channel, lambda: [known, lost])
        self.assertEqual(counts(report.job), {"created": 0, "updated": 0, "unchanged": 1, "rejected": 1})
        (error,) = report.row_errors
        self.assertEqual((error.row_number, error.field), (1, "unit_external_id"))
        self.assertEqual(error.reason, intake.ROW_ERROR_REASON_REFERENCE_UNKNOWN)


class WithoutServerTest(unittest.TestCase):
    """What needs no server."""

    def test_a_key_never_crosses_a_network_in_plain_text(self) -> None:
        for address in ("http://example.com:443", "ftp://localhost:1", "localhost:50051"):
            with self.assertRaises(ValueError):
                connect(address, KEY)


if __name__ == "__main__":
    unittest.main()
