"""Computes what the oracle tests compare with, from real data that is no part of the project.

Usage: oracles.py ORACLE_DIR        writes target/oracle/waves.json and prints its path

The computation needs numpy, which is installed into an environment of its own below target/.
"""
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "target" / "oracle"
SCRIPT = ROOT / "tests" / "oracle" / "waves.py"
NUMPY = "numpy>=1.26,<3"


def main(oracle_dir):
    python = PLACE / "venv" / "bin" / "python"
    if not python.exists():
        venv.create(PLACE / "venv", with_pip=True)
    if subprocess.run([python, "-c", "import numpy"], capture_output=True, check=False).returncode:
        subprocess.run([python, "-m", "pip", "install", "--quiet", NUMPY], check=True)
    target = PLACE / "waves.json"
    done = subprocess.run([python, SCRIPT, Path(oracle_dir) / "data"], check=True, capture_output=True)
    target.write_bytes(done.stdout)
    print(target)


if __name__ == "__main__":
    main(sys.argv[1])
