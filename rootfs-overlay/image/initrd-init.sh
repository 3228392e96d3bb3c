#!/bin/sh
# First process: loads what the root needs, lays a RAM file system over it, and hands over to systemd.
#   root     first block device that holds squashfs, or root=DEVICE on the kernel's command line
#   OFFHOOK  a FAT volume of this label holds bootstrap.json and what it names; copied to /etc/offhook
#   offhook-data  an ext4 volume of this label is /var/lib; without it nothing survives the power
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
  $b mount -t ext4 -o noatime,nodev,nosuid,noexec "$data" /newroot/var/lib
fi
[ -d /extra ] && $b cp -a /extra/. /newroot/

# Who this machine is, made on its first start: the id of the system, the name of the phone, and from it what the network
# calls it. systemd gives /var/lib/offhook to the phone's user.
random() { $b head -c "$1" /dev/urandom | $b hexdump -v -e '1/1 "%02x"'; }
state=/newroot/var/lib
if ! $b grep -qE '^[0-9a-f]{32}$' $state/machine-id 2> /dev/null; then
  random 16 > $state/machine-id
  $b echo >> $state/machine-id
fi
$b cp $state/machine-id /newroot/etc/machine-id
$b mkdir -p $state/offhook
if ! $b grep -qE '^\{"deviceId":"oh-[0-9a-f]{12}"\}$' $state/offhook/identity.json 2> /dev/null; then
  $b echo "{\"deviceId\":\"oh-$(random 6)\"}" > $state/offhook/identity.json
fi
id=$($b sed -n 's/.*"deviceId" *: *"\([A-Za-z0-9_-]*\)".*/\1/p' \
  /newroot/etc/offhook/bootstrap.json $state/offhook/identity.json | $b head -n 1 | $b tr -d '_-' | $b tr A-Z a-z | $b tail -c 5)
$b echo "offhook-$id" > /newroot/etc/hostname
$b mount --move /proc /newroot/proc
$b mount --move /sys /newroot/sys
$b mount --move /dev /newroot/dev
exec $b switch_root /newroot /usr/lib/systemd/systemd
