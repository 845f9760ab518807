#!/usr/bin/env bash
# What the tests of a lake on an object store need: Versity's S3 gateway, a real S3 server over a folder, built once.
# Go 1.21 or later builds it (3 minutes of CPU; it brings Go 1.25 if it is older); on Debian, as root, Go is installed if it is missing; elsewhere one line says so, and
# those tests are left out.
set -euo pipefail

version=v1.8.0
cache=${TOPTERMS_TEST_CACHE:-$HOME/.cache/topterms}
target=$cache/versitygw-$version
[ -x "$target" ] && exit 0

if ! command -v go >/dev/null; then
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "Tests of a lake on an object store will be left out; missing: golang-go (name of Debian's package)" >&2
        exit 0
    fi
    echo "installing for the tests of a lake on an object store: golang-go"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends golang-go ca-certificates >/dev/null
fi

mkdir -p "$cache"
staging=$(mktemp -d "$cache/versitygw.XXXXXX")
trap 'rm -rf "$staging"' EXIT
echo "building the S3 server for the tests of a lake on an object store; this takes some minutes, once"
if ! GOBIN=$staging CGO_ENABLED=0 go install -ldflags "-s -w" "github.com/versity/versitygw/cmd/versitygw@$version"; then
    echo "Tests of a lake on an object store will be left out: the S3 server could not be built" >&2
    exit 0
fi
mv "$staging/versitygw" "$target" # at once, or not at all
