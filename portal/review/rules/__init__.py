"""What decides, and nothing else: pure functions of their arguments, with no Flask and no SQLAlchemy.

Linear algebra here is many small steps, which a second BLAS thread only slows down (up to fifty times on a busy
machine), so whoever imports these rules before numpy gets one thread; a value already in the environment is respected.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
