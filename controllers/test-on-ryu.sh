#!/bin/sh
# Runs the controllers' unit tests on Ryu 4.34 itself, in an environment of its own: controllers/test-on-ryu.sh [FOLDER]
# (tests/lab/test_circuits.py runs them in the lab, on both libraries.)
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/twin/ryu}

sh "$here/controllers/install-ryu.sh" "$folder"
"$folder/bin/python" -m pip install --quiet 'pytest>=8.3,<10' 'hypothesis>=6.120,<7'
cd "$here"
exec "$folder/bin/python" -m pytest -q -p no:cacheprovider tests/unit/controllers
