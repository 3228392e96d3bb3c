// Calls that ask to be answered without anybody's doing: Answer-Mode (RFC 5373), and what the wild says in Call-Info and Alert-Info.
import type { SipRequest } from '../sip/message/message.ts'
import type { AccountConfig } from './contract.ts'

/** What a call asks for and whether it gets it. */
export type AnswerMode =
  | { readonly kind: 'as usual' }
  | { readonly kind: 'auto'; readonly afterMs: number }
  /** §4.3.3: it insists on what it does not get. */
  | { readonly kind: 'refused' }

const AS_USUAL: AnswerMode = { kind: 'as usual' }
/** Nobody asks for more; a phone that takes a call minutes later surprises everybody. */
const LONGEST_MS = 60_000

export function answerModeOf(
  request: SipRequest,
  trusted: boolean,
  allowed: AccountConfig['autoAnswer'] = 'never',
): AnswerMode {
  const asked = askedBy(request)
  if (asked === undefined) return AS_USUAL
  const may = allowed === 'anyone' || (allowed === 'trusted' && trusted)
  if (may) return { kind: 'auto', afterMs: Math.min(asked.afterMs, LONGEST_MS) }
  return asked.insists ? { kind: 'refused' } : AS_USUAL
}

function askedBy(request: SipRequest): { readonly afterMs: number; readonly insists: boolean } | undefined {
  for (const name of ['Priv-Answer-Mode', 'Answer-Mode']) {
    const [mode = '', ...params] = (request.header(name) ?? '').split(';').map((part) => part.trim().toLowerCase())
    if (mode === 'auto') return { afterMs: 0, insists: params.includes('require') }
    // Somebody shall answer: that outweighs what other headers say.
    if (mode === 'manual') return undefined
  }
  const said = [...request.headers('Call-Info'), ...request.headers('Alert-Info')]
  const afterMs = said.map(afterMsIn).find((each) => each !== undefined)
  return afterMs === undefined ? undefined : { afterMs, insists: false }
}

/** `answer-after=5`, and after how many seconds; or one of the words for at once, with `delay=5` perhaps. */
function afterMsIn(value: string): number | undefined {
  const after = /(?:^|[;,])\s*answer-after\s*=\s*(\d{1,4})/i.exec(value)?.[1]
  if (after !== undefined) return 1000 * Number(after)
  if (!WORDS.test(value)) return undefined
  return 1000 * Number(/;\s*delay\s*=\s*(\d{1,4})/i.exec(value)?.[1] ?? 0)
}
const WORDS = /(?:^|[;,])\s*(?:info\s*=\s*"?alert-autoanswer"?|auto answer|ring answer|intercom)\s*(?:[;,]|$)/i
