#!/bin/sh
# First process: finds the root, lays a RAM file system over it, brings what survives the power, hands over to systemd.
#   root=…        device of the squashfs: a path, PARTUUID=DISK-NUMBER of an MBR, LABEL=… or UUID=…; else /dev/vda
#   offhook.slot= a or b: when this root is not to be read, the card's other slot is written to slot.txt and starts next
#   OFFHOOK       a FAT volume of this label is /boot, read-only; its *.json and *.pem are copied to /etc/offhook
#   offhook-data  an ext4 volume of this label is /var/lib, mended and grown to the end of its card when need be; without
#                 it nothing survives the power
#   /extra        of the initrd, when it is there, lies over the root: a further initrd, appended, brings what a test needs
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
$b mount -t devtmpfs dev /dev
load() { while read -r module; do $b insmod "/modules/$module"; done < "/modules/$1"; }
load first

# To the console and to the journal.
alarm() { echo "<2>offhook: $*" > /dev/kmsg; }
number_at() { $b hexdump -s "$2" -n "$3" -e "1/$3 \"%u\"" "$1"; }
disk_of() { $b basename "$($b readlink -f "/sys/class/block/${1#/dev/}/..")"; }

device() {
  case $1 in
    PARTUUID=*)
      for part in /sys/class/block/*/partition; do
        [ -e "$part" ] || continue
        part=${part%/partition}
        part=/dev/${part##*/}
        id=$($b hexdump -s 440 -n 4 -e '1/4 "%08x"' "/dev/$(disk_of "$part")")
        [ "$(printf '%s-%02x' "$id" "$($b cat "/sys/class/block/${part#/dev/}/partition")")" = "${1#*=}" ] && echo "$part"
      done
      ;;
    LABEL=* | UUID=*) $b findfs "$1" 2> /dev/null ;;
    *) [ -b "$1" ] && echo "$1" ;;
  esac
}

named=/dev/vda
slot=
for word in $($b cat /proc/cmdline); do
  case $word in
    root=*) named=${word#root=} ;;
    offhook.slot=*) slot=${word#*=} ;;
  esac
done
tries=0
until root=$(device "$named"); [ -n "$root" ] || [ $tries -ge 400 ]; do
  [ $tries -ne 0 ] || load card
  $b usleep 25000
  tries=$((tries + 1))
done

# The fourth partition of a card ends where the card ends, from the first start on. Nothing of the card is in use yet, so
# the kernel takes the new table; the table is one sector, and written at once.
grow_partition() {
  at=/sys/class/block/${1#/dev/}
  [ "$($b cat "$at/partition" 2> /dev/null)" = 4 ] || return
  disk=$(disk_of "$1")
  start=$($b cat "$at/start")
  length=$(($($b cat "/sys/class/block/$disk/size") - start))
  [ $length -le 4294967295 ] || length=4294967295
  [ $((length - $($b cat "$at/size"))) -ge 2048 ] && [ "$(number_at "/dev/$disk" 502 4)" = "$start" ] || return
  bytes=$(printf '\\x%02x' $((length & 255)) $((length >> 8 & 255)) $((length >> 16 & 255)) $((length >> 24 & 255)))
  printf "$bytes" | $b dd of="/dev/$disk" bs=1 seek=506 conv=notrunc,fsync 2> /dev/null
  $b blockdev --rereadpt "/dev/$disk" || alarm "the new size of $1 counts from the next start"
}
data=$(device LABEL=offhook-data)
# Damaged, it may have lost its label.
case $named in PARTUUID=*) [ -n "$data" ] || data=$(device "${named%-*}-04") ;; esac
[ -z "$data" ] || grow_partition "$data"

$b mkdir -p /lower /rw /side
side=$(device LABEL=OFFHOOK)
start_other_slot() {
  case $slot in a) other=b ;; b) other=a ;; *) return ;; esac
  $b mount -t vfat -o sync "$side" /side && echo "slot=$other" > /side/slot.txt && $b umount /side &&
    alarm "slot $other starts next"
}
$b mount -t tmpfs -o mode=0755,size=40% rw /rw
$b mkdir -p /rw/upper /rw/work
if ! { $b mount -t squashfs -o ro "$root" /lower && [ -x /lower/usr/lib/systemd/systemd ] &&
  $b mount -t overlay -o lowerdir=/lower,upperdir=/rw/upper,workdir=/rw/work overlay /newroot; }; then
  alarm "no root on $named"
  start_other_slot
  $b sleep 5
  $b reboot -f
fi

# The phone's program is the largest thing there is to read. It is in memory when systemd has read its units, and whoever
# else wants the card comes first.
(cd /lower/usr/lib/offhook && exec $b ionice -c 3 $b cat offhook.blob offhook.node node > /dev/null) &

if [ -n "$side" ] && $b mount -t vfat -o ro,umask=077,nodev,nosuid,noexec "$side" /newroot/boot; then
  for file in /newroot/boot/*.json /newroot/boot/*.pem; do
    [ -f "$file" ] && $b cp "$file" /newroot/etc/offhook/
  done
  [ -d /newroot/boot/firmware ] && printf /boot/firmware > /sys/module/firmware_class/parameters/path
fi

# A program of the root, which is to find devices and processes there.
in_root() {
  for tree in proc sys dev; do $b mount --bind "/$tree" "/newroot/$tree"; done
  $b chroot /newroot "$@" > /dev/kmsg 2>&1
  status=$?
  for tree in proc sys dev; do $b umount "/newroot/$tree"; done
  return $status
}
# 1 says that it was mended. Without its first block the first pass gets no further than the journal.
mend() {
  for pass in 1 2 3; do
    in_root /usr/sbin/e2fsck -fy "$1"
    [ $? -gt 1 ] || return 0
  done
}
mount_data() { $b mount -t ext4 -o noatime,nodev,nosuid,noexec "$data" /newroot/var/lib; }
# After a power cut the journal of the file system is enough, and mounting plays it. What the kernel found to be wrong is
# a bit in the superblock.
sound() { [ $(($(number_at "$data" 1082 2) & 2)) -eq 0 ]; }
mounted=
if [ -z "$data" ]; then
  alarm 'no data partition: what the phone learns is forgotten with the power'
elif mount_data && sound; then
  mounted=1
else
  $b umount /newroot/var/lib 2> /dev/null
  alarm "$data is damaged and being mended"
  mend "$data"
  if mount_data; then mounted=1; else alarm "$data cannot be mounted: what the phone learns is forgotten with the power"; fi
fi
if [ -n "$mounted" ]; then
  sectors=$(($(number_at "$data" 1028 4) * (2 << $(number_at "$data" 1048 4))))
  [ $(($($b cat "/sys/class/block/${data#/dev/}/size") - sectors)) -lt 2048 ] || in_root /usr/sbin/resize2fs "$data"
fi
[ -d /extra ] && $b cp -a /extra/. /newroot/
# The phone does not wait for systemd-tmpfiles, which says the same.
(
  cd /newroot/etc/offhook
  $b chgrp "$($b sed -n 's/^offhook:[^:]*:\([0-9]*\):.*/\1/p' ../group)" . *
  $b chmod 0750 .
  $b chmod 0640 *
)

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
# While /dev is still here: what runs beside this script has /dev/null for its input.
$b chroot /newroot /usr/lib/offhook/drivers &
$b mount --move /dev /newroot/dev
exec $b switch_root /newroot /usr/lib/systemd/systemd
