#!/usr/bin/env bash
# What the Elasticsearch tests need: a JDK and Maven (to assemble a node), nginx (to put TLS in front of one).
# On Debian, as root, what is missing is installed; elsewhere one line says what is missing, and those tests are left out.
set -euo pipefail

missing=()
if [ -z "${ELASTICSEARCH_URL:-}" ] && ! docker info >/dev/null 2>&1; then
    command -v javac >/dev/null || missing+=(openjdk-17-jdk-headless)
    command -v mvn >/dev/null || missing+=(maven)
fi
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing+=(nginx-light)
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "Elasticsearch tests that need it will be left out; missing: ${missing[*]} (names of Debian's packages)" >&2
    exit 0
fi
echo "installing for the Elasticsearch tests: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 # at run level 1 no service is started by its package
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
