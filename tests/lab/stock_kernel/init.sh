#!/bin/busybox sh
# The guest's first process: this machine's files become the root, read-only below memory; FOLDER (twin_folder on the
# kernel's command line) can be written for good, and FOLDER/guest.sh is run in it. Then the guest powers off.
while read -r module; do busybox insmod "/modules/$module"; done </order
busybox mkdir -p /lower /upper /new
share=trans=virtio,version=9p2000.L,msize=512000
busybox mount -t 9p -o "ro,$share,cache=loose" root /lower
busybox mount -t tmpfs tmpfs /upper
busybox mkdir /upper/changes /upper/work
busybox mount -t overlay -o lowerdir=/lower,upperdir=/upper/changes,workdir=/upper/work overlay /new
busybox mount -t 9p -o "$share,cache=none" folder "/new$twin_folder"
busybox mkdir -p /new/usr/lib/modules
busybox mount -o bind "/new$twin_kernel/lib/modules" /new/usr/lib/modules
busybox mount -t proc proc /new/proc
busybox mount -t sysfs sysfs /new/sys
busybox mount -t devtmpfs devtmpfs /new/dev
busybox mkdir -p /new/dev/pts /new/dev/shm
busybox mount -t devpts devpts /new/dev/pts
# Not chroot: Linux looks for modprobe, which loads modules on demand, below its own root.
exec busybox switch_root /new /bin/sh -c "sh $twin_folder/guest.sh; sync; echo o >/proc/sysrq-trigger; sleep 600"
