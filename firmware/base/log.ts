// Logs are facts with fields; a machine emits them as outputs and the hub hands them to the sink.

export type LogLevel = 'error' | 'warn' | 'info' | 'debug'

export interface LogRecord {
  readonly kind: 'log'
  readonly level: LogLevel
  /** The part that speaks, e.g. `sip.transaction`. */
  readonly from: string
  /** What happened, a constant text: everything variable is a field. */
  readonly what: string
  readonly fields?: Readonly<Record<string, string | number | boolean | undefined>>
}

export const log = (level: LogLevel, from: string, what: string, fields?: LogRecord['fields']): LogRecord =>
  fields === undefined ? { kind: 'log', level, from, what } : { kind: 'log', level, from, what, fields }
