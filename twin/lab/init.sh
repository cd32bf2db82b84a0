#!/bin/sh
# The lab's first process. The host's files are its read-only root and the run's folder is the only place it can write
# for good; everything else it writes goes to memory and is gone with it.
#   lab/command  what to run, written by the host    lab/status  how it ended, read by the host
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts -o ptmxmode=0666
for folder in /dev/shm /run /tmp /var/log; do mount -t tmpfs tmpfs "$folder"; done
ln -s /proc/self/fd /dev/fd

# Through the kernel's own working folder, so that no path of the host is on the kernel's command line: it seeds the
# random numbers, and the same run in another folder must draw the same ones.
mkdir /run/bundle
mount -t hostfs none /run/bundle -o /proc/self/cwd
cd /run/bundle
rm -rf uml

ip link set lo up
ulimit -n 65536

if [ -n "$twin_terminal" ]; then
    stty rows "${twin_terminal%x*}" cols "${twin_terminal#*x}" </dev/tty0
    setsid -c sh lab/command <>/dev/tty0 >&0 2>&0
else
    sh lab/command </dev/null >logs/lab.log 2>&1
fi
echo $? >lab/status

# Not halt(8): a machine without an init system lacks it. 0x4321fedc is RB_POWER_OFF.
exec python3 -ISc 'import ctypes; ctypes.CDLL(None).reboot(0x4321fedc)'
