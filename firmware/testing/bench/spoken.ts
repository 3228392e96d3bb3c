// The same speech in the packets of each codec, as our engine sends it: what a caller says in a benchmark.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Lab } from '../../../native/lib/testing/harness.ts'
import { seededRng } from '../../base/rng.ts'
import { speech } from '../../lab/signal/speech.ts'
import { encodeWav } from '../../lab/signal/wav.ts'
import type { Format } from './caller.ts'

const HOST = '127.0.0.1'
const RTP_HEADER = 12
const SECONDS = 4

/** Some seconds of packets for each format, by its name. */
export async function spoken(formats: Readonly<Record<string, Format>>): Promise<Readonly<Record<string, Buffer[]>>> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-spoken-'))
  const file = join(folder, 'mouth.wav')
  writeFileSync(file, encodeWav(speech(seededRng(3), 16_000, SECONDS)))
  const lab = new Lab()
  const heard: Record<string, Buffer[]> = {}
  const sockets = []
  try {
    const wanted = Object.keys(formats).length
    lab.do({ kind: 'stock-pairs', address: HOST, min: 40_000, max: 43_999, want: wanted, dscp: 46 })
    const pairs = () => lab.events.filter((event) => event.kind === 'pair-ready')
    await lab.wait('pair-ready', () => pairs().length >= wanted)
    const ready = pairs()
    for (const [i, [name, { codec, ptimeMs }]] of Object.entries(formats).entries()) {
      const socket = createSocket('udp4')
      sockets.push(socket)
      socket.bind(0, HOST)
      await once(socket, 'listening')
      const packets: Buffer[] = []
      heard[name] = packets
      socket.on('message', (packet) => packets.push(packet.subarray(RTP_HEADER)))
      const to = { address: HOST, port: socket.address().port }
      const stream = {
        ...{ rtp: to, rtcp: { address: HOST, port: 0 }, send: codec, ptimeMs, receive: [codec] },
        direction: 'sendonly',
        ...{ symmetric: false, cname: 'bench', jitter: { minMs: 0, maxMs: 200 }, keepAliveMs: 0, silenceMs: 0 },
      } as const
      lab.do({ kind: 'open-stream', port: name, pair: ready[i]!.pair, stream })
    }
    lab.do({ kind: 'open-player', port: 'mouth', file, loops: 0, pauseMs: 0 })
    for (const to of Object.keys(formats)) lab.do({ kind: 'connect', from: 'mouth', to })
    await sleep(SECONDS * 1000)
    return heard
  } finally {
    await lab.engine.close()
    for (const socket of sockets) socket.close()
    rmSync(folder, { recursive: true })
  }
}
