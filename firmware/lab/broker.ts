// The lab's MQTT broker: Debian's mosquitto on loopback, with a password, in a folder that goes with it.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { err, ok, type Result } from '../base/result.ts'
import { freePort } from './free-port.ts'

export interface Broker {
  readonly url: string
  readonly username: string
  readonly password: string
  stop(): void
}

/** Debian installs it outside a plain user's PATH. */
const PATH = `${process.env.PATH}:/usr/sbin:/sbin`
const START_MS = 5000

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

/** The error says in words what is missing. */
export async function startBroker(folder: string): Promise<Result<Broker, string>> {
  const port = await freePort()
  const [username, password] = ['phone', randomBytes(9).toString('base64url')]
  const passwords = join(folder, 'passwords')
  writeFileSync(passwords, `${username}:${password}\n`, { mode: 0o600 })
  const env = { ...process.env, PATH }
  const hashed = await ended(spawn('mosquitto_passwd', ['-U', passwords], { env, stdio: 'ignore' }))
  if (hashed !== 0) return err('mosquitto_passwd failed; is the Debian package mosquitto installed?')
  const config = join(folder, 'mosquitto.conf')
  const user = process.getuid?.() === 0 ? ['user root'] : []
  writeFileSync(
    config,
    [`listener ${port} 127.0.0.1`, 'allow_anonymous false', `password_file ${passwords}`, ...user, ''].join('\n'),
  )
  // The kernel ends it with its parent, however that ends.
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', 'mosquitto', '-c', config], { env, stdio: 'ignore' })
  let gone = false
  child.once('error', () => (gone = true))
  child.once('exit', () => (gone = true))
  const until = performance.now() + START_MS
  while (!(await answers(port))) {
    if (gone || performance.now() > until) {
      child.kill()
      return err(`mosquitto did not start on port ${port}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return ok({ url: `mqtt://127.0.0.1:${port}`, username, password, stop: () => child.kill() })
}

const ended = (child: ChildProcess): Promise<number> =>
  new Promise((resolve) => {
    child.once('error', () => resolve(-1))
    child.once('exit', (code) => resolve(code ?? -1))
  })
