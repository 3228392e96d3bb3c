// What stays of Debian's units, in a root made up: no word about a unit that is not there.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { trimUnits } from './image/units.ts'

let [root, folder] = ['', '']
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'offhook-units-'))
  folder = join(root, 'usr/lib/systemd/system')
  mkdirSync(join(folder, 'sysinit.target.wants'), { recursive: true })
})
afterEach(() => rmSync(root, { recursive: true }))
const unit = (name: string, text = '[Unit]\n') => writeFileSync(join(folder, name), text)
const read = (name: string) => readFileSync(join(folder, name), 'utf8')

test('units a phone has no use for go, and their other names, who wanted them, and links to nothing', () => {
  for (const name of ['getty@.service', 'emergency.target', 'systemd-logind.service']) unit(name)
  symlinkSync('getty@.service', join(folder, 'autovt@.service'))
  symlinkSync('autovt@.service', join(folder, 'another.service'))
  symlinkSync('../getty@.service', join(folder, 'sysinit.target.wants/getty@tty1.service'))
  symlinkSync('/dev/null', join(folder, 'hwclock.service'))
  symlinkSync('/usr/lib/systemd/system/systemd-logind.service', join(folder, 'login1.service'))
  trimUnits(root)
  expect(readdirSync(folder).sort()).toEqual(['login1.service', 'sysinit.target.wants', 'systemd-logind.service'])
  expect(readdirSync(join(folder, 'sysinit.target.wants'))).toEqual([])
})

test('names of units that are there stay, and of what comes to be without a file; lists, comments and commands as they were', () => {
  for (const name of ['a.service', 'of@.service', 'emergency.service', 'dev-mqueue.mount']) unit(name)
  unit(
    'one.service',
    `[Unit]
# After=emergency.service
After=a.service emergency.service  of@x.service of@%i.service no@x.service
After=plymouth.service
Before=
Wants=dev-mqueue.mount boot.mount dev-vda.device -.slice nowhere.target
[Service]
ExecStart=/bin/echo After=nowhere.service
`,
  )
  mkdirSync(join(folder, 'a.service.d'))
  unit('a.service.d/more.conf', '[Unit]\nConflicts=nowhere.socket a.service\n')
  trimUnits(root)
  expect(read('one.service')).toBe(`[Unit]
# After=emergency.service
After=a.service of@x.service of@%i.service
Before=
Wants=boot.mount dev-vda.device -.slice
[Service]
ExecStart=/bin/echo After=nowhere.service
`)
  expect(read('a.service.d/more.conf')).toBe('[Unit]\nConflicts=a.service\n')
})

test('of this machine’s systemd, what leads to a system and out of it again stays', () => {
  cpSync('/usr/lib/systemd/system', folder, { recursive: true, verbatimSymlinks: true, force: true })
  trimUnits(root)
  for (const name of ['sysinit.target', 'multi-user.target', 'local-fs.target', 'shutdown.target', 'reboot.target'])
    expect(existsSync(join(folder, name)), name).toBe(true)
  for (const name of ['systemd-journald.service', 'systemd-reboot.service', 'systemd-poweroff.service'])
    expect(existsSync(join(folder, name)), name).toBe(true)
  expect(read('local-fs.target')).not.toContain('emergency')
})
