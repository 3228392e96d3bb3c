// What is laid over the unmodified root for the board's tests: the guest's program, its unit, the driver of its port.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundle } from '../../firmware/runtime/bundle.ts'
import { cpio, type InitrdFile } from '../machine/cpio.ts'
import { kernelModule } from '../machine/kernel-module.ts'
import { PORT } from './wire.ts'

const PROGRAM = '/usr/lib/offhook/board-test.cjs'
const MODULE = '/usr/lib/hil/virtio_console.ko'
const START = '/usr/lib/hil/board-test.sh'

/** With the phone's user and groups: what it may do with lines and buses is part of the test. */
const UNIT = `[Service]
ExecStartPre=+/bin/sh ${START}
ExecStart=/usr/lib/offhook/node ${PROGRAM} /run/hil/port /etc/offhook/board.json
User=offhook
SupplementaryGroups=gpio i2c
`
/** Loads the driver and names the port; runs as root. */
const SCRIPT = `PATH=/usr/sbin:/usr/bin
[ -d /sys/module/virtio_console ] || insmod ${MODULE}
mkdir -p /run/hil
while :; do
  for port in /sys/class/virtio-ports/*; do
    [ "$(cat "$port/name")" = ${PORT} ] && [ -e "/dev/\${port##*/}" ] && break 2
  done
  sleep 0.02
done
chown offhook "/dev/\${port##*/}"
ln -sf "/dev/\${port##*/}" /run/hil/port
`

/** Writes the initrd to the folder. */
export async function boardInitrd(folder: string): Promise<string> {
  const program = await bundle(join(import.meta.dirname, 'guest.ts'), join(folder, 'guest.cjs'))
  const file = join(folder, 'board-test.cpio')
  const files: Readonly<Record<string, InitrdFile>> = {
    [PROGRAM]: { data: readFileSync(program) },
    [MODULE]: { data: await kernelModule('virtio_console') },
    [START]: { data: SCRIPT },
    '/usr/lib/systemd/system/board-test.service': { data: UNIT },
    // Instead of the phone.
    '/etc/systemd/system/multi-user.target.wants/board-test.service': {
      link: '/usr/lib/systemd/system/board-test.service',
    },
    '/etc/systemd/system/offhook.service': { link: '/dev/null' },
  }
  writeFileSync(file, cpio(Object.fromEntries(Object.entries(files).map(([path, one]) => [`extra${path}`, one]))))
  return file
}
