#!/usr/bin/env bash
# Backs a home up, and puts a backup back: scripts/backup.sh save HOME ARCHIVE | restore ARCHIVE HOME
# No run goes on while a home is saved: it waits for the intake's lock. SQLite files are copied by SQLite itself.
# The key of the pair hashes lies outside the home and is not in the archive: keep it elsewhere, under lock.
set -euo pipefail
cd "$(dirname "$0")/.."
usage() { sed -n 2p "$0" | cut -c3- >&2; exit 2; }
[ $# -eq 3 ] || usage
case $1 in
    save) [ -d "$2" ] || { echo "backup: no home at $2" >&2; exit 2; }; [ ! -e "$3" ] || { echo "backup: $3 is there already" >&2; exit 2; } ;;
    restore) [ -f "$2" ] || { echo "backup: no archive at $2" >&2; exit 2; }; [ ! -e "$3" ] || { echo "backup: $3 is there already; restore into a new folder" >&2; exit 2; } ;;
    *) usage ;;
esac
exec .venv/bin/python -m dagster_project.command.backup "$@"
