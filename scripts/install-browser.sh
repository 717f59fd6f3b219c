#!/usr/bin/env bash
# Installs the browser that tests drive, where that needs no questions: as root on Debian and its kin. Elsewhere it says what is
# missing; without a browser these tests are skipped, and fail where CI=true.
set -euo pipefail

SECONDS_AT_MOST=600

for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null; then
    exit 0
  fi
done
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "There is no Chromium here: install it for the tests in a browser." >&2
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
timeout "$SECONDS_AT_MOST" apt-get update -qq
timeout "$SECONDS_AT_MOST" apt-get install -y -qq --no-install-recommends chromium >/dev/null
