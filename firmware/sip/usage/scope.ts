// What a refusal of a request inside a dialog takes with it: the request alone, the usage it was of, or the dialog with all of
// its usages (RFC 5057 §5.1).

export type Scope = 'request' | 'usage' | 'dialog'

/** The peer's Contact, or the way there, leads nowhere: nothing in this dialog will get through. */
const DIALOG = [404, 410, 416, 482, 484, 485, 502, 604]

/**
 * RFC 3261 §14.1 leaves a call as it was when a re-INVITE is refused, so 403, 405 and 480 end none. Refusals of REFER speak of
 * whom to refer to in the wild, and those of OPTIONS of what a server makes of its own name: only 481 counts there. A 408 to what
 * is not an INVITE or UPDATE may be that of a message alone that was lost.
 */
export function scopeOf(status: number, method: string): Scope {
  if (status === 481) return 'usage'
  if (method === 'REFER' || method === 'OPTIONS') return 'request'
  if (DIALOG.includes(status)) return 'dialog'
  if (method === 'NOTIFY')
    return status === 403 || status === 405 || status === 489 || status === 501 ? 'usage' : 'request'
  return status === 408 && (method === 'INVITE' || method === 'UPDATE') ? 'usage' : 'request'
}
