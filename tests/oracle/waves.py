"""What a wave of real answers has to publish, computed from the files alone.

Usage: waves.py DATA_DIR > waves.json        (numpy; DATA_DIR holds lq2002.csv, pierce_long.csv, bfi.csv)

Nothing here is shared with the engine: the formulas are written once more, on matrices instead of
sums. All scores are points from 0 to 100. Per slice the result has the number of answers, the number
of the invited (null when answers are imported), and mean and standard error of the whole, of each
dimension and of each item, with the item's own number of answers, its standard deviation and the
share of each point. Of each dimension also: the shares of favourable and unfavourable answers, and
from the people who answered all of it, alpha, its error of measurement and r*wg(J); of units as a
whole, ICC(1) with k0 and ICC(2). Of the whole, how far apart the groups of a segment dimension rate,
less what chance adds.

lq2002   Leadership climate (11 items) and task significance (3 items), 49 units, 2,042 people, all
         answered. Of every unit a quarter more people are invited than answered.
pierce   A county's survey: 10 questions, 21 departments, roles. 0 is "not applicable", which is an
         answer of "cannot judge". The file does not say which answers are one person's, so that the
         j-th answer to each question in a department and role is put on the j-th sheet: that gives
         sheets whose item statistics are those of the file.
bfi      A personality inventory: 25 items of six points in five dimensions, seven of them reversed,
         2,800 people in one unit, some of whom left items out; five levels of education.
"""
import csv
import json
import sys
from pathlib import Path

import numpy as np

ROLES = ["director", "manager", "supervisor", "staff"]


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def lq2002(folder):
    """Units, answers as a matrix of codes (0 for none), and the invited per unit."""
    rows = read(folder / "lq2002.csv")
    items = [f"LEAD{number:02}" for number in range(1, 12)] + [f"TSIG{number:02}" for number in range(1, 4)]
    units = [row["COMPID"] for row in rows]
    codes = np.array([[int(row[item]) for item in items] for row in rows])
    invited = {unit: units.count(unit) + units.count(unit) // 4 for unit in set(units)}
    dimensions = {"lead": list(range(11)), "tsig": [11, 12, 13]}
    return units, [""] * len(units), items, codes, 5, dimensions, invited


def role_of(row):
    """The first role that is flagged; most answers have none."""
    return next((role for role in ROLES if row[role] == "1"), "")


def pierce(folder):
    rows = read(folder / "pierce_long.csv")
    items = [f"q{number}" for number in range(1, 11)]
    sheets = {}
    counts = {}
    for row in rows:
        group = (row["department"], role_of(row))
        item = int(row["question"]) - 1
        place = counts.get((group, item), 0)
        counts[group, item] = place + 1
        sheet = sheets.setdefault((group, place), [0] * 10)
        # Not applicable is no answer to the score; nor is an empty field.
        sheet[item] = int(row["response"]) if row["response"] not in ("", "0") else 0
    keys = sorted(sheets)
    # A sheet of empty fields alone is no answer.
    wanted = [key for key in keys if answered(rows, key)]
    codes = np.array([sheets[key] for key in wanted])
    units = [key[0][0] for key in wanted]
    roles = [key[0][1] for key in wanted]
    return units, roles, items, codes, 4, {"all": list(range(10))}, None


def bfi(folder):
    rows = read(folder / "bfi.csv")
    traits = {"agreeable": "A", "careful": "C", "outgoing": "E", "worried": "N", "open": "O"}
    items = [f"{letter}{number}" for letter in traits.values() for number in range(1, 6)]
    codes = np.array([[int(row[item] or 0) for item in items] for row in rows])
    levels = [f"e{row['education']}" if row["education"] else "" for row in rows]
    dimensions = {name: list(range(5 * at, 5 * at + 5)) for at, name in enumerate(traits)}
    return ["bfi"] * len(rows), levels, items, codes, 6, dimensions, None


BFI_REVERSED = {"A1", "C4", "C5", "E1", "E2", "O2", "O5"}


def answered(rows, key, cache={}):
    """Whether a sheet has any answer at all, "not applicable" included."""
    if not cache:
        counts = {}
        for row in rows:
            group = (row["department"], role_of(row))
            place = counts.get((group, row["question"]), 0)
            counts[group, row["question"]] = place + 1
            cache[group, place] = cache.get((group, place), False) or row["response"] != ""
    return cache[key]


def moments(points):
    """Per item: number, mean and standard deviation; and the covariance matrix of the item means."""
    there = ~np.isnan(points)
    number = there.sum(axis=0)
    count = points.shape[1]
    mean = np.array([np.nanmean(points[:, i]) if number[i] else np.nan for i in range(count)])
    covariance = np.zeros((count, count))
    for i in range(count):
        for j in range(count):
            both = there[:, i] & there[:, j]
            together = both.sum()
            if together >= 2:
                pair = np.cov(points[both, i], points[both, j], ddof=1)[0, 1]
                covariance[i, j] = together / (number[i] * number[j]) * pair
    deviation = np.array([np.nanstd(points[:, i], ddof=1) if number[i] > 1 else np.nan for i in range(count)])
    return number, mean, deviation, covariance


def finite(sample, population):
    return 1.0 if population is None else 1 - sample / population


def whole(points, dimensions, items, population, levels):
    number, mean, deviation, covariance = moments(points)
    size = len(points)
    # Points of a scale are at least 10 apart, so that rounding cannot mix them up.
    given = [[np.sum(np.abs(points[:, i] - level) < 1) for level in levels] for i in range(len(items))]
    out = {"n": size, "invited": population, "items": {}, "dimensions": {}}
    for place, item in enumerate(items):
        if number[place] >= 2:
            error = np.sqrt(covariance[place, place] * finite(number[place], population))
            out["items"][item] = {
                "n": int(number[place]), "mean": mean[place], "se": error, "sd": deviation[place],
                "shares": [float(count / number[place]) for count in given[place]],
            }
    overall = np.zeros(len(items))
    for name, places in dimensions.items():
        there = [place for place in places if number[place]]
        weights = np.zeros(len(items))
        weights[there] = 1 / len(there)
        overall += weights / len(dimensions)
        out["dimensions"][name] = score(weights, mean, covariance, finite(size, population))
        out["dimensions"][name]["quality"] = quality(points, places, len(levels))
        # The upper third of a scale is favourable, its border included, and the lower third is not.
        shares = [[count / number[i] for count in given[i]] for i in there]
        ends = [(100 * 2 / 3 - 1e-9, 101), (-1, 100 / 3 + 1e-9)]
        good, bad = (
            float(np.mean([sum(s for s, level in zip(row, levels) if low <= level <= high) for row in shares]))
            for low, high in ends
        )
        out["dimensions"][name].update(favourable=good, unfavourable=bad, net=100 * (good - bad))
    out["overall"] = score(overall, mean, covariance, finite(size, population))
    return out


def quality(points, places, points_max):
    """Of the complete answers to a dimension: alpha, SEM and r*wg(J)."""
    part = points[:, places]
    part = part[~np.isnan(part).any(axis=1)]
    size, count = part.shape
    if size < 2 or count < 2:
        return {"n": size}
    covariance = np.cov(part, rowvar=False, ddof=1)
    alpha = count / (count - 1) * (1 - np.trace(covariance) / covariance.sum())
    deviation = part.mean(axis=1).std(ddof=1)
    random = 1e4 / (points_max - 1) ** 2 * (points_max**2 - 1) / 12
    out = {"n": size, "alpha": alpha, "sd": deviation, "agreement": 1 - np.trace(covariance) / count / random}
    if alpha >= 0:
        out["sem"] = deviation * np.sqrt(1 - alpha)
    return out


def between(points, places, units):
    """ICC(1) with k0, ICC(2) and k0 of complete answers to a dimension."""
    there = ~np.isnan(points[:, places]).any(axis=1)
    scores = points[there][:, places].mean(axis=1)
    names = np.array(units)[there]
    groups = [scores[names == name] for name in sorted(set(names))]
    total, count = len(scores), len(groups)
    sizes = np.array([len(group) for group in groups])
    size = (total - (sizes**2).sum() / total) / (count - 1)
    middle = scores.mean()
    outer = sum(len(group) * (group.mean() - middle) ** 2 for group in groups) / (count - 1)
    inner = sum(((group - group.mean()) ** 2).sum() for group in groups) / (total - count)
    return {
        "units": count, "size": size,
        "icc1": (outer - inner) / (outer + (size - 1) * inner), "icc2": (outer - inner) / outer,
    }


def score(weights, mean, covariance, correction):
    used = weights > 0
    variance = weights @ covariance @ weights
    return {"mean": float(weights[used] @ mean[used]), "se": float(np.sqrt(max(variance, 0.0) * correction))}


def apart(points, dimensions, groups, equal):
    """How far apart groups rate: the root of the weighted mean square of the differences of pairs, less
    the squared errors of both sides; 0 when that is below 0."""
    sides = []
    for there in groups:
        _, mean, _, covariance = moments(points[there])
        weights = np.zeros(points.shape[1])
        for places in dimensions.values():
            weights[places] += 1 / len(places) / len(dimensions)
        side = score(weights, mean, covariance, 1.0)
        sides.append((side["mean"], side["se"], 1 if equal else int(there.sum())))
    square = total = 0
    for at, (mean, error, weight) in enumerate(sides):
        for other_mean, other_error, other_weight in sides[at + 1 :]:
            distance = (mean - other_mean) ** 2 - error**2 - other_error**2
            square += weight * other_weight * distance
            total += weight * other_weight
    gap = float(np.sqrt(max(square / total, 0)))
    return {"gap": gap, "alignment": 1 - min(gap / 25, 1)}


def carrying(units, roles, least=5):
    """Which sheets lie in a cell that carries the role: units below `least` are reported with the
    whole, which takes the smallest unit in when it has too few of them; where one role (or none) of
    a unit has fewer than `least` sheets, no role of it is known."""
    sizes = {unit: units.count(unit) for unit in sorted(set(units))}
    pool = {unit: unit if size >= least else "" for unit, size in sizes.items()}
    root = sum(size for unit, size in sizes.items() if pool[unit] == "")
    if 0 < root < least:
        smallest = min((size, unit) for unit, size in sizes.items() if pool[unit])[1]
        pool[smallest] = ""
    parts = {}
    for unit, role in zip(units, roles):
        parts.setdefault(pool[unit], []).append(role)
    known = {name: min(there.count(role) for role in set(there)) >= least for name, there in parts.items()}
    return np.array([known[pool[unit]] for unit in units])


def wave(data, reversed_items=frozenset(), equal=True):
    units, roles, items, codes, points_max, dimensions, invited = data
    points = np.where(codes == 0, np.nan, 100 * (codes - 1) / (points_max - 1)).astype(float)
    turned = [item in reversed_items for item in items]
    points[:, turned] = 100 - points[:, turned]
    everybody = sum(invited.values()) if invited else None
    levels = [100 * step / (points_max - 1) for step in range(points_max)]
    slices = {"": whole(points, dimensions, items, everybody, levels)}
    for name, places in dimensions.items():
        of_units = between(points, places, units) if len(set(units)) > 1 else {}
        slices[""]["dimensions"][name]["between"] = of_units
    for unit in sorted(set(units)):
        of_unit = np.array([other == unit for other in units])
        slices[unit] = whole(points[of_unit], dimensions, items, invited[unit] if invited else None, levels)
    carried = carrying(units, roles)
    for role in sorted(set(roles) - {""}):
        of_role = np.array([other == role for other in roles]) & carried
        if of_role.any():
            slices[f"role:{role}"] = whole(points[of_role], dimensions, items, None, levels)
    for of_slice in slices.values():
        for item in reversed_items & set(of_slice["items"]):
            # Shares are those of the points before reversal.
            of_slice["items"][item]["shares"].reverse()
    # Groups of twenty and more, and all others together.
    roles = np.where(carried, roles, "")
    groups = {role: roles == role for role in sorted(set(roles) - {""}) if (roles == role).sum() >= 20}
    others = ~np.any(list(groups.values()), axis=0) if groups else carried
    if others.sum() >= 20:
        groups[""] = others
    if len(groups) > 1:
        slices[""]["apart"] = {"groups": sorted(groups), **apart(points, dimensions, groups.values(), equal)}
    return {"items": items, "slices": slices}


if __name__ == "__main__":
    data = Path(sys.argv[1])
    waves = {
        "lq2002": wave(lq2002(data)),
        "pierce": wave(pierce(data)),
        "bfi": wave(bfi(data), BFI_REVERSED, equal=False),
    }
    json.dump(waves, sys.stdout, indent=1)
