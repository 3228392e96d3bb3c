// What goes wrong for an application: misuse and refusals throw one of these; outcomes of what is under way are notifications.

/**
 * `argument`: a value that cannot be; `state`: not in the state the object is in, which the text names; `not-started` and
 * `stopped`: the engine's; `busy`: one of its kind is under way; `refused`: a layer below would not; `system`: the system would not.
 */
export type CoreErrorCode = 'argument' | 'state' | 'not-started' | 'stopped' | 'busy' | 'refused' | 'system'

/** Thrown by every object of the core. */
export class CoreError extends Error {
  override readonly name: string = 'CoreError'
  /** Which kind of trouble it is. */
  readonly code: CoreErrorCode
  /** What was asked for: `Invitation.sendInvite`. */
  readonly operation: string
  /** What was wrong and what was expected, without the operation. */
  readonly text: string
  /** The SIP status that is to blame; undefined when none is. */
  readonly sipStatus: number | undefined

  constructor(
    code: CoreErrorCode,
    operation: string,
    text: string,
    more: { readonly cause?: unknown; readonly sipStatus?: number } = {},
  ) {
    super(`${operation}: ${text}`, more.cause === undefined ? {} : { cause: more.cause })
    this.code = code
    this.operation = operation
    this.text = text
    this.sipStatus = more.sipStatus
  }
}

/** A layer below the core said no: the operating system, the SIP engine or the media engine. */
export class StackError extends CoreError {
  override readonly name: string = 'StackError'
  /** The system's errno, positive: `EADDRINUSE` is 98. `EPROTO` (71) when an engine of ours refused. */
  readonly status: number

  constructor(code: 'refused' | 'system', operation: string, text: string, status: number, cause?: unknown) {
    super(code, operation, text, { cause })
    this.status = status
  }
}

/** A MESSAGE to that URI waits for its final response; send the next one when `engine-got-message-response` came. */
export class MessageInProgressError extends CoreError {
  override readonly name: string = 'MessageInProgressError'
  /** To whom. */
  readonly toUri: string

  constructor(toUri: string) {
    super('busy', 'sendMessage', `a MESSAGE to ${toUri} waits for its final response`)
    this.toUri = toUri
  }
}
