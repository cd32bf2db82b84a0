#!/bin/sh
# Runs the controllers' tests on Ryu 4.34 itself, in an environment of its own: controllers/test-on-ryu.sh [FOLDER]
#
# Ryu's last release needs three things that its age explains: setuptools below 58 (its build hooks went away there), a
# build that uses them (no isolation), and a name in eventlet.wsgi that later versions dropped (controllers/ofapi.py
# puts it back).
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/twin/ryu}
python=${PYTHON:-python3.11}

if [ ! -x "$folder/bin/ryu-manager" ]; then
    "$python" -m venv "$folder"
    "$folder/bin/pip" install --quiet 'setuptools>=57.5,<58' 'wheel<1' 'pbr<7'
    "$folder/bin/pip" install --quiet --no-build-isolation 'ryu==4.34'
    "$folder/bin/pip" install --quiet 'pytest>=8.3,<10' 'hypothesis>=6.120,<7'
fi
cd "$here"
exec "$folder/bin/python" -m pytest -q -p no:cacheprovider tests/unit/controllers
