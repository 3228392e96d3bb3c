// A real broker for tests: mosquitto on a port of its own, started and ended by the test.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onFreePorts } from '../../firmware/testing/interop/ports.ts'

export interface Broker {
  readonly port: number
  readonly url: string
  /** Ends it; `start` begins again on the same port, with nothing retained. */
  stop(): Promise<void>
  start(): Promise<void>
  /** Ends it for good and removes its files. */
  dispose(): Promise<void>
}

/**
 * `extra`: further lines of configuration, who may connect among them; files they name must exist. `address`: where it
 * listens; empty: everywhere. `port`: one that is free unless given.
 */
export const startBroker = (extra = 'allow_anonymous true\n', address = '127.0.0.1', port?: number): Promise<Broker> =>
  port === undefined
    ? onFreePorts(1, (free) => start(free, extra, address), address || '0.0.0.0')
    : start(port, extra, address)

async function start(port: number, extra: string, address: string): Promise<Broker> {
  const directory = await mkdtemp(join(tmpdir(), 'offhook-broker-'))
  const file = join(directory, 'mosquitto.conf')
  await writeFile(file, `listener ${port} ${address}\npersistence false\nuser root\n${extra}`)
  let child: ChildProcess | undefined

  const broker: Broker = {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    async start() {
      let output = ''
      const started = spawn('mosquitto', ['-c', file], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
      })
      child = started
      let failed: Error | undefined
      started.once('error', (error) => {
        failed = error
      })
      for (const stream of [started.stdout, started.stderr]) stream.on('data', (data) => (output += data))
      await until('mosquitto to listen', async () => {
        if (failed) throw failed
        if (started.exitCode !== null) throw new Error(`mosquitto ended: ${output}`)
        return await accepts(port)
      })
    },
    async stop() {
      const ending = child
      child = undefined
      if (ending === undefined || ending.exitCode !== null) return
      const ended = new Promise((resolve) => ending.once('exit', resolve))
      ending.kill('SIGTERM')
      await ended
    },
    async dispose() {
      await broker.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
  await broker.start()
  return broker
}

/** Waits until `condition` holds; `detail` is added to the failure. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  detail: () => string = () => '',
  withinMs = 20_000,
): Promise<void> {
  const end = performance.now() + withinMs
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited ${withinMs / 1000} s for ${what} ${detail()}`)
    await sleep(10)
  }
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connectTcp(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
