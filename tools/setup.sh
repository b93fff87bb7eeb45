#!/bin/sh
# Makes the environment in .venv: finds a Python, makes the environment, installs what the lock names and the product.
# Called by `make setup`. HOTLINE_PYTHON=/path/to/python names the Python to use.
set -eu

venv=.venv
needed='import sys, ssl, sqlite3, ctypes; sys.exit(sys.version_info < (3, 11))'
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0

main() {
    if ! "$venv/bin/python" -c "$needed" 2>/dev/null || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        rm -rf "$venv"
        make_environment
    fi
    echo "setup: installing what requirements.lock names into $venv ($("$venv/bin/python" --version))"
    "$venv/bin/python" -m pip install --quiet --require-hashes -r requirements.lock
    "$venv/bin/python" -m pip install --quiet --no-deps --no-build-isolation -e .
}

# A Python that cannot make environments (Debian's without python3-venv) gives way to the next way, then to the next one.
make_environment() {
    found=
    for python in ${HOTLINE_PYTHON:-python3.13 python3.12 python3.11 python3}; do
        "$python" -c "$needed" 2>/dev/null || continue
        found=$python
        for way in "-m venv" "-m virtualenv --quiet"; do
            # shellcheck disable=SC2086  # a way is several words
            if "$python" $way "$venv" >/dev/null 2>&1 && "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
                return
            fi
            rm -rf "$venv"
        done
        if command -v virtualenv >/dev/null && virtualenv --quiet --python "$python" "$venv"; then
            return
        fi
    done
    rm -rf "$venv"
    explain "$found"
    exit 1
}

explain() {
    if [ -z "$1" ]; then
        echo "setup: no Python 3.11 or newer (with ssl and sqlite3) is on the path; name one: HOTLINE_PYTHON=/path/to/python make setup"
    else
        echo "setup: $1 cannot make a virtual environment: its parts venv and ensurepip are missing, and there is no virtualenv."
        echo "setup: on Debian and Ubuntu: apt-get install python3-venv. Elsewhere: install virtualenv. Then make setup again."
    fi >&2
}

main
