"""Ports of the engineer's screens on localhost. No heavy import is allowed in this module."""

HOST = "127.0.0.1"
DAGSTER_PORT, MLFLOW_PORT = 3000, 5000
MLFLOW_URL = f"http://{HOST}:{MLFLOW_PORT}"
