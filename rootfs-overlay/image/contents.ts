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
  'linux-image-arm64',
]

/** Loaded by the initrd, in this order, each after what it depends on. */
export const INITRD_MODULES: readonly string[] = [
  ...['virtio_pci', 'virtio_mmio', 'virtio_blk', 'squashfs', 'overlay', 'ext4', 'vfat', 'nls_ascii', 'nls_cp437'],
]

/** In the root, with what they depend on; udev loads them when the hardware is there. */
export const ROOT_MODULES: readonly string[] = [
  ...INITRD_MODULES,
  ...['virtio_net', 'virtio_rng', 'qemu_fw_cfg', 'xhci_pci', 'xhci_plat_hcd', 'usbhid', 'hid_generic', 'dwc2'],
  ...[
    'i2c_dev',
    'i2c_bcm2835',
    'i2c_tiny_usb',
    'gpio_pca953x',
    'bcm2835_wdt',
    'softdog',
    'bcm2835_rng',
    'iproc_rng200',
  ],
  ...['snd_usb_audio', 'snd_aloop', 'snd_hda_intel', 'snd_bcm2835'],
  ...['genet', 'bcm_phy_lib', 'broadcom', 'smsc95xx', 'lan78xx', 'microchip', 'mdio_bcm_unimac'],
  ...['sdhci_iproc', 'bcm2835', 'mmc_block', 'leds_gpio', 'gpio_keys', 'evdev', '8021q'],
  ...['nf_tables', 'nft_socket', 'nft_limit', 'nft_log', 'nf_log_syslog', 'brcmfmac'],
  ...['snd_soc_wm8960', 'snd_soc_bcm2835_i2s', 'snd_soc_simple_card'],
]

/** Taken away, as `find -path` patterns below the root. */
export const PRUNED: readonly string[] = [
  ...['./usr/share/man', './usr/share/info', './usr/share/locale', './usr/share/i18n', './usr/share/bug'],
  ...[
    './usr/share/lintian',
    './usr/share/bash-completion',
    './usr/share/zsh',
    './usr/share/menu',
    './usr/share/pixmaps',
  ],
  ...['./usr/share/doc-base', './usr/share/common-licenses/GFDL*', './var/lib/apt', './var/cache/*', './var/lib/dpkg'],
  ...['./etc/apt', './etc/cron.daily', './usr/bin/apt*', './usr/bin/dpkg*', './usr/lib/apt', './usr/share/dpkg'],
  ...['./usr/lib/*/perl-base', './usr/bin/perl*', './usr/share/perl*', './usr/lib/*/gconv', './usr/lib/locale'],
  ...['./boot/System.map-*', './boot/config-*', './usr/lib/linux-image-*', './usr/lib/udev/hwdb.d'],
  ...['./usr/sbin/wpa_cli', './usr/bin/wpa_passphrase', './usr/lib/*/libreadline.so*', './usr/lib/*/libhistory.so*'],
  ...['./etc/wpa_supplicant', './usr/share/readline', './usr/share/nftables', './usr/share/doc/nftables/examples'],
  ...['./usr/lib/systemd/catalog', './usr/share/initramfs-tools', './etc/initramfs-tools', './etc/kernel'],
]

/** Units of the packages that a phone has no use for. */
export const MASKED: readonly string[] = [
  ...['systemd-firstboot.service', 'systemd-hwdb-update.service', 'systemd-update-done.service'],
  ...['ldconfig.service', 'systemd-journal-catalog-update.service', 'systemd-machine-id-commit.service'],
  ...['getty.target', 'systemd-pstore.service', 'systemd-rfkill.service', 'systemd-rfkill.socket'],
  ...[
    'e2scrub_reap.service',
    'systemd-user-sessions.service',
    'systemd-update-utmp.service',
    'systemd-update-utmp-runlevel.service',
    'apt-daily.timer',
  ],
  ...['dpkg-db-backup.timer', 'fstrim.timer', 'kmod-static-nodes.service', 'dev-hugepages.mount', 'dev-mqueue.mount'],
  ...['sys-kernel-debug.mount', 'sys-kernel-tracing.mount', 'modprobe@configfs.service', 'modprobe@fuse.service'],
  ...['modprobe@drm.service', 'systemd-networkd-wait-online.service', 'systemd-sysusers.service'],
]
