#!/bin/sh
# Install the Debian packages that `make run` or `make test` needs, as root where
# apt-get is there. Elsewhere: `run` goes on without code runs, which say so
# themselves; `test` names what is missing and stops.
set -eu

missing=""
need() { # program, package
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}

need bwrap bubblewrap
if [ "$1" = test ]; then
    need chromium chromium
    need msgfmt gettext
    # Chinese pages need a font that has Chinese.
    fc-list ':lang=zh' 2>/dev/null | grep -q . || missing="$missing fontconfig fonts-wqy-microhei"
fi
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing with apt-get:$missing ..."
    # shellcheck disable=SC2086  # a list of words on purpose
    if { DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >/tmp/inferview-apt.$$ 2>&1; then
        rm -f /tmp/inferview-apt.$$
        exit 0
    fi
    tail -n 5 /tmp/inferview-apt.$$ >&2
    rm -f /tmp/inferview-apt.$$
fi
if [ "$1" = run ]; then
    echo "Not installed:$missing. Candidates' code cannot be run until it is (apt-get install$missing); all else works."
    exit 0
fi
echo "The tests need these packages; install them first: apt-get install$missing" >&2
exit 1
