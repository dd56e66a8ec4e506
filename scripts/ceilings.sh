#!/usr/bin/env bash
# Our share of what can be had, over made-up cities none of which was looked at before: scripts/ceilings.sh FOLDER [REPORTED OTHERS SCALE]
# Ten reported cities, and twenty others that teach the pooled model what the records allow; 0.25 of a city each.
# A city that is there is kept, so that a run which was broken off goes on.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -ge 1 ] || { sed -n 2p "$0" | cut -c3- >&2; exit 2; }
folder=$1 reported=${2:-10} others=${3:-20} scale=${4:-0.25}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
export FENGQIAO_PROFILE=qujing
city() {
    [ ! -e "$folder/$1/whole" ] || return 0
    rm -rf "${folder:?}/$1"
    .venv/bin/fengqiao simulate --out "$folder/$1/landing" --scale "$scale" --seed "$1"
    FENGQIAO_HOME=$folder/$1/home FENGQIAO_DATA=$folder/$1/landing DAGSTER_HOME=$(mktemp -d) \
        .venv/bin/dagster job execute -m dagster_project.definitions -j intake_job >"$folder/$1/intake.log" 2>&1
    find "$folder/$1/landing" -maxdepth 1 -type f -delete
    touch "$folder/$1/whole"
}
homes=() teachers=""
for seed in $(seq 201 $((200 + reported))); do city "$seed"; homes+=("$folder/$seed/home"); done
for seed in $(seq 301 $((300 + others))); do city "$seed"; teachers+=,$folder/$seed/home; done
exec .venv/bin/python -m models.benchmarks.ceilings "${homes[@]}" --others "${teachers#,}" --curve 1,2,5,10 \
    --capacity "$(awk "BEGIN { print int(40 * $scale + 0.5) }")"
