// A device whose sound another process carries: this file plays that process, on the engine's socket. What becomes of the
// samples is shown without a clock in native/test/external_test.cc.
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { failed, hello, played, samples } from '../../hal/portaudio/wire.ts'
import { Lab, powerOf, sleep, tone } from './testing/harness.ts'

const RATE = 8000
const BLOCK = RATE / 100
const folder = mkdtempSync(join(tmpdir(), 'offhook-external-'))
const path = (name: string): string => join(folder, name)
let lab: Lab
let peer: Peer | undefined

afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => {
  lab = new Lab()
})
afterEach(async () => {
  peer?.leave()
  await lab.engine.close()
})

/** A process with a sound card: hears a sine, plays what comes, by the same clock. */
class Peer {
  readonly heard: Buffer[] = []
  readonly socket: Socket
  #timer: NodeJS.Timeout | undefined
  #sent = 0
  #played = 0
  #received = 0
  gone = false

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('error', () => {})
    socket.on('close', () => {
      this.gone = true
    })
    socket.on('data', (bytes: Buffer) => {
      this.heard.push(bytes)
      this.#received += bytes.length / 2
    })
  }

  static async come(): Promise<Peer> {
    for (let left = 50; ; left--) {
      const socket = connect(path('socket'))
      const ok = await new Promise<boolean>((resolve) =>
        socket.once('connect', () => resolve(true)).once('error', () => resolve(false)),
      )
      if (ok) return new Peer(socket)
      if (left === 0) throw new Error('the engine does not listen')
      await sleep(20)
    }
  }

  run(): void {
    this.socket.write(hello('two tins and a wire'))
    const began = performance.now()
    this.#timer = setInterval(() => {
      const due = (performance.now() - began) / 10
      for (; this.#sent < due; this.#sent++) {
        this.socket.write(samples(Buffer.alloc(BLOCK * 2)))
        this.#played = Math.min(this.#received, this.#played + BLOCK)
        this.socket.write(played(this.#played))
      }
    }, 5)
  }

  leave(): void {
    clearInterval(this.#timer)
    this.socket.destroy()
  }

  ear(): Int16Array {
    const all = Buffer.concat(this.heard)
    return Int16Array.from({ length: all.length >> 1 }, (_, i) => all.readInt16LE(i * 2))
  }
}

const open = (): void =>
  lab.do(
    {
      kind: 'open-device',
      port: 'x',
      device: { kind: 'external', socket: path('socket'), capture: true, playback: true, rate: RATE },
    },
    tone('tone', 500, -10),
    { kind: 'connect', from: 'tone', to: 'x' },
  )

test('a process that goes is reported and the next one is welcome', async () => {
  open()
  peer = await Peer.come()
  peer.run()
  await lab.opened('x')
  peer.leave()
  expect(await lab.wait('port-lost')).toMatchObject({
    port: 'x',
    reason: 'audio device: the process that carries its sound has gone',
  })
  lab.events.length = 0
  peer = await Peer.come()
  peer.run()
  await lab.opened('x')
  await sleep(300)
  expect(powerOf(peer.ear().subarray(-80))).toBeCloseTo(-10, 0)
})

test('why devices could not be opened is reported once, and is forgotten when they can', async () => {
  open()
  for (let i = 0; i < 2; i++) {
    peer = await Peer.come()
    peer.socket.write(failed('no such card'))
    await expect.poll(() => peer!.gone).toBe(true)
  }
  expect(lab.events.filter((event) => event.kind === 'port-failed')).toMatchObject([{ reason: 'no such card' }])
  peer = await Peer.come()
  peer.run()
  await lab.opened('x')
})

test.each([
  ['before hello', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'port-failed'],
  ['samples cut in two', Buffer.concat([hello(''), Buffer.from([3, 0, 3, 0, 1, 2, 3])]), 'port-lost'],
  ['more played than was sent', Buffer.concat([hello(''), played(4_000_000_000)]), 'port-lost'],
  ['an unknown kind', Buffer.concat([hello(''), Buffer.from([9, 0, 0, 0])]), 'port-lost'],
] as const)('nonsense (%s) ends the connection, not the device', async (_, bytes, kind) => {
  open()
  peer = await Peer.come()
  peer.socket.write(bytes)
  await lab.wait(kind)
  peer = await Peer.come()
  lab.events.length = 0
  peer.run()
  await lab.opened('x')
})

test('a socket that cannot be had is a failure with its path; a nonsensical order is rejected', async () => {
  const device = { kind: 'external', capture: true, playback: true, rate: RATE } as const
  lab.do({ kind: 'open-device', port: 'a', device: { ...device, socket: path('nowhere/socket') } })
  expect((await lab.wait('port-failed')).reason).toBe(
    `listening on ${path('nowhere/socket')}: No such file or directory`,
  )
  lab.do({ kind: 'open-device', port: 'b', device: { ...device, socket: 'x'.repeat(108) } })
  expect((await lab.wait('rejected')).reason).toBe('socket: expected a path of 1–107 bytes, got 108 bytes')
  lab.do({ kind: 'open-device', port: 'b', device: { ...device, socket: 'x', capture: false, playback: false } })
  await lab.wait('rejected', (event) => event.reason.includes('neither'))
})
