#!/usr/bin/env bash
# Browser tests draw the pages in Debian's Chromium. Install it where we may; otherwise say what is missing.
set -u
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if command -v apt-get >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ]; then as_root=""; elif sudo -n true 2>/dev/null; then as_root="sudo"; else as_root="none"; fi
  if [ "$as_root" != none ]; then
    echo "Installing Debian's chromium for the browser tests …"
    $as_root apt-get update -qq \
      && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null \
      && exit 0
  fi
fi
echo "Chromium is missing: the tests in tests/browser are skipped. Install it with: apt-get install chromium" >&2
exit 0
