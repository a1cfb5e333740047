"""The same job with pandas and pingouin, by hand: what a statistician would write for one wave.

Usage: pandas_job.py [DIVISIONS]        (pip install pandas pingouin; 27 divisions are a million sheets)

Makes the same company as the benchmark (1 + DIVISIONS * 37 units of 1,000 people, segments of 4, 5, 3 and
3 values, 30 items of five points, one answer in thirty "cannot judge"), and then measures: for every unit with
all below it, as a whole and by each segment value, the mean, error, spread, shares and number of every
item, the score of each dimension and overall with its error from person scores; for units as a whole
also alpha of each dimension with Feldt's interval (pingouin). Nothing is protected, nothing is proved, nothing
is stored: that is the part of the job that pandas does not do.

Prints a JSON object: seconds of the job, sheets, slices, peak memory in MB.
"""
import json
import resource
import sys
import time

import numpy as np
import pandas as pd
import pingouin

TEAMS, PEOPLE, VALUES, ITEMS, DIMENSIONS = 36, 1_000, (4, 5, 3, 3), 30, 6


def company(divisions):
    parents = [None]
    for _ in range(divisions):
        division = len(parents)
        parents.append(0)
        parents.extend([division] * TEAMS)
    return parents


def sheets(units):
    random = np.random.default_rng(1)
    count = units * PEOPLE
    person = np.arange(count)
    frame = {"unit": person // PEOPLE}
    rest = person % PEOPLE % int(np.prod(VALUES))
    for number, values in enumerate(VALUES):
        frame[f"segment_{number}"] = rest % values
        rest = rest // values
    mood = random.integers(0, 3, count)
    for item in range(ITEMS):
        codes = (1 + mood + random.integers(0, 3, count)).astype(float)
        codes[random.integers(0, 30, count) == 0] = np.nan
        frame[f"item_{item}"] = codes
    return pd.DataFrame(frame)


def measure(group, items):
    points = 25 * (group[items] - 1)
    count = points.count()
    out = {"n": count, "mean": points.mean(), "sd": points.std()}
    out["se"] = out["sd"] / np.sqrt(count)
    out["shares"] = [(group[items] == code).sum() / count for code in range(1, 6)]
    means = [points[items[5 * at : 5 * at + 5]].mean(axis=1) for at in range(DIMENSIONS)]
    scores = pd.concat([*means, pd.concat(means, axis=1).mean(axis=1)], axis=1)
    out["scores"] = scores.mean(), scores.std() / np.sqrt(len(scores))
    return out


def job(data, parents):
    items = [f"item_{item}" for item in range(ITEMS)]
    below = {unit: [unit] for unit in range(len(parents))}
    for unit in reversed(range(1, len(parents))):
        below[parents[unit]] += below[unit]
    of_unit = dict(tuple(data.groupby("unit")))
    slices = 0
    for unit, units in below.items():
        people = pd.concat([of_unit[each] for each in units]) if len(units) > 1 else of_unit[unit]
        measure(people, items)
        for at in range(DIMENSIONS):
            pingouin.cronbach_alpha(people[items[5 * at : 5 * at + 5]].dropna())
        slices += 1
        for number in range(len(VALUES)):
            for _, part in people.groupby(f"segment_{number}"):
                measure(part, items)
                slices += 1
    return slices


if __name__ == "__main__":
    tree = company(int(sys.argv[1]) if len(sys.argv) > 1 else 27)
    answers = sheets(len(tree))
    begun = time.perf_counter()
    measured = job(answers, tree)
    took = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"seconds": round(took, 1), "sheets": len(answers), "slices": measured, "peak_mb": peak}))
