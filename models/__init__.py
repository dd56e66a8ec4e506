"""The models floor. Sets OpenMP threads to sleep while they wait, because spinning threads slow a shared core tenfold."""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read once, when the first OpenMP library is loaded
