// The endpoint's log: to a listener, to standard error, and to a file, each as far as its level goes.
import { createWriteStream } from 'node:fs'
import type { EpSettings } from './endpoint-schema.ts'

export interface LogWriter {
  /** 1 error … 4 everything; `tell` is called when it is to be told. */
  write(level: 1 | 2 | 3 | 4, msg: string, tell: () => void): void
  /** What was written is on its way to the file. */
  close(): Promise<void>
}

export function openLog({ level: most, consoleLevel, filename }: EpSettings['logConfig']): LogWriter {
  const file = filename === '' ? undefined : createWriteStream(filename, { flags: 'a' })
  file?.on('error', (error) => process.emitWarning(`log file: ${error.message}`))
  return {
    write(level, msg, tell) {
      if (level > most) return
      const at = new Date().toISOString()
      if (level <= consoleLevel) process.stderr.write(`${at.slice(11, -1)} ${level} ${msg}\n`)
      file?.write(`${at} ${level} ${msg}\n`)
      tell()
    },
    close: () => new Promise((resolve) => (file === undefined ? resolve() : file.end(resolve))),
  }
}
