// What the root is made of: Debian packages, kernel modules, and what of the packages stays out.

export const RELEASE = 'bookworm'

/** By name; apt adds what they depend on. Nothing is essential unless it is named. */
export const DEBIAN_PACKAGES: readonly string[] = [
  ...['base-files', 'base-passwd', 'dash', 'coreutils', 'mount', 'busybox-static', 'libc-bin'],
  ...['systemd', 'systemd-sysv', 'systemd-resolved', 'udev', 'kmod'],
  ...[
    'libasound2',
    'libasound2-data',
    'libstdc++6',
    'libgcc-s1',
    'systemd-timesyncd',
    'ca-certificates',
    'netbase',
    'tzdata',
  ],
  ...['nftables', 'wpasupplicant', 'wireless-regdb'],
  ...['linux-image-arm64', 'u-boot-rpi', 'e2fsprogs'],
]

/** The boards the card is made for, by the device trees in Debian's kernel package. */
export const DEVICE_TREES: readonly string[] = [
  ...['bcm2837-rpi-3-b', 'bcm2837-rpi-3-b-plus', 'bcm2837-rpi-3-a-plus', 'bcm2837-rpi-zero-2-w'],
  ...['bcm2711-rpi-4-b', 'bcm2711-rpi-400', 'bcm2711-rpi-cm4-io'],
]

/** Drivers of devices in those device trees that a phone has no use for. */
export const LEFT_OUT_MODULES: readonly string[] = [
  // The picture at an HDMI socket: no screen is there.
  ...['vc4', 'v3d'],
  // Bluetooth, and buses the board profiles use no wire of.
  ...['hci_uart', 'spi_bcm2835', 'spi_bcm2835aux', 'pwm_bcm2835'],
]

/**
 * Loaded by the initrd, each after what it depends on: `first` before it looks for the root, the others beside that and beside
 * each other, with nothing in common that is not in `first`.
 */
export const INITRD_MODULES = {
  // Disks of QEMU, the root, and the sums the others count with.
  first: ['virtio_pci', 'virtio_mmio', 'virtio_blk', 'squashfs', 'overlay', 'crc32c_generic'],
  files: ['ext4', 'vfat', 'nls_ascii', 'nls_cp437'],
  later: [
    // Of the packet filter, which the network waits for, and of the display's bus: here they cost a hundredth of what it takes
    // when a program has to be started for each.
    ...['nf_tables', 'nft_socket', 'nft_limit', 'nft_log', 'nf_log_syslog', 'i2c_dev'],
    // Who is let at devices is settled when the phone is started, so their kinds must be known by then.
    'snd',
  ],
} as const

/** Loaded by the initrd when the root is not there without: the card's slot. The Pi 4's takes its voltage from two regulators. */
export const CARD_MODULES: readonly string[] = ['fixed', 'gpio_regulator', 'sdhci_iproc', 'bcm2835', 'mmc_block']

/** In the root, with what they depend on, beside those of the device trees; udev loads them when the hardware is there. */
export const ROOT_MODULES: readonly string[] = [
  ...Object.values(INITRD_MODULES).flat(),
  ...CARD_MODULES,
  ...['virtio_net', 'virtio_rng', 'qemu_fw_cfg', 'xhci_pci', 'xhci_plat_hcd', 'usbhid', 'hid_generic', 'dwc2'],
  ...['i2c_bcm2835', 'i2c_tiny_usb', 'gpio_pca953x', 'bcm2835_wdt', 'softdog', 'bcm2835_rng', 'iproc_rng200'],
  // The processor's full speed.
  'raspberrypi_cpufreq',
  ...['snd_usb_audio', 'snd_aloop', 'snd_hda_intel', 'snd_bcm2835'],
  ...['genet', 'bcm_phy_lib', 'broadcom', 'smsc95xx', 'lan78xx', 'microchip', 'mdio_bcm_unimac'],
  ...['leds_gpio', 'gpio_keys', 'evdev', '8021q', 'brcmfmac'],
  ...['snd_soc_wm8960', 'snd_soc_bcm2835_i2s', 'snd_soc_simple_card'],
]

/** Taken away, as glob patterns below the root. */
export const PRUNED: readonly string[] = [
  // What is read by people, or in other languages.
  ...['usr/share/{man,info,locale,i18n,bug,lintian,bash-completion,zsh,menu,pixmaps,doc-base,dict,gdb,pkgconfig}'],
  ...['usr/share/common-licenses/GFDL*', 'usr/lib/locale', 'usr/lib/*/gconv', 'usr/share/zoneinfo/{right,posix}'],
  // Package management: the root is replaced as a whole.
  ...[
    'var/lib/{apt,dpkg,ucf,pam}',
    'var/cache/*',
    'var/log/*',
    'var/backups',
    'etc/{apt,dpkg,debconf.conf,alternatives}',
  ],
  ...[
    'usr/bin/{apt*,dpkg*,deb-*,debconf*,update-alternatives}',
    'usr/lib/{apt,dpkg}',
    'usr/share/{dpkg,debconf,perl*}',
  ],
  ...['usr/sbin/{dpkg-*,update-*,invoke-rc.d,service,add-shell,remove-shell,installkernel}', 'usr/lib/usrmerge'],
  // Perl, which package scripts are written in.
  ...['usr/lib/*/{perl,perl5,perl-base}', 'usr/lib/*/lib{perl,gdbm,gdbm_compat,db-5}*', 'usr/bin/perl*', 'etc/perl'],
  // Debian's initrd, and what of the kernel is not in this one.
  ...['usr/{share,lib}/{initramfs-tools,klibc}', 'etc/{initramfs-tools,kernel}', 'usr/lib/{klibc-*,kernel}', 'usr/src'],
  ...[
    'boot/{System.map,config}-*',
    'usr/lib/{linux-image-*,u-boot}',
    'usr/bin/busybox',
    'usr/{bin,sbin}/{ls,unmk,mk}initramfs',
  ],
  // Logging in and accounts: nobody does, and sysusers has made those there are.
  ...['usr/bin/{passwd,chage,chfn,chsh,expiry,gpasswd}', 'usr/sbin/{unix_*,faillock,pwhistory_helper,pam_*,vi{pw,gr}}'],
  ...['usr/sbin/{user,group}*', 'usr/sbin/{gr,pw}{ck,conv,unconv}', 'usr/sbin/{ch{,g}passwd,newusers,cp{gr,pw}}'],
  ...['usr/lib/*/security', 'usr/share/pam*', 'etc/{pam.d,pam.conf,security,skel,issue*,update-motd.d,profile.d}'],
  ...['usr/sbin/{add,del}{user,group}', 'etc/{adduser,deluser}.conf', 'usr/lib/*/libse{manage,pol}.*', 'etc/selinux'],
  ...['usr/sbin/mkhomedir_helper', 'usr/sbin/shadowconfig', 'usr/share/base-passwd'],
  ...[
    'usr/lib/systemd/system/{console-getty,getty-static,*getty@,debug-shell}.service',
    'usr/lib/systemd/system/getty.target.wants',
  ],
  // Encrypted and mapped disks, hibernation, virtual machines, mail, and init scripts of another init.
  ...['usr/sbin/{dmsetup,dmstats,blkdeactivate}', 'usr/lib/systemd/systemd-{cryptsetup,veritysetup,integritysetup}'],
  ...['usr/lib/systemd/systemd-{measure,pcrphase,sleep,hibernate-resume,sysv-install}', 'usr/bin/systemd-crypt*'],
  'usr/bin/systemd-repart',
  // There is nothing to generate: each would be started, and waited for, at every start.
  'usr/lib/systemd/system-generators/*',
  ...['etc/{init.d,rc?.d,cron.*,logrotate.d,xdg}', 'usr/lib/systemd/{catalog,user,user-*}', 'usr/lib/udev/hwdb.d'],
  // Rules for devices a phone does not have; every event is held against each of them.
  ...['usr/lib/udev/rules.d/*-{dm,cdrom_id,drm,fido-id,infiniband,sensor,btrfs,camera,joystick,memory,mouse}.rules'],
  ...['usr/lib/udev/rules.d/*-{touchpad,uaccess,probe_mtd,dm-notify,e2scrub,debian-compat,serial}.rules'],
  ...[
    'usr/lib/udev/rules.d/60-persistent-{storage*,v4l,input,alsa}.rules',
    'usr/lib/udev/rules.d/60-autosuspend.rules',
  ],
  // TLS by hand; Node has its own.
  ...['usr/bin/{openssl,c_rehash}', 'usr/lib/*/engines-3', 'usr/share/ca-certificates'],
  // Tools of Wi-Fi, packet filter and e2fsprogs for people at a prompt.
  ...['usr/sbin/wpa_cli', 'usr/bin/wpa_passphrase', 'usr/lib/*/lib{readline,history}.so*', 'etc/wpa_supplicant'],
  ...['usr/share/{readline,nftables}', 'usr/sbin/{debugfs,e4*,e2freefrag,e2image,e2undo,e2scrub*,e2label,badblocks}'],
  ...['usr/sbin/{dumpe2fs,filefrag,mklost+found,mke2fs,mkfs.*,tune2fs,findfs}', 'usr/bin/{chattr,lsattr}'],
]

/** Units of the packages that a phone has no use for, as glob patterns below Debian's folder of units. */
export const LEFT_OUT_UNITS: readonly string[] = [
  // There is no first boot to be asked about, nothing to update in the root, no people at a prompt, and nobody logs in.
  ...['systemd-{firstboot,hwdb-update,update-done,sysusers,machine-id-commit}.service', 'first-boot-complete.target'],
  ...['{ldconfig,systemd-journal-catalog-update,systemd-hostnamed,systemd-localed,systemd-timedated}.service'],
  ...['{getty*,*getty@,runlevel*,graphical,rescue,emergency,system-update*,factory-reset}.{target,service}'],
  ...['*.target.wants/systemd-update-utmp-runlevel.service', 'systemd-{update-utmp*,user-sessions}.service'],
  ...['{user@,user-runtime-dir@,pam_namespace,quotaon,procps,rc-local,systemd-quotacheck}.service'],
  ...[
    '{user@,user@0,user-,rc-local,systemd-localed}.*.d',
    'systemd-ask-password-*',
    '{syslog.socket,systemd-initctl.*}',
  ],
  '{graphical,rescue,runlevel?}.target.wants',
  // Started from a card and two files: no initrd of systemd's, no disks that have to be found, opened or looked after.
  ...[
    'initrd*',
    '*cryptsetup*',
    '*integritysetup*',
    '*veritysetup*',
    'systemd-{pcrphase*,volatile-root,repart,sysext}.service',
  ],
  ...['systemd-{fsck*,remount-fs,tmpfiles-setup-dev,modules-load,binfmt,pstore,boot-check-no-failures}.*'],
  ...['{e2scrub*,fstrim*,dpkg-db-backup*,apt-daily*}', 'kmod-static-nodes.service', 'modprobe@.service'],
  ...[
    '{dev-hugepages,dev-mqueue,sys-kernel-{debug,tracing,config},sys-fs-fuse-connections}.mount',
    'proc-sys-fs-binfmt_misc.*',
  ],
  // The journal is in RAM, and of this system alone.
  ...[
    'systemd-{journal-flush.service,journald-audit.socket,journald@.service,journald@.socket,journald-varlink@.socket}',
  ],
  // The phone waits for no network, and its radio has units of its own.
  ...[
    'systemd-{networkd-wait-online*,network-generator,time-wait-sync,udev-settle,rfkill,backlight@}.*',
    'wpa_supplicant*',
  ],
  // It does not sleep.
  ...['{sleep,suspend*,hibernate,hybrid-sleep,kexec}.target'],
  ...['systemd-{suspend*,hibernate*,hybrid-sleep,kexec}.service'],
]
