# What U-Boot does, compiled to boot.scr: starts the kernel of one of two slots. docs/flash.md, "Two slots", is about it.
#   slot.txt  slot=a or slot=b, the slot known to work; try=a or try=b, one to start once
#   boot.txt  args=…, further words for the kernel's command line
echo "Offhook: ${devtype} ${devnum}:${distro_bootpart}"
setenv slot a
setenv try
setenv args
# Below 64 MiB is U-Boot's own; a Zero 2 W has 512 MiB, of which the graphics take the upper end.
setenv text_at 0x03000000
setenv kernel_at 0x04000000
setenv initrd_at 0x0a000000
setenv packed_at 0x0c000000
if test -e ${devtype} ${devnum}:${distro_bootpart} slot.txt; then
  load ${devtype} ${devnum}:${distro_bootpart} ${text_at} slot.txt && env import -t -r ${text_at} ${filesize} slot try
fi
if test -e ${devtype} ${devnum}:${distro_bootpart} boot.txt; then
  load ${devtype} ${devnum}:${distro_bootpart} ${text_at} boot.txt && env import -t -r ${text_at} ${filesize} args
fi
if test "${slot}" != b; then setenv slot a; fi
setenv trial
if test "${try}" = a || test "${try}" = b; then
  # Forgotten before it is tried: whatever happens, the next start is with the slot that works.
  setenv trial ${try}
  setenv try
  env export -t ${text_at} slot
  # Without the NUL at its end.
  setexpr filesize ${filesize} - 1
  fatwrite ${devtype} ${devnum}:${distro_bootpart} ${text_at} slot.txt ${filesize} || setenv trial
fi
for one in ${trial} ${slot} a b; do
  if test ${one} = a; then setenv partition 2; else setenv partition 3; fi
  part uuid ${devtype} ${devnum}:${partition} root
  # kpti=off: Cortex-A53 and A72 are not among the processors it is for, and it makes each call of the kernel dearer.
  # cryptomgr.notests: the kernel does not try its ciphers at each start, each against the other ways of computing it.
  # lsm: those that have something to say here. Debian's others have no rules, and are asked at each file all the same.
  # rcupdate.rcu_expedited: whoever changes mounts or control groups, as each unit of systemd's does, waits for less than a
  # millisecond instead of 10 to 40; tmpfiles.d takes it back.
  setenv bootargs root=PARTUUID=${root} offhook.slot=${one} panic=10 kpti=off cryptomgr.notests lsm=landlock,lockdown,yama rcupdate.rcu_expedited=1 quiet ${args}
  if test "${one}" = "${trial}"; then setenv bootargs ${bootargs} offhook.trial=1; fi
  setenv trial
  if load ${devtype} ${devnum}:${distro_bootpart} ${packed_at} ${one}/vmlinuz && unzip ${packed_at} ${kernel_at}; then
    if load ${devtype} ${devnum}:${distro_bootpart} ${initrd_at} ${one}/initrd.gz; then
      echo "Offhook: slot ${one}"
      booti ${kernel_at} ${initrd_at}:${filesize} ${fdt_addr}
    fi
  fi
done
echo "Offhook: nothing on this card starts; trying again in 10 s"
sleep 10
reset
