// "Is typing" between people who write to each other (RFC 3994), as far as a state goes.
import type { Body } from '../../sip/message/message.ts'
import { IS_COMPOSING, parseIsComposing, printIsComposing } from '../../sip/packages/is-composing.ts'

/** Seconds an `active` is good for without another one. */
const REFRESH_S = 60

export const composing = (isTyping: boolean): { readonly contentType: string; readonly msgBody: string } => ({
  contentType: IS_COMPOSING,
  msgBody: printIsComposing({
    ...{ state: isTyping ? 'active' : 'idle', lastActive: undefined, contentType: undefined },
    refreshS: isTyping ? REFRESH_S : undefined,
  }),
})

/** Undefined: the message is not about that. */
export function typingIn({ contentType, content }: Body): boolean | undefined {
  if (contentType.split(';')[0]?.trim().toLowerCase() !== IS_COMPOSING) return undefined
  const said = parseIsComposing(content)
  return said.ok && said.value.state === 'active'
}
