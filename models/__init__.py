"""The models room. Its learners' threads sleep while they wait: spinning ones make a shared core ten times slower."""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read once, when the first OpenMP library is loaded
