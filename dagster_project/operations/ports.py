"""Where the engineer's screens answer: this machine alone. No import of anything heavy."""

HOST = "127.0.0.1"
DAGSTER_PORT, MLFLOW_PORT = 3000, 5000
MLFLOW_URL = f"http://{HOST}:{MLFLOW_PORT}"
