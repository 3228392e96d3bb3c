#!/bin/sh
# First process: finds the root, lays a RAM file system over it, brings what survives the power, hands over to systemd.
#   root=…        device of the squashfs: a path, PARTUUID=DISK-NUMBER of an MBR, LABEL=… or UUID=…; else /dev/vda
#   offhook.slot= a or b: when this root is not to be read, the card's other slot is written to slot.txt and starts next
#   OFFHOOK       a FAT volume of this label is /boot, read-only; its *.json and *.pem are copied to /etc/offhook
#   offhook-data  an ext4 volume of this label is /var/lib, mended and grown to the end of its card when need be; without
#                 it nothing survives the power
#   /extra        of the initrd, when it is there, lies over the root: a further initrd, appended, brings what a test needs
# Its programs are this shell's own, as long as /proc is here: most of them run without being loaded anew.
/bin/busybox mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
load() { while read -r module; do insmod "/modules/$module"; done < "/modules/$1"; }
load first
# Beside everything else: file systems; and what is wanted later. A bpf file system that is there already systemd does not
# mount, which would make the kernel run modprobe for a module there is none of: here there is no modprobe.
load files &
files=$!
{
  load later
  mount -t bpf -o nosuid,nodev,noexec,mode=700 bpf /sys/fs/bpf
} &
later=$!

# To the console and to the journal.
alarm() { echo "<2>offhook: $*" > /dev/kmsg; }
number_at() { hexdump -s "$2" -n "$3" -e "1/$3 \"%u\"" "$1"; }
disk_of() { basename "$(readlink -f "/sys/class/block/${1#/dev/}/..")"; }

device() {
  case $1 in
    PARTUUID=*)
      for part in /sys/class/block/*/partition; do
        [ -e "$part" ] || continue
        part=${part%/partition}
        part=/dev/${part##*/}
        id=$(hexdump -s 440 -n 4 -e '1/4 "%08x"' "/dev/$(disk_of "$part")")
        [ "$(printf '%s-%02x' "$id" "$(cat "/sys/class/block/${part#/dev/}/partition")")" = "${1#*=}" ] && echo "$part"
      done
      ;;
    LABEL=* | UUID=*) findfs "$1" 2> /dev/null ;;
    *) [ -b "$1" ] && echo "$1" ;;
  esac
}

named=/dev/vda
slot=
read -r words < /proc/cmdline
for word in $words; do
  case $word in
    root=*) named=${word#root=} ;;
    offhook.slot=*) slot=${word#*=} ;;
  esac
done
tries=0
until root=$(device "$named"); [ -n "$root" ] || [ $tries -ge 400 ]; do
  [ $tries -ne 0 ] || load card
  usleep 25000
  tries=$((tries + 1))
done

# The fourth partition of a card ends where the card ends, from the first start on. Nothing of the card is in use yet, so
# the kernel takes the new table; the table is one sector, and written at once.
grow_partition() {
  at=/sys/class/block/${1#/dev/}
  [ "$(cat "$at/partition" 2> /dev/null)" = 4 ] || return
  disk=$(disk_of "$1")
  start=$(cat "$at/start")
  length=$(($(cat "/sys/class/block/$disk/size") - start))
  [ $length -le 4294967295 ] || length=4294967295
  [ $((length - $(cat "$at/size"))) -ge 2048 ] && [ "$(number_at "/dev/$disk" 502 4)" = "$start" ] || return
  bytes=$(printf '\\x%02x' $((length & 255)) $((length >> 8 & 255)) $((length >> 16 & 255)) $((length >> 24 & 255)))
  printf "$bytes" | dd of="/dev/$disk" bs=1 seek=506 conv=notrunc,fsync 2> /dev/null
  blockdev --rereadpt "/dev/$disk" || alarm "the new size of $1 counts from the next start"
}
data=$(device LABEL=offhook-data)
# Damaged, it may have lost its label.
case $named in PARTUUID=*) [ -n "$data" ] || data=$(device "${named%-*}-04") ;; esac
[ -z "$data" ] || grow_partition "$data"

mkdir -p /lower /rw /side
side=$(device LABEL=OFFHOOK)
start_other_slot() {
  case $slot in a) other=b ;; b) other=a ;; *) return ;; esac
  wait $files
  mount -t vfat -o sync "$side" /side && echo "slot=$other" > /side/slot.txt && umount /side &&
    alarm "slot $other starts next"
}
mount -t tmpfs -o mode=0755,size=40% rw /rw
mkdir -p /rw/upper /rw/work
if ! { mount -t squashfs -o ro "$root" /lower && [ -x /lower/usr/lib/systemd/systemd ] &&
  mount -t overlay -o lowerdir=/lower,upperdir=/rw/upper,workdir=/rw/work overlay /newroot; }; then
  alarm "no root on $named"
  start_other_slot
  sleep 5
  reboot -f
fi

# The phone's program is the largest thing there is to read. It is in memory when systemd has read its units, and whoever
# else wants the card comes first.
(cd /lower/usr/lib/offhook && exec /bin/busybox ionice -c 3 /bin/busybox cat offhook.blob offhook.node node > /dev/null) &

wait $files
if [ -n "$side" ] && mount -t vfat -o ro,umask=077,nodev,nosuid,noexec "$side" /newroot/boot; then
  for file in /newroot/boot/*.json /newroot/boot/*.pem; do
    [ -f "$file" ] && cp "$file" /newroot/etc/offhook/
  done
  [ -d /newroot/boot/firmware ] && printf /boot/firmware > /sys/module/firmware_class/parameters/path
fi

# A program of the root, which is to find devices and processes there.
in_root() {
  for tree in proc sys dev; do mount --bind "/$tree" "/newroot/$tree"; done
  chroot /newroot "$@" > /dev/kmsg 2>&1
  status=$?
  for tree in proc sys dev; do umount "/newroot/$tree"; done
  return $status
}
# 1 says that it was mended. Without its first block the first pass gets no further than the journal.
mend() {
  for pass in 1 2 3; do
    in_root /usr/sbin/e2fsck -fy "$1"
    [ $? -gt 1 ] || return 0
  done
}
mount_data() { mount -t ext4 -o noatime,nodev,nosuid,noexec "$data" /newroot/var/lib; }
# After a power cut the journal of the file system is enough, and mounting plays it. What the kernel found to be wrong is
# a bit in the superblock.
sound() { [ $(($(number_at "$data" 1082 2) & 2)) -eq 0 ]; }
mounted=
if [ -z "$data" ]; then
  alarm 'no data partition: what the phone learns is forgotten with the power'
elif mount_data && sound; then
  mounted=1
else
  umount /newroot/var/lib 2> /dev/null
  alarm "$data is damaged and being mended"
  mend "$data"
  if mount_data; then mounted=1; else alarm "$data cannot be mounted: what the phone learns is forgotten with the power"; fi
fi
if [ -n "$mounted" ]; then
  sectors=$(($(number_at "$data" 1028 4) * (2 << $(number_at "$data" 1048 4))))
  [ $(($(cat "/sys/class/block/${data#/dev/}/size") - sectors)) -lt 2048 ] || in_root /usr/sbin/resize2fs "$data"
fi
[ -d /extra ] && cp -a /extra/. /newroot/
# The phone does not wait for systemd-tmpfiles, which says the same of the first, nor for udev to take lines.
number_of() { sed -n "s/^$1:[^:]*:\([0-9]*\):.*/\1/p" "/newroot/etc/$2"; }
(
  cd /newroot/etc/offhook
  chgrp "$(number_of offhook group)" . *
  chmod 0750 .
  chmod 0640 *
)
chown "$(number_of offhook passwd):$(number_of gpio group)" /sys/class/gpio/export /sys/class/gpio/unexport

# Who this machine is, made on its first start: the id of the system, the name of the phone, and from it what the network
# calls it. systemd gives /var/lib/offhook to the phone's user.
random() { head -c "$1" /dev/urandom | hexdump -v -e '1/1 "%02x"'; }
state=/newroot/var/lib
if ! grep -qE '^[0-9a-f]{32}$' $state/machine-id 2> /dev/null; then
  random 16 > $state/machine-id
  echo >> $state/machine-id
fi
cp $state/machine-id /newroot/etc/machine-id
mkdir -p $state/offhook
if ! grep -qE '^\{"deviceId":"oh-[0-9a-f]{12}"\}$' $state/offhook/identity.json 2> /dev/null; then
  echo "{\"deviceId\":\"oh-$(random 6)\"}" > $state/offhook/identity.json
fi
id=$(sed -n 's/.*"deviceId" *: *"\([A-Za-z0-9_-]*\)".*/\1/p' \
  /newroot/etc/offhook/bootstrap.json $state/offhook/identity.json | head -n 1 | tr -d '_-' | tr A-Z a-z | tail -c 5)
echo "offhook-$id" > /newroot/etc/hostname
wait $later
/bin/busybox mount --move /proc /newroot/proc
/bin/busybox mount --move /sys /newroot/sys
# While /dev is still here: what runs beside this script has /dev/null for its input.
/bin/busybox chroot /newroot /usr/lib/offhook/drivers &
/bin/busybox mount --move /dev /newroot/dev
exec /bin/busybox switch_root /newroot /usr/lib/systemd/systemd
