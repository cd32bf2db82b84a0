#!/bin/sh
# Install the Debian packages that the lists beside this script name, if any is missing. The only step of the set-up
# that needs root: it is root's already, or sudo asks.
set -eu
here=$(dirname "$0")
missing=
for package in $(awk '!/^#/ && NF { print $2 }' "$here/packages.txt" "$here/kernel/packages.txt" | sort -u) "$@"; do
    dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "missing packages:$missing; as root: apt-get install$missing" >&2; exit 3; }
    as_root=sudo
fi
echo "installing$missing"
$as_root apt-get update -qq

# The twin starts Open vSwitch itself, inside the lab; the machine's own need not run. This is Debian's way to say so.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap '$as_root rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 755 "$policy"
fi
# shellcheck disable=SC2086 # the list is meant to be split
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 $missing
