// What `cmd/{name}` does on this phone. A throw is the answer's `error`.
import type { LogLevel } from '../base/log.ts'
import type { Choice } from '../phone/chosen.ts'
import { LEVELS } from './log-sink.ts'

export interface OperatedPhone {
  /** Text of the display and for how long, ms. */
  identify(text: string, forMs: number): void
  /** For the answer to `status`. */
  status(): object
  /** Ids of the lines that register. */
  lines(): readonly string[]
  register(account: string): void
  /** No call, no ringing, handset down. */
  idle(): boolean
  /** As if the user had set it. */
  choose(choice: Choice): void
}

/** The process around the phone, as far as it can be told what to do. */
export interface OperatedProcess {
  /** Leaves in order and starts anew. */
  restart(): void
  logLevel(level: LogLevel): void
}

export const IDENTIFY_MS = 10_000

type Handler = (payload: string) => unknown

/** `process` undefined: `reboot` and `log-level` are no commands of this phone. */
export function operatorCommands(
  phone: OperatedPhone,
  deviceId: string,
  process: OperatedProcess | undefined,
): Readonly<Record<string, Handler>> {
  const unused = () => {
    if (!phone.idle()) throw new Error('the phone is in use')
  }
  const commands: Record<string, Handler> = {
    identify(text) {
      unused()
      phone.identify(text === '' ? deviceId : text, IDENTIFY_MS)
    },
    status: () => phone.status(),
    reregister(line) {
      const all = phone.lines()
      if (line !== '' && !all.includes(line)) {
        throw new Error(`no line "${line.slice(0, 64)}" that registers; there is: ${all.join(', ')}`)
      }
      const lines = line === '' ? all : [line]
      for (const each of lines) phone.register(each)
      return { lines }
    },
    dnd(wanted) {
      if (wanted !== 'on' && wanted !== 'off') throw new Error('expected on or off')
      phone.choose({ dnd: wanted === 'on' })
    },
  }
  if (process === undefined) return commands
  return {
    ...commands,
    reboot() {
      unused()
      process.restart()
    },
    'log-level'(wanted) {
      const level = LEVELS.find((each) => each === wanted)
      if (level === undefined) throw new Error(`expected one of ${LEVELS.join(', ')}`)
      process.logLevel(level)
    },
  }
}
