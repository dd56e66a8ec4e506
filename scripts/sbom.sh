#!/usr/bin/env bash
# Writes the bill of materials (CycloneDX 1.5) of everything that runs, out of uv.lock: scripts/sbom.sh [FILE]
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-data/local/sbom.cdx.json}
uv=$(command -v uv || echo .uv/bin/uv)
mkdir -p "$(dirname "$out")"
"$uv" export --quiet --frozen --no-dev --format cyclonedx1.5 --output-file "$out" >/dev/null
echo "bill of materials in $out"
