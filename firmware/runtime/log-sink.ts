// Where log records end: a file of JSON lines, or text for people; bounded in rate and in size. Secrets print as ***.
import { createWriteStream, fstatSync, openSync, renameSync, type WriteStream } from 'node:fs'
import type { LogLevel, LogRecord } from '../base/log.ts'

export interface LogSinkOptions {
  /** File to append to, moved to `FILE.1` at `maxBytes`; '-' writes to standard error. */
  readonly file: string
  readonly format: 'json' | 'text'
  /** The least important level still written. */
  readonly level: LogLevel
  /** Records a second, beyond which they are counted only. Errors always pass. */
  readonly perSecond: number
  readonly maxBytes: number
}

export interface LogSink {
  write(record: LogRecord): void
  /** The least important level written from now on. */
  level(level: LogLevel): void
  /** Resolves when everything is with the operating system. */
  close(): Promise<void>
}

/** Beyond this a stuck disk is not waited for, bytes. */
const MOST_WAITING = 1_000_000

/** The most important one first. */
export const LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug']

/** One record as a line for people: `12:00:01.250 warn  sip.transport  dropped  from=192.0.2.1`. */
export function logText(record: LogRecord, at: Date): string {
  const fields = Object.entries(record.fields ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${oneLine(String(value))}`)
  return [at.toISOString().slice(11, 23), record.level.padEnd(5), record.from, record.what, ...fields].join(' ')
}

/** What came from the network must not forge lines or move a terminal's cursor. */
const oneLine = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
  text.replace(/[\x00-\x1f\x7f-\x9f]/g, (c) => (c === '\n' ? ' | ' : ''))

const logJson = (record: LogRecord, at: Date): string => {
  const { level, from, what, fields } = record
  return JSON.stringify({ at: at.toISOString(), level, from, what, ...fields })
}

/** Lets `perSecond` records through in each second and says afterwards how many it held back. */
export function createRateLimit(
  perSecond: number,
): (record: LogRecord, nowMs: number) => { pass: boolean; held: number } {
  let second = -1
  let passed = 0
  let held = 0
  return (record, nowMs) => {
    const current = Math.floor(nowMs / 1000)
    let report = 0
    if (current !== second) {
      report = held
      second = current
      passed = held = 0
    }
    if (record.level === 'error' || passed++ < perSecond) return { pass: true, held: report }
    held++
    return { pass: false, held: report }
  }
}

export function createLogSink(options: LogSinkOptions): LogSink {
  let least = LEVELS.indexOf(options.level)
  const limit = createRateLimit(options.perSecond)
  const print = options.format === 'json' ? logJson : logText
  let stream: WriteStream | undefined
  let bytes = 0

  /** A full or read-only disk must not end the phone: the records are lost, and the next one tries again. */
  function open(): void {
    try {
      const fd = openSync(options.file, 'a')
      bytes = fstatSync(fd).size
      stream = createWriteStream('', { fd })
      stream.on('error', () => {
        stream = undefined
      })
    } catch {
      stream = undefined
    }
  }

  function makeWay(): void {
    stream?.end()
    try {
      renameSync(options.file, `${options.file}.1`)
    } catch {
      // It is written on; it cannot be moved later either, so `bytes` begins anew with the file opened again.
    }
    open()
    bytes = 0
  }

  function line(text: string): void {
    if (options.file === '-') {
      process.stderr.write(text + '\n')
      return
    }
    if (stream === undefined) open()
    if (stream === undefined || stream.writableLength > MOST_WAITING) return
    if (bytes > options.maxBytes) makeWay()
    bytes += text.length + 1
    stream.write(text + '\n')
  }

  return {
    write(record) {
      if (LEVELS.indexOf(record.level) > least) return
      const at = new Date()
      const { pass, held } = limit(record, at.getTime())
      if (held > 0) {
        line(print({ kind: 'log', level: 'warn', from: 'log', what: 'records held back', fields: { held } }, at))
      }
      if (pass) line(print(record, at))
    },
    level(level) {
      least = LEVELS.indexOf(level)
    },
    close: () => new Promise((resolve) => (stream === undefined ? resolve() : stream.end(() => resolve()))),
  }
}
