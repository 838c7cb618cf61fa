#!/usr/bin/env bash
# Finds or installs the programs that the tests need and no wheel carries: Chromium (the browser tests), strace
# (the order of fdatasync and acknowledgement) and curl (the example of a first class). Prints Chromium's path,
# alone, on standard output; everything else goes to standard error.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  echo "make test: $1" >&2
  exit 1
}

apt_install() {
  command -v apt-get >/dev/null || return 1
  local as_root=()
  if ((EUID != 0)); then
    sudo -n true 2>/dev/null || return 1
    as_root=(sudo -n)
  fi
  echo "Installing $1 with apt-get ..." >&2
  # Updated first: a fresh machine's package lists are empty or old.
  "${as_root[@]}" apt-get update -qq >&2 &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" >&2
}

find_chromium() {
  local candidate
  for candidate in /usr/bin/chromium /usr/bin/chromium-browser google-chrome google-chrome-stable; do
    command -v "$candidate" && return
  done
  return 1
}

playwright_chromium() {
  local path
  path=$(.venv/bin/python -c '
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)') || return 1
  [[ -x $path ]] || return 1
  echo "$path"
}

if [[ -n ${CHROME_PATH:-} ]]; then
  [[ -x $CHROME_PATH ]] || fail "CHROME_PATH is '$CHROME_PATH', which is not a program."
  chrome=$CHROME_PATH
else
  chrome=$(find_chromium) || chrome=$(playwright_chromium) || {
    apt_install chromium || .venv/bin/playwright install chromium >&2 ||
      fail "no Chromium, and it could not be installed. Install one, or point CHROME_PATH at one."
    chrome=$(find_chromium) || chrome=$(playwright_chromium) ||
      fail "Chromium was installed but is not where it was expected. Point CHROME_PATH at it."
  }
fi

if [[ $(uname -s) == Linux ]] && ! command -v strace >/dev/null; then
  apt_install strace || fail "no strace, and it could not be installed. Install it with your package manager."
fi

command -v curl >/dev/null || apt_install curl || fail "no curl, and it could not be installed. Install it with your package manager."

echo "$chrome"
