#!/bin/sh
# Makes an environment with Ryu 4.34 itself, its last release: controllers/install-ryu.sh FOLDER
#
# Its age asks for three things: setuptools below 58 (its build hooks went away there), a build that uses them (no
# isolation), and a name in eventlet.wsgi that later versions dropped (controllers/ofapi.py puts it back).
set -eu
folder=$1
python=${PYTHON:-python3.11}

[ -x "$folder/bin/ryu-manager" ] && exit 0
"$python" -m venv "$folder"
pip() { "$folder/bin/python" -m pip install --disable-pip-version-check --progress-bar off --quiet "$@"; }
pip 'setuptools>=57.5,<58' 'wheel<1' 'pbr<7'
pip --no-build-isolation 'ryu==4.34'
