#!/bin/sh
# Chromium (end-to-end tests) and libnfc (an independent PN532 client). Only root can install them;
# without root the tests that need them are skipped loudly, and fail when CI=true.
set -eu
missing=""
command -v chromium >/dev/null || missing="$missing chromium"
command -v nfc-list >/dev/null || missing="$missing libnfc-bin"
command -v nfc-poll >/dev/null || missing="$missing libnfc-examples"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "Not installed:$missing. The tests that need them will be skipped." >&2
  exit 0
fi
echo "Installing$missing ..."
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
