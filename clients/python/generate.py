"""Writes the stubs in src/orgfit anew from the contract in ../../proto, and copies the service
config. With --check it writes nothing and fails when what is there is not what would be written.

Needs the extra `generate`:  pip install -e 'clients/python[generate]'
"""

import argparse
import filecmp
import pathlib
import shutil
import sys
import tempfile

from grpc_tools import _proto, protoc

HERE = pathlib.Path(__file__).resolve().parent
CONTRACT = HERE.parent.parent / "proto"
SOURCES = HERE / "src"


def generate(target: pathlib.Path) -> None:
    """Writes stubs and service config below `target`."""
    files = sorted(path.relative_to(CONTRACT).as_posix() for path in CONTRACT.glob("orgfit/**/*.proto"))
    well_known = pathlib.Path(_proto.__file__).parent if _proto.__file__ else pathlib.Path(
        next(iter(_proto.__path__))
    )
    arguments = [
        "protoc",
        f"--proto_path={CONTRACT}",
        f"--proto_path={well_known}",
        f"--python_out={target}",
        f"--pyi_out={target}",
        f"--grpc_python_out={target}",
        *files,
    ]
    if protoc.main(arguments) != 0:
        sys.exit("the contract does not compile")
    for stub in target.glob("orgfit/**/*_pb2_grpc.py"):
        if "class " not in stub.read_text():
            stub.unlink()  # A file without services.
    config = target / "orgfit_client" / "service_config.json"
    config.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(CONTRACT / "service_config.json", config)


def generated(root: pathlib.Path) -> set[str]:
    """The generated files below `root`."""
    found = {path.relative_to(root).as_posix() for path in root.glob("orgfit/**/*_pb2*.py*")}
    return {path for path in found if "__pycache__" not in path} | {"orgfit_client/service_config.json"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        fresh = pathlib.Path(folder)
        generate(fresh)
        wanted, present = generated(fresh), generated(SOURCES)
        stale = sorted(
            path
            for path in wanted | present
            if path not in wanted
            or not (SOURCES / path).exists()
            or not filecmp.cmp(fresh / path, SOURCES / path, shallow=False)
        )
        if check:
            if stale:
                sys.exit("not fresh, run clients/python/generate.py:\n  " + "\n  ".join(stale))
            print(f"{len(wanted)} generated files are fresh")
            return
        for path in present - wanted:
            (SOURCES / path).unlink()
        for path in wanted:
            (SOURCES / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(fresh / path, SOURCES / path)
        print(f"{len(wanted)} files written, {len(stale)} of them changed")


if __name__ == "__main__":
    main()
