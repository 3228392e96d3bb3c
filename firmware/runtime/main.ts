// The phone on its device: no terminal, the board's own keys and display, ended by SIGTERM.
//
//   offhook [BOOTSTRAP]
//
// OFFHOOK_BOOTSTRAP names the bootstrap file when no argument does; OFFHOOK_SETUP the boot volume's setup file, which may be
// missing; STATE_DIRECTORY (systemd's) holds what must survive, /var/lib/offhook otherwise; OFFHOOK_LOG_LEVEL is error, warn,
// info (default) or debug. Logs go to standard error.
// OFFHOOK_CLOCK_SET is a file that is there once the clock was set; without it the clock is believed when it is not behind.
// OFFHOOK_TRIED is a file of who started it, removed when the phone stands.
// NOTIFY_SOCKET and WATCHDOG_USEC are systemd's. Exit code 0: told to stop; 75: told to start anew; 1: it could not go on.
import { rm } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { openLinuxBoard } from '../../hal/linux/linux-board.ts'
import { plainFormats } from '../../provisioning/schema/formats.ts'
import { readBootstrap } from '../../provisioning/store/bootstrap.ts'
import { showFault } from '../../provisioning/store/json-file.ts'
import { openSetup, withBroker } from '../../provisioning/store/setup.ts'
import { log } from '../base/log.ts'
import { begin, type MadeOf } from './begin.ts'
import { chooseBoard } from './choose-board.ts'
import { composePhone } from './compose.ts'
import { createLogSink, LEVELS } from './log-sink.ts'
import { createSupervisor } from './supervisor.ts'
import { VERSION } from './version.ts'

/** After this long on the way out the phone is gone, whatever is still open, ms. */
const STOP_MS = 4000
/** Asks the supervisor to start the phone again (EX_TEMPFAIL of sysexits.h). */
const AGAIN = 75

/**
 * From so long on after it stands, what is called often is compiled; usr/lib/offhook/start leaves that out for a snapshot. Before,
 * each function that is hot for the start would be, and is soon not called any more.
 */
const COMPILE_MS = 20_000

/** Of Node itself, on the way to registrar and broker; `tls` has to wait, it does not go into a snapshot. */
const SOON = ['cluster', 'perf_hooks', 'dns', 'crypto', 'assert', 'tty']

/** Ends the process with a text for the journal. */
function refuse(why: string): never {
  process.stderr.write(`${why}\n`)
  process.exit(1)
}

async function main(of: MadeOf): Promise<void> {
  const { env } = process
  const bootstrap = await readBootstrap(process.argv[2] ?? env.OFFHOOK_BOOTSTRAP, env)
  if (!bootstrap.ok) refuse(showFault(bootstrap.error))
  const profile = await chooseBoard(bootstrap.value)
  if (!profile.ok) refuse(profile.error)
  // Sound devices are the board's matter too: asound.conf looks here.
  env.OFFHOOK_BOARD = bootstrap.value.board
  const level = LEVELS.find((each) => each === env.OFFHOOK_LOG_LEVEL) ?? 'info'
  const sink = createLogSink({ file: '-', format: 'text', level, perSecond: 50, maxBytes: 0 })
  process.on('uncaughtException', (error) => {
    sink.write(log('error', 'main', 'uncaught', { stack: error.stack ?? String(error) }))
    // Whoever supervises starts a phone whose state is known again.
    process.exit(1)
  })
  sink.write(
    log('info', 'main', 'starting', { version: VERSION, of, node: process.version, board: profile.value.model }),
  )
  const setup = await openSetup(env.OFFHOOK_SETUP, plainFormats)
  const setupFault = setup.ok ? '' : showFault(setup.error)
  if (!setup.ok) sink.write(log('error', 'setup', 'not used', { fault: setupFault }))
  const phone = await composePhone({
    board: await openLinuxBoard(profile.value),
    bootstrap: setup.ok ? withBroker(bootstrap.value, setup.value) : bootstrap.value,
    ...(setup.ok ? { setup: setup.value } : { setupFault }),
    folder: env.STATE_DIRECTORY ?? '/var/lib/offhook',
    version: VERSION,
    ...(env.OFFHOOK_CLOCK_SET === undefined ? {} : { clockSet: env.OFFHOOK_CLOCK_SET }),
    log: sink.write,
    process: { restart: () => stop(AGAIN), logLevel: sink.level },
  })
  const supervisor = createSupervisor({ env, pid: process.pid, ask: phone.ask, log: sink.write })
  const stop = (code: number): void => {
    supervisor.stopping()
    setTimeout(() => process.exit(code), STOP_MS).unref()
    void phone.stop().then(() => process.exit(code))
  }
  process.once('SIGTERM', () => stop(0))
  process.once('SIGINT', () => stop(0))
  supervisor.ready()
  if (of === 'snapshot') setTimeout(() => setFlagsFromString('--sparkplug'), COMPILE_MS).unref()
  if (env.OFFHOOK_TRIED !== undefined) rm(env.OFFHOOK_TRIED, { force: true }, () => {})
}

begin((of) => void main(of).catch((error: Error) => refuse(error.stack ?? error.message)), SOON)
