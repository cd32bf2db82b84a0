#!/bin/sh
# Put Debian's stock kernel into FOLDER, for tests that run the host lab under QEMU: vmlinuz, its modules, and an initrd
# that makes this machine's files the guest's root. Nothing is installed.
# Usage: fetch.sh FOLDER
set -eu
case $1 in /*) folder=$1 ;; *) folder=$PWD/$1 ;; esac
here=$(cd "$(dirname "$0")" && pwd)

newest() { apt-cache depends linux-image-amd64 2>/dev/null | awk '$1 == "Depends:" { print $2; exit }'; }
package=$(newest)
if [ -z "$package" ]; then
    apt-get update -qq
    package=$(newest)
fi
version=${package#linux-image-}

work=$folder.fetching
rm -rf "$work"
mkdir -p "$work/download" "$work/root/modules"
trap 'rm -rf "$work"' EXIT
(cd "$work/download" && apt-get download -qq "$package")
modules=./lib/modules/$version
# What links, shapers, switches and shared folders need, and what those need in turn.
dpkg-deb --fsys-tarfile "$work"/download/*.deb | tar -x -C "$work" --wildcards "./boot/vmlinuz-*" "$modules/modules.*" \
    "$modules/kernel/arch/x86/crypto" "$modules/kernel/crypto" "$modules/kernel/lib" "$modules/kernel/net" \
    "$modules/kernel/fs/9p" "$modules/kernel/fs/netfs" "$modules/kernel/fs/fscache" "$modules/kernel/fs/overlayfs" \
    "$modules/kernel/drivers/virtio" "$modules/kernel/drivers/net/veth.ko"
mv "$work/boot/vmlinuz-$version" "$work/vmlinuz"
/sbin/depmod -b "$work" "$version"

cd "$work/root"
mkdir bin
cp /bin/busybox bin/busybox
cp "$here/init.sh" init
chmod 755 init
for module in virtio_pci 9pnet_virtio 9p overlay; do
    /sbin/modprobe -d "$work" -S "$version" --show-depends "$module" | while read -r _ file _; do
        grep -qsx "${file##*/}" order && continue
        echo "${file##*/}" >>order
        cp "$file" modules/
    done
done
find . | busybox cpio -o -H newc 2>/dev/null | gzip -1 >"$work/initrd"
cd /
rm -rf "$work/root" "$work/download" "$work/boot"
rm -rf "$folder"
mv "$work" "$folder"
