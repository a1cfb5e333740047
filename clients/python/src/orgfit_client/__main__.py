"""An example that runs:

    python -m orgfit_client --endpoint http://127.0.0.1:50051 --api-key-file KEY whoami
    python -m orgfit_client ... import --units units.csv --people people.csv
    python -m orgfit_client ... tree
"""

import argparse
import os
import pathlib
import sys
from collections.abc import Iterator

import grpc
from orgfit.access.v1 import access_service_pb2 as access
from orgfit.access.v1.access_service_pb2_grpc import AccessServiceStub
from orgfit.directory.v1 import directory_service_pb2 as directory
from orgfit.directory.v1.directory_service_pb2_grpc import DirectoryServiceStub
from orgfit.intake.v1 import intake_service_pb2 as intake

from . import csv_rows
from .channel import connect
from .errors import ApiError
from .imports import ImportReport, import_people, import_units, new_header


def units(channel: grpc.Channel) -> Iterator[directory.Unit]:
    """All units in tree order, page by page."""
    stub = DirectoryServiceStub(channel)
    request = directory.ListUnitsRequest(page_size=500)
    while True:
        page = stub.ListUnits(request)
        yield from page.units
        if not page.next_page_token:
            return
        request.page_token = page.next_page_token


def show(kind: str, report: ImportReport) -> bool:
    """Prints how an import ended."""
    job = report.job
    print(
        f"{kind}: {intake.ImportState.Name(job.state).removeprefix('IMPORT_STATE_').lower()}; "
        f"{job.created_row_count} created, {job.updated_row_count} changed, "
        f"{job.unchanged_row_count} unchanged, {job.rejected_row_count} rejected"
    )
    if job.failure:
        print(f"  {job.failure}")
    for error in report.row_errors:
        print(f"  row {error.row_number}, {error.field}: {error.message}")
    return report.succeeded and not job.rejected_row_count


def run(arguments: argparse.Namespace, channel: grpc.Channel) -> bool:
    """Runs one command; tells whether all went well."""
    if arguments.command == "whoami":
        print(AccessServiceStub(channel).WhoAmI(access.WhoAmIRequest()).caller, end="")
        return True
    if arguments.command == "tree":
        for unit in units(channel):
            print(f"{'  ' * unit.depth}{unit.display_name} ({unit.direct_member_count})")
        return True

    def progress(rows: int) -> None:
        print(f"{rows} rows sent", file=sys.stderr)

    settings = {"source": "orgfit-client", "validate_only": arguments.validate_only}
    well = True
    if arguments.units:
        report = import_units(
            channel, lambda: csv_rows.unit_rows(arguments.units), new_header(**settings), progress
        )
        well = show("units", report)
    if arguments.people and well:
        report = import_people(
            channel, lambda: csv_rows.person_rows(arguments.people), new_header(**settings), progress
        )
        well = show("people", report)
    return well


def main() -> int:
    parser = argparse.ArgumentParser(prog="orgfit_client", description="Calls an orgfit server.")
    parser.add_argument("--endpoint", default=os.environ.get("ORGFIT_ENDPOINT", "http://127.0.0.1:50051"))
    parser.add_argument("--api-key-file", type=pathlib.Path, default=os.environ.get("ORGFIT_API_KEY_FILE"))
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("whoami", help="what the key stands for and may do")
    commands.add_parser("tree", help="the tree of units with their own staff")
    load = commands.add_parser("import", help="import units, then people, from CSV files")
    load.add_argument("--units", type=pathlib.Path)
    load.add_argument("--people", type=pathlib.Path)
    load.add_argument("--validate-only", action="store_true", help="check and report, apply nothing")
    arguments = parser.parse_args()
    if not arguments.api_key_file:
        parser.error("give the file that holds the API key: --api-key-file, or ORGFIT_API_KEY_FILE")
    key = pathlib.Path(arguments.api_key_file).read_text().strip()
    try:
        with connect(arguments.endpoint, key) as channel:
            return 0 if run(arguments, channel) else 1
    except grpc.RpcError as error:
        print(ApiError.of(error), file=sys.stderr)
    except (ApiError, csv_rows.CsvError, ValueError) as error:
        print(error, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
