#!/bin/sh
# First process: loads what the root needs, lays a RAM file system over it, and hands over to systemd.
#   root     first block device that holds squashfs, or root=DEVICE on the kernel's command line
#   OFFHOOK  a FAT volume of this label holds bootstrap.json and what it names; copied to /etc/offhook
#   offhook-data  an ext4 volume of this label is /var/lib/offhook; without it nothing survives the power
#   /extra   of the initrd, when it is there, lies over the root: a further initrd, appended, brings what a test needs
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
$b mount -t devtmpfs dev /dev
while read -r module; do $b insmod "/modules/$module"; done < /modules/order

root=/dev/vda
for word in $($b cat /proc/cmdline); do
  case $word in root=*) root=${word#root=} ;; esac
done
tries=0
while [ ! -e "$root" ] && [ $tries -lt 400 ]; do
  $b usleep 25000
  tries=$((tries + 1))
done
$b mkdir -p /lower /rw /side
if ! $b mount -t squashfs -o ro "$root" /lower; then
  $b echo "offhook: no squashfs on $root" > /dev/console
  $b sleep 5
  $b reboot -f
fi
$b mount -t tmpfs -o mode=0755,size=40% rw /rw
$b mkdir -p /rw/upper /rw/work
$b mount -t overlay -o lowerdir=/lower,upperdir=/rw/upper,workdir=/rw/work overlay /newroot

side=$($b findfs LABEL=OFFHOOK 2> /dev/null)
if [ -n "$side" ] && $b mount -t vfat -o ro "$side" /side; then
  for file in /side/*.json /side/*.pem; do
    [ -f "$file" ] && $b cp "$file" /newroot/etc/offhook/
  done
  $b umount /side
fi
data=$($b findfs LABEL=offhook-data 2> /dev/null)
if [ -n "$data" ]; then
  $b mkdir -p /newroot/var/lib/offhook
  $b mount -t ext4 -o noatime "$data" /newroot/var/lib/offhook
fi
[ -d /extra ] && $b cp -a /extra/. /newroot/
$b mount --move /proc /newroot/proc
$b mount --move /sys /newroot/sys
$b mount --move /dev /newroot/dev
exec $b switch_root /newroot /usr/lib/systemd/systemd
