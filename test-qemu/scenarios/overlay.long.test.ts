// What the overlay promises of the system around the phone, in force on the booted root: each is tried, not read from its file.
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Shell } from '../guest/shell.ts'
import { HERE, PHONE } from '../network/network.ts'
import type { Phone } from './phone.ts'
import { makeDataDisk } from './power-cut.ts'
import { scenario } from './scenario.ts'

/** CAP_SYS_NICE alone (linux/capability.h). */
const SYS_NICE = '0000000000800000'
/** The longest priority the unit allows, and the policy SCHED_FIFO (linux/sched.h). */
const [RT_MOST, FIFO] = [50, '1']
/** systemd hears nothing for 15 s, then the process has 2 s to die; an emulated machine takes its time to start another. */
const BACK_MS = 60_000
const SIP_PORT = 5060
/** Of a server in the guest that is no part of the phone. */
const STRANGE_PORT = 8080

scenario('overlay', 'the system around the phone keeps what it promises', 560, async (scene) => {
  await scene.configure()
  const disk = join(scene.folder, 'first.img')
  makeDataDisk(disk)
  const data = `file=${disk},format=raw`
  // As the phone ships, to no console: the flood would take minutes on an emulated serial line.
  const first = await scene.on({ data, kernelWords: ['systemd.journald.forward_to_console=0'] })
  await first.ready()
  const { shell } = first
  const who = await identity(shell)
  const broken: string[] = []
  const promises = [
    hardening,
    devices,
    soundAndRealTime,
    packetFilter,
    nobodyLogsIn,
    journal,
    watchdogs,
    startIsOver,
    comesBack,
  ]
  for (const kept of promises) await kept(first).catch((error: Error) => broken.push(`${kept.name}: ${error.message}`))
  expect(broken.join('\n')).toBe('')
  await shell.out('sync')
  await first.off()

  const again = await scene.on({ data, rtc: '1970-01-01T00:00:00' })
  await again.ready()
  expect(await identity(again.shell)).toEqual(who)
  const [now, floor] = (await again.shell.out('date +%s; stat -c %Y /usr/lib/clock-epoch')).split('\n').map(Number)
  expect(now).toBeGreaterThanOrEqual(floor!)
  await again.off()

  const otherDisk = join(scene.folder, 'second.img')
  makeDataDisk(otherDisk)
  const other = await scene.on({ data: `file=${otherDisk},format=raw` })
  const otherWho = await identity(other.shell)
  for (const [n, one] of who.entries()) expect(otherWho[n]).not.toBe(one)
})

const show = (shell: Shell, property: string, unit = 'offhook.service') =>
  shell.out(`systemctl show -P ${property} ${unit}`).then((text) => text.trim())
const mainPid = (shell: Shell) => show(shell, 'MainPID')

/** The machine's and the phone's own. */
async function identity(shell: Shell): Promise<readonly string[]> {
  const said = (await shell.out('cat /etc/machine-id /var/lib/offhook/identity.json')).trim().split('\n')
  expect(said).toEqual([
    expect.stringMatching(/^[0-9a-f]{32}$/),
    expect.stringMatching(/^\{"deviceId":"oh-[0-9a-f]{12}"\}$/),
  ])
  return said
}

async function hardening({ shell }: Phone): Promise<void> {
  const pid = await mainPid(shell)
  const uid = (await shell.out('id -u offhook')).trim()
  expect(uid).not.toBe('0')
  const status = new Map(
    (await shell.out(`cat /proc/${pid}/status`)).split('\n').map((line) => line.split(':\t') as [string, string]),
  )
  expect(status.get('Uid')).toBe([uid, uid, uid, uid].join('\t'))
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) expect(status.get(set), set).toBe(SYS_NICE)
  expect(status.get('NoNewPrivs')).toBe('1')
  // Filtered.
  expect(status.get('Seccomp')).toBe('2')
  for (const folder of ['/usr', '/etc', '/etc/offhook', '/var/log', '/usr/lib/offhook']) {
    // The owner of the machine may, where the phone is not.
    await shell.out(`touch ${folder}/tried && rm ${folder}/tried`)
    const { status: code, stderr } = await shell.run(`touch /proc/${pid}/root${folder}/tried`)
    expect([folder, code, stderr]).toEqual([folder, 1, expect.stringContaining('Read-only file system')])
  }
  await shell.out(`touch /proc/${pid}/root/var/lib/offhook/tried && rm /var/lib/offhook/tried`)
}

/** All units came up, none speaks of one that is not there, and what was for the start alone is taken back. */
async function startIsOver({ shell }: Phone): Promise<void> {
  const state = () => shell.run('systemctl is-system-running').then(({ stdout }) => stdout.trim())
  await expect.poll(state, { timeout: 60_000, interval: 500 }).not.toBe('starting')
  const units = (
    await shell.out('systemctl list-units --all --plain --no-legend --state=failed,not-found,masked')
  ).split('\n')
  // Of this one systemd itself speaks.
  expect(units.filter((line) => line !== '' && !line.startsWith('systemd-remount-fs.service '))).toEqual([])
  expect(await state()).toBe('running')
  expect((await shell.out('cat /sys/kernel/rcu_expedited')).trim()).toBe('0')
  expect(await shell.out('cat /sys/kernel/security/lsm')).toBe('lockdown,capability,landlock,yama')
}

/** Whose the hardware is that the phone uses. */
async function devices({ shell }: Phone): Promise<void> {
  const owners = async (files: string) => {
    const lines = (await shell.out(`stat -c '%U:%G %a' ${files}`)).trim().split('\n')
    return [...new Set(lines)]
  }
  expect(await owners('/dev/i2c-*')).toEqual(['root:i2c 660'])
  expect(await owners('/dev/gpiochip*')).toEqual(['root:gpio 660'])
  expect(await owners('/dev/snd/*C*')).toEqual(['root:audio 660'])
  expect(await owners('/sys/class/gpio/export /sys/class/gpio/unexport')).toEqual(['offhook:gpio 200'])
  expect(await owners('/sys/class/gpio/gpio[0-9]*/value')).toEqual(['offhook:gpio 644'])
}

/** Off the hook the names of the board's sound lead to the card, and who moves the samples comes before everybody. */
async function soundAndRealTime({ shell, machine, shows }: Phone): Promise<void> {
  for (const board of ['pi-usb-handset', 'pi-wm8960'])
    expect(await shell.out(`cat /usr/share/alsa/offhook/${board}.conf`)).toMatch(/pcm\.handset/)
  machine.hook.lift()
  await shows('Dial')
  const pid = await mainPid(shell)
  const card = () => shell.out('cat /proc/asound/Handset/pcm0p/sub0/status')
  await expect.poll(card, { timeout: 10_000, interval: 500 }).toContain('RUNNING')
  const owner = /^owner_pid\s*: (\d+)$/m.exec(await card())?.[1]
  const tasks = (await shell.out(`cat /proc/${pid}/task/*/stat`))
    .trim()
    .split('\n')
    .map((line) => {
      const [, tid, name, rest] = /^(\d+) \((.*)\) (.*)$/.exec(line)!
      // Fields 40 and 41 of proc(5), counted from the third.
      const [priority, policy] = rest!.split(' ').slice(37, 39)
      return { tid, name, priority: Number(priority), policy }
    })
  console.log(tasks.map(({ name, policy, priority }) => `${name} ${policy}/${priority}`).join(', '))
  expect(tasks.map(({ tid }) => tid)).toContain(owner)
  const realTime = tasks.filter(({ policy }) => policy === FIFO)
  expect(realTime.map(({ name }) => name)).toContain('offhook-tick')
  for (const { name, priority } of realTime) {
    expect(priority, name).toBeGreaterThan(0)
    expect(priority, name).toBeLessThanOrEqual(RT_MOST)
  }
  // The event loop never gets in their way.
  expect(tasks.find(({ tid }) => tid === pid)).toMatchObject({ policy: '0' })
  machine.hook.down()
  await shows('Ready')
}

/** Asked from outside: the phone answers, a server that is none of its business does not, unless the filter is taken away. */
async function packetFilter({ shell }: Phone): Promise<void> {
  expect(await answersSip()).toMatch(/^SIP\/2\.0 \d{3} /)
  const serve = `require('net').createServer((s) => s.end('in')).listen(${STRANGE_PORT})`
  await shell.out(`systemd-run --unit=stranger /usr/lib/offhook/node -e "${serve}"`)
  const listens = new RegExp(`:${STRANGE_PORT.toString(16).toUpperCase()} `)
  await expect
    .poll(() => shell.out('cat /proc/net/tcp /proc/net/tcp6'), { timeout: 20_000, interval: 200 })
    .toMatch(listens)
  expect(await knock(STRANGE_PORT)).toBe('silence')
  // Nothing is there, and nobody says so.
  expect(await knock(STRANGE_PORT + 1)).toBe('silence')
  await shell.out('nft flush ruleset')
  expect(await knock(STRANGE_PORT)).toBe('open')
  expect(await knock(STRANGE_PORT + 1)).toBe('closed')
  await shell.out('systemctl restart nftables.service')
  expect(await knock(STRANGE_PORT)).toBe('silence')
  expect(await answersSip()).toMatch(/^SIP\/2\.0 \d{3} /)
  await shell.out('systemctl stop stranger.service')
}

function knock(port: number): Promise<'open' | 'closed' | 'silence'> {
  return new Promise((resolve) => {
    const socket = connect({ host: PHONE, port, timeout: 3000 })
    const answer = (what: 'open' | 'closed' | 'silence') => {
      socket.destroy()
      resolve(what)
    }
    socket.on('connect', () => answer('open'))
    socket.on('error', () => answer('closed'))
    socket.on('timeout', () => answer('silence'))
  })
}

/** The first line of what comes for an OPTIONS. */
function answersSip(): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4')
    const late = setTimeout(() => done(() => reject(new Error('no answer to an OPTIONS'))), 10_000)
    const done = (end: () => void) => {
      clearTimeout(late)
      clearInterval(again)
      socket.close()
      end()
    }
    const ask = () => {
      const branch = `z9hG4bK${Math.random().toString(36).slice(2)}`
      const lines = [
        `OPTIONS sip:${PHONE}:${SIP_PORT} SIP/2.0`,
        `Via: SIP/2.0/UDP ${HERE}:${socket.address().port};branch=${branch};rport`,
        ...['Max-Forwards: 70', `From: <sip:${HERE}>;tag=1`, `To: <sip:${PHONE}>`, `Call-ID: ${branch}`],
        ...['CSeq: 1 OPTIONS', `Contact: <sip:${HERE}:${socket.address().port}>`, 'Content-Length: 0', '', ''],
      ]
      socket.send(lines.join('\r\n'), SIP_PORT, PHONE)
    }
    const again = setInterval(ask, 1000)
    socket.on('message', (text) => done(() => resolve(text.toString('latin1').split('\r\n')[0]!)))
    socket.bind(0, HERE, ask)
  })
}

/** No shell waits on a console, and nothing but the phone listens to the network. */
async function nobodyLogsIn({ shell }: Phone): Promise<void> {
  const units = await shell.out("systemctl list-units --plain --no-legend '*getty*' '*shell.service' 'ssh*'")
  // The test's own.
  expect(units.split('\n').filter((line) => line !== '' && !line.startsWith('hil-shell'))).toEqual([])
  const inputs = (await shell.run('readlink /proc/[0-9]*/fd/0')).stdout.split('\n')
  expect(inputs.length).toBeGreaterThan(5)
  expect(inputs.filter((name) => /^\/dev\/(tty|console|pts)/.test(name))).toEqual([])
  const uid = (await shell.out('id -u offhook')).trim()
  const listening = (await shell.out('cat /proc/net/tcp /proc/net/tcp6')).split('\n').flatMap((line) => {
    const [, local, , state, , , , owner] = line.trim().split(/\s+/)
    // Of this machine alone: 127.0.0.0/8, ::1.
    const isOwn = local !== undefined && /^(.{6}7F|0{24}01000000):/.test(local)
    return state === '0A' && !isOwn ? [owner] : []
  })
  expect(listening.length).toBeGreaterThan(0)
  expect(new Set(listening)).toEqual(new Set([uid]))
}

/** In RAM, and bounded however much is said. */
async function journal({ shell }: Phone): Promise<void> {
  expect((await shell.out('stat -f -c %T /run/log/journal')).trim()).toBe('tmpfs')
  expect((await shell.run('ls /var/log/journal')).status).not.toBe(0)
  // 12 MB that cannot be packed.
  const line = 'head -c 30000 /dev/urandom | base64 -w0; echo'
  const flood = `n=0; while [ $n -lt 300 ]; do ${line}; n=$((n + 1)); done | systemd-cat -t flood`
  await shell.out(flood)
  await sleep(3000)
  const kilobytes = Number.parseInt(await shell.out('du -sk /run/log/journal'), 10)
  console.log(`the journal after a flood: ${kilobytes} kB`)
  expect(kilobytes).toBeGreaterThan(2000)
  expect(kilobytes).toBeLessThanOrEqual(8 * 1024 + 200)
}

/** This machine has no watchdog of its own, so the kernel's is fed. */
async function watchdogs({ shell }: Phone): Promise<void> {
  const about = '/sys/class/watchdog/watchdog0'
  const look = () => shell.out(`cat ${about}/identity ${about}/state ${about}/timeout`)
  await expect.poll(look, { timeout: 30_000, interval: 500 }).toBe('Software Watchdog\nactive\n15\n')
  expect(await show(shell, 'WatchdogUSec')).toBe('16s')
}

/** Killed, and hung. */
async function comesBack(phone: Phone): Promise<void> {
  const { shell } = phone
  for (const [n, signal] of ['KILL', 'STOP'].entries()) {
    const pid = await mainPid(shell)
    await shell.out(`kill -${signal} ${pid}`)
    const begun = performance.now()
    const restarts = () => show(shell, 'NRestarts')
    await expect.poll(restarts, { timeout: BACK_MS, interval: 200 }).toBe(`${n + 1}`)
    await expect.poll(() => show(shell, 'ActiveState'), { timeout: BACK_MS, interval: 200 }).toBe('active')
    console.log(`active again ${((performance.now() - begun) / 1000).toFixed(1)} s after SIG${signal}`)
    expect(await mainPid(shell)).not.toBe(pid)
    await phone.ready()
    phone.machine.hook.lift()
    await phone.shows('Dial', 30_000)
    phone.machine.hook.down()
    await phone.shows('Ready')
  }
  const said = await shell.out('journalctl -b -u offhook.service --no-pager -o cat')
  expect(said).toContain('Watchdog timeout')
}
