// What the supervisor is told (systemd's sd_notify protocol): that the phone stands, that it is alive, that it goes.
//
// Alive is what answers: the hub, down to its least urgent inlet, and the media engine. Feeding stops with the first
// question that nobody answers, and whoever supervises starts a phone whose state is known again.
import { notify as send } from '../../native/lib/notify.ts'
import { BEAT_MS, nextBeat } from '../base/beat.ts'
import { type LogRecord, log } from '../base/log.ts'
import { after, notEarly } from '../base/time.ts'
import { monotonic } from './clock.ts'

export interface SupervisorOptions {
  /** NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID are looked at. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly pid: number
  /** Asks hub and media engine; calls back when both have answered, or never. */
  readonly ask: (answered: () => void) => void
  readonly log: (record: LogRecord) => void
}

export interface Supervisor {
  /** READY=1, and WATCHDOG=1 from now on, twice in the time the supervisor allows, as it advises; with a beat, if that is not too late. */
  ready(): void
  /** STOPPING=1; the watchdog is fed no more, as the time to stop is the supervisor's own measure. */
  stopping(): void
}

/** Without NOTIFY_SOCKET every call does nothing. */
export function createSupervisor({ env, pid, ask, log: report }: SupervisorOptions): Supervisor {
  const socket = env.NOTIFY_SOCKET ?? ''
  const forUs = env.WATCHDOG_PID === undefined || Number(env.WATCHDOG_PID) === pid
  const timeoutMs = forUs ? Number(env.WATCHDOG_USEC ?? 0) / 1000 : 0
  let timer: NodeJS.Timeout | undefined
  /** Since the last question; `missed` when it was not answered in time. */
  let asking = false
  let missed = false
  let failed = false

  function notify(text: string): void {
    if (socket === '') return
    try {
      send(socket, text)
      failed = false
    } catch (error) {
      if (!failed) report(log('error', 'supervisor', 'cannot be told', { text, error: String(error) }))
      failed = true
    }
  }

  /** One timer for both, the next question and the patience with the last: one that is called off wakes Node all the same. */
  function feed(): void {
    const now = monotonic()
    const at = timeoutMs / 2 < BEAT_MS ? after(now, timeoutMs / 2) : nextBeat(after(now, timeoutMs / 2 - BEAT_MS))
    timer = setTimeout(feed, notEarly(at - now))
    timer.unref()
    if (asking) {
      if (!missed) report(log('error', 'supervisor', 'hub or media engine does not answer'))
      missed = true
      return
    }
    asking = true
    missed = false
    ask(() => {
      if (!asking) return
      asking = false
      if (timer !== undefined) notify('WATCHDOG=1')
    })
  }

  return {
    ready() {
      notify('READY=1')
      if (socket === '' || !(timeoutMs > 0)) return
      feed()
    },
    stopping() {
      clearTimeout(timer)
      timer = undefined
      notify('STOPPING=1')
    },
  }
}
