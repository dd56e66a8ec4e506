#!/usr/bin/env bash
# Makes .venv exactly as uv.lock says; brings uv from PyPI where the machine has none.
set -euo pipefail
cd "$(dirname "$0")/.."
if command -v uv >/dev/null 2>&1; then
    uv=uv
else
    uv=.uv/bin/uv
    if [ ! -x "$uv" ]; then
        echo "setup: bringing uv"
        python3 -m venv .uv 2>/dev/null || { apt-get update -qq && apt-get install -y -qq python3-venv && python3 -m venv --clear .uv; }
        .uv/bin/python -m pip install --quiet --disable-pip-version-check uv
    fi
fi
ldconfig -p 2>/dev/null | grep -q libgomp.so.1 || { apt-get update -qq && apt-get install -y -qq libgomp1; }
echo "setup: installing the locked environment"
"$uv" sync --locked --quiet --no-python-downloads --compile-bytecode
touch .venv/installed
