// The endpoint's log: to a listener, to standard error, and to a file, each as far as its level goes.
import { createWriteStream } from 'node:fs'
import type { LogRecord } from '../../base/log.ts'
import type { EpSettings } from './endpoint-schema.ts'

export interface LogWriter {
  write(record: LogRecord, tell: (level: 1 | 2 | 3 | 4, msg: string) => void): void
  /** What was written is on its way to the file. */
  close(): Promise<void>
}

const LEVELS = { error: 1, warn: 2, info: 3, debug: 4 } as const

export function openLog({ level: most, consoleLevel, filename }: EpSettings['logConfig']): LogWriter {
  const file = filename === '' ? undefined : createWriteStream(filename, { flags: 'a' })
  file?.on('error', (error) => process.emitWarning(`log file: ${error.message}`))
  return {
    write({ level: name, from, what, fields = {} }, tell) {
      const level = LEVELS[name]
      if (level > most) return
      const more = Object.entries(fields).map(([key, value]) => ` ${key}=${value}`)
      const msg = `${from}: ${what}${more.join('')}`
      if (level <= consoleLevel) process.stderr.write(`${msg}\n`)
      file?.write(`${new Date().toISOString()} ${level} ${msg}\n`)
      tell(level, msg)
    },
    close: () => new Promise((resolve) => (file === undefined ? resolve() : file.end(resolve))),
  }
}
