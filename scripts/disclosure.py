"""Gives what was published of companies to an attacker that others wrote, and says what it found.

Usage: disclosure.py ORACLE_DIR [FILE ...]    the files of target/attack unless others are named

`ORACLE_DIR/attack.py` needs SciPy, which is installed into an environment of its own below target/.
Exits with 1 if anything is disclosed. That ten or more people who agree are known is allowed: a group
is no disclosure when one published cell of ten or more around it says as much of it by itself. The
same holds of an option that nobody of ten or more chose, of a cell or of what is left of one.
"""
import collections
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "target" / "attack"
NEEDS = ["scipy==1.17.1", "numpy", "pandas"]
# Answers from which on a group may be known to agree, and the share of a scale that is little.
UNANIMOUS_MIN = 10
NARROW = 0.2
SLACK = 1e-6


def interpreter():
    python = PLACE / "venv" / "bin" / "python"
    if not python.exists():
        venv.create(PLACE / "venv", with_pip=True)
    probe = [python, "-c", "import scipy, numpy, pandas, sys; sys.exit(scipy.__version__ != '1.17.1')"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        subprocess.run([python, "-m", "pip", "install", "--quiet", *NEEDS], check=True)
    return python


def is_told_by_many(found, told, sizes):
    """Whether a published cell of ten or more, as a whole, is as near to an end as the group."""
    group = set(found.get("atoms") or [])
    scale = told["scale"]
    for cell in told["published"]:
        is_itself = not group and cell["id"] == found["group"]
        if cell["n"] < UNANIMOUS_MIN or not (is_itself or group and group <= set(cell["atoms"])):
            continue
        size = sum(sizes[atom] for atom in group) or cell["n"]
        share = NARROW if found["verdict"] in ("narrow", "linear") else 0
        near = share * (scale["hi"] - scale["lo"]) * size + SLACK
        half = 0.5 * 10 ** -cell["decimals"]
        # Whole steps that the cell's answers are away from an end at most.
        for distance in (scale["hi"] - cell["mean"], cell["mean"] - scale["lo"]):
            if (cell["n"] * (distance + half) + SLACK) // 1 <= near:
                return True
    # Of counts of single options: everybody of the ten has chosen it.
    code = found.get("measure", "").rpartition(":answer=")[2]
    return any(
        cell.get("hist", {}).get(code) == cell["n"] >= UNANIMOUS_MIN and group <= set(cell["atoms"])
        for cell in told["published"]
    )


def is_chosen_by_nobody_of_many(found, told):
    """Whether a published cell around the group, or what is left of it beside other published cells, says
    that nobody of ten or more chose an option."""
    code = found["measure"].rpartition(":answer=")[2]
    group = set(found.get("atoms") or [])
    if ":answer=" not in found["measure"] or found["mean"][1] > 0:
        return False
    cells = [cell for cell in told["published"] if "hist" in cell]
    cells.sort(key=lambda cell: -cell["n"])
    for cell in cells:
        left, size, chosen = set(cell["atoms"]), cell["n"], cell["hist"].get(code, 0)
        if not (group <= left if group else cell["id"] == found["group"]):
            continue
        if not chosen and size >= UNANIMOUS_MIN:
            return True
        for inner in cells:
            atoms = set(inner["atoms"])
            if group and atoms <= left and not atoms & group and inner["hist"].get(code, 0):
                left, size = left - atoms, size - inner["n"]
                chosen -= inner["hist"][code]
        if not chosen and size >= UNANIMOUS_MIN:
            return True
    return False


def words(found):
    keys = ("verdict", "measure", "group", "n", "mean", "combination")
    return " ".join(str(found.get(key, "")) for key in keys)


def attack(python, script, file):
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [python, script, file, "--quiet", "--json", report]
        # A solver that takes all processors for each of several files is slower, not faster.
        quiet = {**os.environ, "OMP_NUM_THREADS": "1"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=quiet)
        if done.returncode not in (0, 1):
            return file, None, f"exit {done.returncode}: {done.stderr.strip()}"
        return file, json.loads(report.read_text()), ""


def main(oracle_dir, names):
    files = [Path(name) for name in names] or sorted(PLACE.glob("*.json"))
    if not files:
        sys.exit("there is nothing to attack; run make attack")
    python = interpreter()
    script = Path(oracle_dir) / "attack.py"
    counts = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for file, report, failure in pool.map(lambda file: attack(python, script, file), files):
            counts["files"] += 1
            if report is None:
                counts["failures"] += 1
                print(f"{file.name}: {failure}")
                continue
            told = json.loads(file.read_text())
            sizes = {atom["id"]: atom["n"] for atom in told["atoms"]}
            counts["warnings"] += len(report["warnings"])
            counts["searches that were not complete"] += sum(
                not complete for complete in report["search_complete"].values()
            )
            for found in report["disclosures"]:
                if is_chosen_by_nobody_of_many(found, told):
                    counts["options that nobody of ten or more chose"] += 1
                elif is_told_by_many(found, told, sizes):
                    counts["groups known by ten or more who agree"] += 1
                else:
                    counts["disclosures"] += 1
                    print(f"{file.name}: {words(found)}")
    for name in ("files", "disclosures", "warnings"):
        counts[name] += 0
    print(", ".join(f"{count} {name}" for name, count in counts.items()))
    return 1 if counts["disclosures"] or counts["failures"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
