#!/usr/bin/env bash
# Debian's LibreOffice Writer, for the tests that look at the papers, and PostgreSQL, for those of the decisions.
set -euo pipefail
if ! command -v soffice >/dev/null 2>&1 || ! command -v pdftoppm >/dev/null 2>&1 || ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    echo "setup: installing LibreOffice Writer and PostgreSQL"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends \
        libreoffice-writer-nogui poppler-utils fonts-noto-cjk postgresql >/dev/null
fi
