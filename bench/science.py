"""What the science costs, as a multiple of reading its input once with numpy in the same run.

Each measurement makes its input once, writes it to a file, reads that with numpy (the yardstick), then does the work from arrays
in a process of its own, so that its peak of memory is its own. `python -m bench.science [NAME ...]` prints a table.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

os.environ["OPENBLAS_NUM_THREADS"] = "1"


class Measured(NamedTuple):
    """One measurement: seconds to read the input once, seconds of work, processor seconds, and megabytes at the peak."""

    name: str
    read: float
    work: float
    processor: float
    memory: int
    said: str

    @property
    def ratio(self) -> float:
        """How many times reading the input once the work took."""
        return self.work / self.read


def ratings(folder: Path, candidacies: int, reviewers: int, reads: int) -> Path:
    """Write (candidacy, reviewer, score) as an array of reviews drawn from the model."""
    import numpy as np  # noqa: PLC0415 - after the environment is set

    rng = np.random.default_rng(1)
    cand = np.repeat(np.arange(candidacies), reads)
    rev = np.concatenate([rng.choice(reviewers, reads, replace=False) for _ in range(candidacies)])
    quality, lenient = rng.normal(0, 0.57, candidacies), rng.normal(0, 0.38, reviewers)
    score = np.round(3 + quality[cand] + lenient[rev] + rng.normal(0, 0.58, len(cand)), 2)
    path = folder / "input.npy"
    np.save(path, np.stack([cand, rev, score]))
    return path


def matrix(folder: Path, candidacies: int, reviewers: int) -> Path:
    """Write what every pair would cost as a matrix, about 88 % of them eligible."""
    import numpy as np  # noqa: PLC0415 - after the environment is set

    rng = np.random.default_rng(1)
    left, right = rng.standard_normal((candidacies, 8), np.float32), rng.standard_normal((reviewers, 8), np.float32)
    cost = np.empty((candidacies, reviewers), dtype=np.int32)
    for start in range(0, candidacies, 4096):
        rows = slice(start, start + 4096)
        near = 1 / (1 + np.exp(-(left[rows] @ right.T) / 2.5))
        cost[rows] = np.round(1e5 * (1 - near)) + rng.integers(0, 50, near.shape, dtype=np.int32)
        cost[rows][rng.random(near.shape, np.float32) > 0.876] = 2**31 - 1  # noqa: PLR2004 - the density
    path = folder / "input.npy"
    np.save(path, cost)
    return path


def candidates(folder: Path, count: int) -> Path:
    """Write scores, schools, regions and categories of candidates."""
    import numpy as np  # noqa: PLC0415 - after the environment is set

    rng = np.random.default_rng(1)
    path = folder / "input.npy"
    columns = [rng.normal(4, 1, count), *(rng.integers(0, n, count) for n in (count // 20, 6, 5))]
    np.save(path, np.stack(columns))
    return path


def calibrate(data: Any, *, whole: bool) -> str:  # noqa: ANN401 - an array
    """Fit the model with every error variance; `whole` adds chances, ranks and reviewers' statistics."""
    import numpy as np  # noqa: PLC0415 - after the environment is set

    from portal.review.rules.calibration import Ratings, model, standings  # noqa: PLC0415 - counted with the work that needs it

    cand, rev = data[0].astype(np.int64), data[1].astype(np.int64)
    names = [tuple(f"{n:06}" for n in range(int(index.max()) + 1)) for index in (cand, rev)]
    table = Ratings(names[0], names[1], cand, rev, data[2])
    if whole:
        found = standings(table, places=len(names[0]) // 25, seed=1)
        return f"{found.judgement.verdict}, {found.draws} draws"
    fit = model.fit(model.Layout(table))
    total = float(fit.point.variances[0].sum() + fit.point.leverage.sum())
    return f"SDs {fit.sd_candidacy:.4f}/{fit.sd_reviewer:.4f}/{fit.sigma:.4f}, checksum {total:.3f}"


def assign(cost: Any) -> str:  # noqa: ANN401 - an array
    """Plan three reads for each candidacy within load windows, with the proof over all pairs."""
    import numpy as np  # noqa: PLC0415 - after the environment is set

    from portal.review.rules.assignment import large  # noqa: PLC0415 - counted with the work that needs it

    count_i, count_j = cost.shape
    average = count_i * 3 / count_j
    found = large.solve(
        cost,
        demand=np.full(count_i, 3),
        low=np.full(count_j, int(average * 0.7)),
        high=np.full(count_j, int(average * 1.1) + 1),
    )
    return f"cost {found.cost}, gap {found.value - found.bound}, {found.rounds} round(s), {found.pairs} pairs"


def select(data: Any) -> str:  # noqa: ANN401 - an array
    """Select one in 25 with windows per region and category and at most two of a school."""
    from portal.decisions.rules.selection import Candidate, Window, select  # noqa: PLC0415 - counted with the work that needs it

    names = ("school", "region", "category")
    people = [
        Candidate(str(n), score, {name: f"{name}{int(v)}" for name, v in zip(names, values, strict=True)})
        for n, (score, *values) in enumerate(data.T.tolist())
    ]
    count = len(people)
    windows = [
        Window("school", 0, 2),
        Window("region", count // 250, count // 100),
        Window("category", count // 250, count // 80),
    ]
    found = select(people, places=count // 25, windows=windows, prices=False)
    return f"{found.status}, {found.method}, total {found.total:.2f}"


WORK: dict[str, tuple[Callable[[Path], Path], Callable[[Any], str]]] = {
    "calibrate-73k": (lambda folder: ratings(folder, 1100, 3000, 67), lambda data: calibrate(data, whole=False)),
    "calibrate-50k": (lambda folder: ratings(folder, 50_000, 1000, 3), lambda data: calibrate(data, whole=False)),
    "standings-73k": (lambda folder: ratings(folder, 1100, 3000, 67), lambda data: calibrate(data, whole=True)),
    "standings-50k": (lambda folder: ratings(folder, 50_000, 1000, 3), lambda data: calibrate(data, whole=True)),
    "assign-200": (lambda folder: matrix(folder, 200, 20), assign),
    "assign-5k": (lambda folder: matrix(folder, 5000, 200), assign),
    "assign-50k": (lambda folder: matrix(folder, 50_000, 1000), assign),
    "select-50k": (lambda folder: candidates(folder, 50_000), select),
}


def work(name: str, path: Path) -> Measured:
    """Read the input and do the work, in this process."""
    import numpy as np  # noqa: PLC0415 - after the environment is set

    # What a worker has imported long before is not part of the work.
    from portal.decisions.rules import selection  # noqa: F401, PLC0415 - as said
    from portal.review.rules import calibration  # noqa: F401, PLC0415 - as said
    from portal.review.rules.assignment import large  # noqa: F401, PLC0415 - as said

    np.load(path)  # once before, so that the file is in memory for whoever comes second
    start = time.perf_counter()
    data = np.load(path)
    checksum = data.sum()
    read = time.perf_counter() - start
    start, processor = time.perf_counter(), time.process_time()
    said = WORK[name][1](data)
    seconds = time.perf_counter() - start
    processor = time.process_time() - processor
    del checksum
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Measured(name, read, seconds, processor, peak, said)


def measure(name: str) -> Measured:
    """Make the input, then measure in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = WORK[name][0](Path(folder))
        done = subprocess.run(
            [sys.executable, "-m", "bench.science", "--work", name, str(path)],
            check=True,
            capture_output=True,
            text=True,
        )
        return Measured(*json.loads(done.stdout))


def main(names: list[str]) -> None:
    """Print the measurements named, or all of them."""
    print(f"{'work':<15}{'x reading':>10}{'read s':>9}{'work s':>8}{'cpu s':>8}{'MB':>6}  what came out")
    for name in names or WORK:
        m = measure(name)
        print(f"{m.name:<15}{m.ratio:>10.0f}{m.read:>9.4f}{m.work:>8.2f}{m.processor:>8.2f}{m.memory:>6}  {m.said}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        print(json.dumps(work(sys.argv[2], Path(sys.argv[3]))))
    else:
        main(sys.argv[1:])
