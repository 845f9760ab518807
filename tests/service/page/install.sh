#!/usr/bin/env bash
# What the tests of the page need: a real Chromium.
# On Debian, as root, it is installed if it is missing; elsewhere one line says so, and those tests are left out.
set -euo pipefail

if command -v chromium >/dev/null || command -v google-chrome >/dev/null || command -v chromium-browser >/dev/null; then
    exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "Tests of the page in a browser will be left out; missing: chromium (name of Debian's package)" >&2
    exit 0
fi
echo "installing for the tests of the page: chromium"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium >/dev/null
