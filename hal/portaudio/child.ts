// The process that has PortAudio inside: lists devices, or carries samples between devices and the media engine's socket.
// Started by parent.ts alone. It ends by SIGKILL to itself: naudiodon's threads may be waiting for ever, and an orderly
// exit would wait for them.
import { connect } from 'node:net'
import type { ChildAnswer, ChildOrder, SoundOrder } from './contract.ts'
import { failed, hello, played, samples } from './wire.ts'

/** A device that moves nothing for so long is taken for lost, ms. */
const STALLED_MS = 2000
/** Captured bytes that may wait for the engine; more are left out. */
const MOST_WAITING_BYTES = 65_536

const NO_NEWS = ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE']

const end = (): never => {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('unreachable')
}
const endSaying = (why: string): never => {
  process.stderr.write(`${why}\n`)
  return end()
}

async function backend(): Promise<typeof import('./backend.ts')> {
  try {
    return await import('./backend.ts')
  } catch (error) {
    const [first] = (error as Error).message.split('\n')
    throw new Error(`the optional package naudiodon cannot be used here (${first}); \`npm run setup\` says why`)
  }
}

async function list(): Promise<void> {
  let answer: ChildAnswer
  try {
    answer = { kind: 'devices', devices: (await backend()).devices() }
  } catch (error) {
    answer = { kind: 'failed', reason: (error as Error).message }
  }
  process.send!(answer, end)
}

function carry(order: SoundOrder): void {
  const engine = connect(order.socket)
  // The parent starts this process anew; that the engine does not listen yet, or has closed the device, is no news.
  engine.on('error', (error: NodeJS.ErrnoException) =>
    NO_NEWS.includes(error.code ?? '') ? end() : endSaying(error.message),
  )
  engine.on('close', end)
  engine.on('connect', async () => {
    try {
      const sound = (await backend()).openSound(order)
      engine.write(hello(sound.detail))
      let moved = performance.now()
      sound.capture?.on('error', (error) => endSaying(`capture: ${error}`))
      sound.capture?.on('data', (block: Buffer) => {
        moved = performance.now()
        if (engine.writableLength < MOST_WAITING_BYTES) engine.write(samples(block))
      })
      let half: Buffer = Buffer.alloc(0)
      let [written, taken] = [0, 0]
      sound.playback?.on('error', (error) => endSaying(`playback: ${error}`))
      engine.on('data', (bytes: Buffer) => {
        // The socket may cut a sample in two.
        const whole = half.length === 0 ? bytes : Buffer.concat([half, bytes])
        const even = whole.length & ~1
        half = whole.subarray(even)
        for (let at = 0; at < even; at += order.rate / 50) {
          const block = whole.subarray(at, Math.min(even, at + order.rate / 50))
          if (written === taken) moved = performance.now()
          written += block.length / 2
          sound.playback?.write(block, () => {
            moved = performance.now()
            taken += block.length / 2
            engine.write(played(taken))
          })
        }
      })
      setInterval(() => {
        const idle = sound.capture === undefined && written === taken
        if (!idle && performance.now() - moved > STALLED_MS) endSaying('the device has stopped')
      }, STALLED_MS / 2)
    } catch (error) {
      engine.end(failed((error as Error).message))
    }
  })
}

process.on('disconnect', end)
process.once('message', (order: ChildOrder) => {
  if (order.kind === 'list') void list()
  else carry(order)
})
