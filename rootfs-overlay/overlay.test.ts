// The overlay, judged by the programs that will read it on the device, in a copy of it with its root elsewhere.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { PROFILES } from '../hal/linux/profiles.ts'
import { PHONE_CONFIG } from '../provisioning/schema/phone-config.ts'
import { readBootstrap } from '../provisioning/store/bootstrap.ts'
import { showFault } from '../provisioning/store/json-file.ts'

// Other programs are waited for, on machines busy with other tests.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

const OVERLAY = import.meta.dirname
/** What the image builder and Debian's packages put beside the overlay. */
const BUILT = [
  ...['/bin/sh', '/sbin/modprobe', '/usr/sbin/nft', '/usr/sbin/wpa_supplicant'],
  ...['/usr/lib/offhook/node', '/usr/lib/offhook/offhook.node'],
]
const UNIT = 'usr/lib/systemd/system/offhook.service'

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'offhook-overlay-'))
  cpSync('/usr/lib/systemd/system', join(root, 'usr/lib/systemd/system'), { recursive: true, verbatimSymlinks: true })
  for (const top of ['etc', 'usr'])
    cpSync(join(OVERLAY, top), join(root, top), { recursive: true, verbatimSymlinks: true })
  for (const file of BUILT) {
    mkdirSync(join(root, dirname(file)), { recursive: true })
    writeFileSync(join(root, file), '', { mode: 0o755 })
  }
})
afterAll(() => rmSync(root, { recursive: true }))

const text = (path: string) => readFileSync(join(OVERLAY, path), 'utf8')
const lines = (path: string) =>
  text(path)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
const run = (command: string, ...args: string[]) => {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  })
  if (error) throw error
  return { status, output: stdout + stderr }
}
let environment: Record<string, string> = {}

/** Ours, and Debian's that we add to. */
const UNITS = [
  ...['offhook.service', 'offhook-rescue.service', 'offhook-setup.service', 'offhook-wifi@wlan0.service'],
  ...['softdog.service', 'tmp.mount', 'nftables.service'],
]

test.each(UNITS)('systemd takes %s without a word', (unit) => {
  expect(run('systemd-analyze', 'verify', `--root=${root}`, unit)).toEqual({ status: 0, output: '' })
})

test('a phone that does not stay up: started again for ever, the machine with it only when it has long been up', () => {
  for (const line of ['StartLimitBurst=5', 'StartLimitIntervalSec=180', 'OnFailure=offhook-rescue.service'])
    expect(lines(UNIT)).toContain(line)
  const [, script] = /^ExecStart=\/bin\/sh -c '(.*)'$/m.exec(text('usr/lib/systemd/system/offhook-rescue.service'))!
  const fake = mkdtempSync(join(tmpdir(), 'offhook-rescue-'))
  try {
    writeFileSync(join(fake, 'systemctl'), '#!/bin/sh\necho "$@"\n', { mode: 0o755 })
    const after = (uptime: string) => {
      writeFileSync(join(fake, 'uptime'), `${uptime} 0.00\n`)
      environment = { PATH: `${fake}:${process.env.PATH}` }
      return run('sh', '-c', script!.replace('$$', '$').replace('/proc/uptime', join(fake, 'uptime'))).output
    }
    expect(after('1799.99')).toBe('reset-failed offhook.service\n--no-block start offhook.service\n')
    expect(after('1800.00')).toBe('reboot\n')
  } finally {
    rmSync(fake, { recursive: true })
    environment = {}
  }
})

test('drivers: those of all that is on the buses but the radio’s, in one call, and of what has come to USB a second later', () => {
  const fake = mkdtempSync(join(tmpdir(), 'offhook-drivers-'))
  try {
    writeFileSync(join(fake, 'modprobe'), '#!/bin/sh\necho "$@"\n', { mode: 0o755 })
    const device = (bus: string, name: string, alias?: string) => {
      mkdirSync(join(fake, 'sys/bus', bus, 'devices', name), { recursive: true })
      if (alias !== undefined) writeFileSync(join(fake, 'sys/bus', bus, 'devices', name, 'modalias'), `${alias}\n`)
    }
    for (const tool of ['chgrp', 'chmod'])
      writeFileSync(join(fake, tool), `#!/bin/sh\necho ${tool} "$@"\n`, { mode: 0o755 })
    device('platform', 'net', 'of:NethernetT(null)Cbrcm,bcm2711-genet-v5')
    device('platform', 'nameless')
    device('usb', '1-1', 'usb:v0403pC631')
    device('sdio', 'mmc1:0001:1', 'sdio:c00v02D0dA9A6')
    mkdirSync(join(fake, 'dev'))
    const later = join(fake, 'sys/bus/usb/devices/1-2')
    writeFileSync(
      join(fake, 'sleep'),
      `#!/bin/sh\nmkdir ${later}\necho usb:v0424pEC00 > ${later}/modalias\n> ${fake}/dev/i2c-1\n`,
      { mode: 0o755 },
    )
    environment = { PATH: `${fake}:${process.env.PATH}` }
    const { status, output } = run(
      'sh',
      '-c',
      text('usr/lib/offhook/drivers').replaceAll(/\/(sys|dev)\/(?!null)/g, `${fake}/$1/`),
    )
    expect({ status, output }).toEqual({
      status: 0,
      output:
        '-abq of:NethernetT(null)Cbrcm,bcm2711-genet-v5 usb:v0403pC631\n-abq usb:v0403pC631 usb:v0424pEC00\n' +
        `chgrp i2c ${fake}/dev/i2c-1\nchmod 0660 ${fake}/dev/i2c-1\n`,
    })
  } finally {
    rmSync(fake, { recursive: true })
    environment = {}
  }
})

test('systemd waits for the phone’s own word, and starts it anew when that stays away', () => {
  const unit = lines(UNIT)
  for (const line of ['Type=notify', 'NotifyAccess=main', 'WatchdogSec=16', 'SuccessExitStatus=75', 'Restart=always'])
    expect(unit).toContain(line)
})

test('the check of the unit is one that fails', () => {
  const unit = join(root, 'usr/lib/systemd/system/planted.service')
  writeFileSync(unit, text(UNIT).replace('/usr/lib/offhook/start', '/usr/lib/offhook/strat').replace('UMask', 'UMaks'))
  const { output } = run('systemd-analyze', 'verify', `--root=${root}`, 'planted.service')
  rmSync(unit)
  expect(output).toMatch(/strat is not executable/)
  expect(output).toMatch(/Unknown key.*'UMaks'/)
})

test('settings of the kernel are of all interfaces: the builder takes away what would look for those of one', () => {
  for (const line of readdirSync(join(OVERLAY, 'usr/lib/sysctl.d')).flatMap((file) =>
    lines(`usr/lib/sysctl.d/${file}`),
  ))
    expect(line).not.toMatch(/^-?net[./]ipv[46][./](conf|neigh)[./](?!all\b|default\b)/)
})

test('the unit is enabled, and every file it names is there', () => {
  expect(statSync(join(root, 'usr/lib/systemd/system/multi-user.target.wants/offhook.service')).isFile()).toBe(true)
  // Of the boot volume, and made at run time.
  const named = lines(UNIT).flatMap((line) =>
    /^(ExecStart|Environment)=(?!OFFHOOK_(SETUP|CLOCK_SET))/.test(line) ? (line.match(/\/[a-z/.-]+/g) ?? []) : [],
  )
  expect(named.length).toBeGreaterThan(2)
  for (const file of named) expect(statSync(join(root, file)).isFile(), file).toBe(true)
})

test('the unit leaves little open: systemd’s own exposure level is 2.2 or less', () => {
  const { output } = run('systemd-analyze', 'security', '--offline=yes', `--root=${root}`, 'offhook.service')
  const level = Number(/Overall exposure level for offhook.service: ([\d.]+)/.exec(output)?.[1])
  expect(level).toBeLessThanOrEqual(2.2)
})

test('user and groups come to be, and own what holds passwords', () => {
  expect(run('systemd-sysusers', `--root=${root}`).status).toBe(0)
  const group = readFileSync(join(root, 'etc/group'), 'utf8')
  for (const name of unitList('SupplementaryGroups')) expect(group).toMatch(new RegExp(`^${name}:x:\\d+:offhook$`, 'm'))
  const gid = Number(/^offhook:x:(\d+):/m.exec(group)?.[1])
  expect(readFileSync(join(root, 'etc/passwd'), 'utf8')).toMatch(/^offhook:x:\d+:\d+:.*:\/var\/lib\/offhook:/m)
  const { status, output } = run('systemd-tmpfiles', `--root=${root}`, '--create')
  expect([status, output]).toEqual([0, ''])
  const file = statSync(join(root, 'etc/offhook/bootstrap.json'))
  // Only root can give files away; elsewhere the mode alone is seen.
  if (process.getuid?.() === 0) expect(file.gid).toBe(gid)
  expect(file.mode & 0o777).toBe(0o640)
  expect(statSync(join(root, 'etc/offhook')).mode & 0o777).toBe(0o750)
})

const unitList = (key: string) =>
  lines(UNIT)
    .find((line) => line.startsWith(`${key}=`))!
    .slice(key.length + 1)
    .split(' ')

test('udev rules are made of known keys, and give devices to groups that exist', () => {
  const rules = ['60-offhook', '90-offhook-wifi'].flatMap((name) => lines(`usr/lib/udev/rules.d/${name}.rules`))
  expect(rules.length).toBeGreaterThan(5)
  const clause =
    /^(?:(?:SUBSYSTEMS?|KERNEL|ACTION)=="[^"]+"|(?:GROUP|MODE)="[^"]+"|RUN\+="\/[^"]+"|ATTR\{[a-z]+\}="[^"]+"|ENV\{[A-Z_]+\}(==|\+=)"[^"]+"|TAG\+="systemd"|TEST(==|!=)"\/[^"]+")$/
  for (const rule of rules) for (const part of rule.split(', ')) expect(part).toMatch(clause)
  const groups = unitList('SupplementaryGroups')
  for (const [, name] of text('usr/lib/udev/rules.d/60-offhook.rules').matchAll(
    /(?:GROUP="|chown (?:-R )?offhook:)([a-z0-9]+)/g,
  ))
    expect(groups).toContain(name)
})

const alsa = (board: string) => {
  const folder = join(root, 'usr/share/alsa')
  environment = {
    ALSA_CONFIG_DIR: folder,
    ALSA_CONFIG_PATH: `${folder}/alsa.conf:${join(root, 'etc/asound.conf')}`,
    OFFHOOK_BOARD: board,
  }
}
const SOUNDS = [
  'handset_capture',
  'handset_playback',
  'headset_capture',
  'headset_playback',
  'speaker_playback',
  'ringer_playback',
]
const raw = ['-q', '-t', 'raw', '-f', 'S16_LE', '-r', '16000', '-s', '1600']

test('each board has every sound device, those of the default configuration among them', () => {
  cpSync('/usr/share/alsa', join(root, 'usr/share/alsa'), { recursive: true, dereference: true })
  const { capture, playback } = PHONE_CONFIG.properties.handset.oneOf[0].properties
  expect(SOUNDS).toEqual(expect.arrayContaining([capture.default, playback.default]))
  const boards = readdirSync(join(OVERLAY, 'usr/share/alsa/offhook')).map((file) => file.replace('.conf', ''))
  expect(boards).toEqual(['pi-usb-handset', 'pi-wm8960'])
  for (const board of boards) {
    alsa(board)
    expect(run('aplay', '-L').output.split('\n')).toEqual(expect.arrayContaining(SOUNDS))
    // Read whole, then this machine has no such card.
    for (const name of SOUNDS) {
      const [command, file] = name.endsWith('capture') ? ['arecord', '/dev/null'] : ['aplay', '/dev/zero']
      const { output } = run(command!, ...raw, '-D', name, file!)
      expect(output).toMatch(/Cannot get card index for (Handset|Headset|Headphones|wm8960soundcard)\n/)
    }
  }
})

test('a board of one’s own: its file is found by the name, and a name without a file is told', () => {
  const file = join(root, 'usr/share/alsa/offhook/desk.conf')
  writeFileSync(file, 'pcm.handset_playback { type plug slave.pcm "null" }\n')
  alsa('desk')
  expect(run('aplay', ...raw, '-D', 'handset_playback', '/dev/zero')).toEqual({ status: 0, output: '' })
  alsa('nobody')
  expect(run('aplay', ...raw, '-D', 'handset_playback', '/dev/zero').output).toContain('Unknown PCM handset_playback')
})

test('the bootstrap file that comes along is a valid one', async () => {
  const read = await readBootstrap(join(OVERLAY, 'etc/offhook/bootstrap.json'), {})
  if (!read.ok) throw new Error(showFault(read.error))
  expect(Object.keys(PROFILES)).toContain(read.value.board)
  expect(read.value.broker).toBeUndefined()
})

test('nothing but the tree to copy and its builder stands in the overlay', () => {
  const top = execFileSync('ls', [OVERLAY], { encoding: 'utf8' })
    .split('\n')
    .filter((name) => !/\.(ts|md)$|^$/.test(name))
  expect(top).toEqual(['etc', 'image', 'testing', 'usr'])
  const known = ['clock-epoch', 'modprobe.d', 'offhook', 'sysctl.d', 'systemd', 'sysusers.d', 'tmpfiles.d', 'udev']
  expect(readdirSync(join(OVERLAY, 'usr/lib')).sort()).toEqual(known)
})
