// application/simple-message-summary: what waits in a mailbox (RFC 3842 §5), solicited or not.
import { utf8Decode, utf8Encode } from '../../base/bytes.ts'
import { ok, type Result } from '../../base/result.ts'
import { type BodyError, wrong } from './body.ts'

export const MESSAGE_SUMMARY = 'application/simple-message-summary'

/** RFC 3458 §6.2 as RFC 3842 §3.5 has them. */
export const MESSAGE_CLASSES = ['voice', 'fax', 'pager', 'multimedia', 'text', 'none'] as const
export type MessageClass = (typeof MESSAGE_CLASSES)[number]

export interface MessageCount {
  readonly fresh: number
  readonly old: number
  /** Of these, the urgent ones. */
  readonly urgentFresh: number
  readonly urgentOld: number
}

export interface MessageSummary {
  readonly waiting: boolean
  /** URI of the mailbox. */
  readonly account: string | undefined
  readonly counts: Readonly<Partial<Record<MessageClass, MessageCount>>>
}

/** Lines; the headers of single messages that may follow (§3.5) are not read. */
const MOST_LINES = 64

export function parseMessageSummary(body: string): Result<MessageSummary, BodyError> {
  let waiting: boolean | undefined
  let account: string | undefined
  const counts: Partial<Record<MessageClass, MessageCount>> = {}
  const lines = body.split(/\r?\n/, MOST_LINES)
  for (const [at, text] of lines.entries()) {
    if (text.trim() === '') {
      if (waiting === undefined) continue
      break
    }
    const [, name, value] = /^([A-Za-z-]+)[ \t]*:[ \t]*(.*?)[ \t]*$/.exec(text) ?? []
    if (name === undefined || value === undefined) return wrong(at + 1, 'expected a name, a colon and a value')
    const key = name.toLowerCase()
    const kind = MESSAGE_CLASSES.find((each) => key === `${each}-message`)
    if (key === 'messages-waiting') {
      const word = value.toLowerCase()
      if (word !== 'yes' && word !== 'no') return wrong(at + 1, 'Messages-Waiting is neither yes nor no')
      waiting = word === 'yes'
    } else if (key === 'message-account') account = utf8Decode(value).replace(/^<(.*)>$/, '$1')
    else if (kind !== undefined) {
      const count = countOf(value)
      if (count === undefined) return wrong(at + 1, `${name} is not new/old (urgent new/urgent old)`)
      counts[kind] = count
    }
  }
  return waiting === undefined
    ? wrong(1, 'no Messages-Waiting')
    : ok({ waiting, account: account || undefined, counts })
}

function countOf(text: string): MessageCount | undefined {
  const [, fresh, old, urgentFresh = '0', urgentOld = '0'] =
    /^(\d{1,9})[ \t]*\/[ \t]*(\d{1,9})(?:[ \t]*\([ \t]*(\d{1,9})[ \t]*\/[ \t]*(\d{1,9})[ \t]*\))?$/.exec(text) ?? []
  if (fresh === undefined || old === undefined) return undefined
  return { fresh: Number(fresh), old: Number(old), urgentFresh: Number(urgentFresh), urgentOld: Number(urgentOld) }
}

export function printMessageSummary({ waiting, account, counts }: MessageSummary): string {
  let text = `Messages-Waiting: ${waiting ? 'yes' : 'no'}\r\n`
  if (account !== undefined) text += `Message-Account: ${utf8Encode(account.replaceAll(/\p{Cc}/gu, ' '))}\r\n`
  for (const kind of MESSAGE_CLASSES) {
    const count = counts[kind]
    if (count === undefined) continue
    const { fresh, old, urgentFresh, urgentOld } = count
    text += `${kind[0]!.toUpperCase()}${kind.slice(1)}-Message: ${fresh}/${old} (${urgentFresh}/${urgentOld})\r\n`
  }
  return text
}
