// What a façade operation that cannot be done throws: which one, why, and the SIP status that stands for it.
import { CoreError, type CoreErrorCode } from '../core/index.ts'

/**
 * `argument`: a value that cannot be; `state`: not in the state the object is in; `not-started`, `exists`, `unknown`: the
 * object named is not there yet, there already, or not at all; `limit`: no more of these; `refused`: the objects below would not;
 * `unsupported`: this phone does not do it; `system`: the operating system would not.
 */
export type ErrorCode =
  | 'argument'
  | 'state'
  | 'not-started'
  | 'exists'
  | 'unknown'
  | 'limit'
  | 'refused'
  | 'unsupported'
  | 'system'

/** The SIP status a code is told as where only a number will do. */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  argument: 400,
  state: 481,
  'not-started': 503,
  exists: 482,
  unknown: 404,
  limit: 486,
  refused: 403,
  unsupported: 501,
  system: 503,
}

/** Thrown at the caller for misuse; what becomes of an operation that has begun is an event. */
export class OperationError extends Error {
  override readonly name: string = 'OperationError'
  readonly operation: string
  readonly code: ErrorCode
  readonly status: number
  /** What is wrong, without the operation. */
  readonly text: string

  constructor(operation: string, code: ErrorCode, text: string, cause?: unknown) {
    super(`${operation}: ${text} (${code})`, cause === undefined ? {} : { cause })
    this.operation = operation
    this.code = code
    this.status = STATUS[code]
    this.text = text
  }

  /** All of it in one line, what caused it included. */
  info(): string {
    const cause = this.cause === undefined ? '' : oneLine(this.cause)
    // The core says the same of its own operation.
    const because = cause === '' || cause.endsWith(this.text) ? '' : `, because of ${cause}`
    return `${this.operation} failed: ${this.text} [${this.code}/${this.status}]${because}`
  }
}

const oneLine = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).replaceAll(/\s*\n\s*/g, ' ')

/** What the core says, in the words of the façade. */
const CODES: Readonly<Record<CoreErrorCode, ErrorCode>> = {
  argument: 'argument',
  state: 'refused',
  'not-started': 'not-started',
  stopped: 'not-started',
  busy: 'refused',
  refused: 'refused',
  system: 'system',
}

/** Does it; what the core throws at it is thrown as an error of that operation. */
export function operated<T>(operation: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw asOperationError(operation, error)
  }
}

/** Others are left as they are. */
export const asOperationError = (operation: string, error: unknown): unknown =>
  error instanceof CoreError ? new OperationError(operation, CODES[error.code], error.text, error) : error

/** Does what may come too late, as the other side has moved on meanwhile: false, it did. */
export function inTime(act: () => void): boolean {
  try {
    act()
    return true
  } catch (error) {
    if (error instanceof CoreError) return false
    throw error
  }
}
