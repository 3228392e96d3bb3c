// The phone on its device: no terminal, the board's own keys and display, ended by SIGTERM.
//
//   offhook [BOOTSTRAP]
//
// OFFHOOK_BOOTSTRAP names the bootstrap file when no argument does; STATE_DIRECTORY (systemd's) holds what must survive,
// /var/lib/offhook otherwise; OFFHOOK_LOG_LEVEL is error, warn, info (default) or debug. Logs go to standard error.
import { openLinuxBoard } from '../../hal/linux/linux-board.ts'
import { type BoardProfile, PROFILES } from '../../hal/linux/profiles.ts'
import { readBootstrap, showFault } from '../../provisioning/store/bootstrap.ts'
import { type LogLevel, log } from '../base/log.ts'
import { composePhone } from './compose.ts'
import { createLogSink } from './log-sink.ts'
import { VERSION } from './version.ts'

/** After this long on the way out the phone is gone, whatever is still open, ms. */
const STOP_MS = 4000
const LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug']

/** Ends the process with a text for the journal. */
function refuse(why: string): never {
  process.stderr.write(`${why}\n`)
  process.exit(1)
}

async function main(): Promise<void> {
  const { env } = process
  const bootstrap = await readBootstrap(process.argv[2] ?? env.OFFHOOK_BOOTSTRAP, env)
  if (!bootstrap.ok) refuse(showFault(bootstrap.error))
  const profiles: Readonly<Record<string, BoardProfile>> = PROFILES
  const profile = profiles[bootstrap.value.board]
  if (profile === undefined) {
    refuse(`no board profile "${bootstrap.value.board}"; there is: ${Object.keys(profiles).join(', ')}`)
  }
  const level = LEVELS.find((each) => each === env.OFFHOOK_LOG_LEVEL) ?? 'info'
  const sink = createLogSink({ file: '-', format: 'text', level, perSecond: 50, maxBytes: 0 })
  process.on('uncaughtException', (error) => {
    sink.write(log('error', 'main', 'uncaught', { stack: error.stack ?? String(error) }))
    // Whoever supervises starts a phone whose state is known again.
    process.exit(1)
  })
  sink.write(log('info', 'main', 'starting', { version: VERSION, node: process.version, board: profile.model }))
  const phone = await composePhone({
    board: await openLinuxBoard(profile),
    bootstrap: bootstrap.value,
    folder: env.STATE_DIRECTORY ?? '/var/lib/offhook',
    version: VERSION,
    log: sink.write,
  })
  const stop = (): void => {
    setTimeout(() => process.exit(0), STOP_MS).unref()
    void phone.stop().then(() => process.exit(0))
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

main().catch((error: Error) => refuse(error.stack ?? error.message))
