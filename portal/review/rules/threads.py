"""One thread for linear algebra, also where numpy was imported before anyone could say so in the environment.

The steps here are many and small. A second thread waits more than it works: on a busy machine of two cores up to
fifty times.
"""

from __future__ import annotations

import ctypes
from pathlib import Path

import numpy as np
import scipy

#: What the wheels of numpy and scipy call the function, by how wide their integers are.
SETTERS = ("scipy_openblas_set_num_threads64_", "scipy_openblas_set_num_threads", "openblas_set_num_threads")


def one() -> int:
    """Let every OpenBLAS that came with numpy and scipy use one thread; return how many there were.

    Where they came without their own (a distribution's packages), `OPENBLAS_NUM_THREADS=1` in the environment does it.
    """
    found = 0
    for package in (np, scipy):
        home = Path(str(package.__file__)).parent
        for folder in (home.parent / f"{package.__name__}.libs", home / ".dylibs"):
            for library in folder.glob("*openblas*"):
                loaded = ctypes.CDLL(str(library))
                setter = next((getattr(loaded, name) for name in SETTERS if hasattr(loaded, name)), None)
                if setter is not None:
                    setter(1)
                    found += 1
    return found
