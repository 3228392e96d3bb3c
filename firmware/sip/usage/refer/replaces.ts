// Replaces (RFC 3891) and Join (RFC 3911): the dialog a new INVITE takes the place of, or joins; read, and written into Refer-To.
import { err, ok, type Result } from '../../../base/result.ts'
import type { Dialog } from '../../dialog/dialog.ts'
import type { SipRequest } from '../../message/message.ts'
import { isSip, parseUri, printUri } from '../../message/uri.ts'

export interface NamedDialog {
  readonly callId: string
  readonly toTag: string
  readonly fromTag: string
  /** Of Replaces: only while nobody has answered. */
  readonly earlyOnly: boolean
}

/** Undefined: there is none. Two of them, or one without both tags, are an error (RFC 3891 §3, §6.1; RFC 3911 §4, §7.1). */
export function dialogNamed(request: SipRequest, header: 'Replaces' | 'Join'): Result<NamedDialog, string> | undefined {
  const [value, second] = request.headers(header)
  if (value === undefined) return undefined
  if (second !== undefined || value.includes(',')) return err(`several ${header}`)
  const [callId = '', ...params] = value.split(';').map((part) => part.trim())
  const tag = (name: string) =>
    params.find((param) => param.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1)
  const [toTag, fromTag] = [tag('to-tag'), tag('from-tag')]
  if (callId === '' || toTag === undefined || fromTag === undefined) return err(`malformed ${header}`)
  return ok({ callId, toTag, fromTag, earlyOnly: params.some((param) => param.toLowerCase() === 'early-only') })
}

/**
 * `target`, '' for the peer of `dialog`, as a Refer-To that takes the place of `dialog` there; `required`: or fails, where that is
 * not understood (RFC 5589 §7.2).
 */
export function replacing(target: string, dialog: Dialog, required: boolean): Result<string, string> {
  const parsed = target === '' ? ok(dialog.remoteTarget) : parseUri(target)
  if (!parsed.ok || !isSip(parsed.value)) return err('the one to refer to is no SIP URI')
  const value = `${dialog.callId};to-tag=${dialog.remoteTag};from-tag=${dialog.localTag}`
  const more = [{ name: 'Replaces', value }, ...(required ? [{ name: 'Require', value: 'replaces' }] : [])]
  return ok(printUri({ ...parsed.value, headers: [...parsed.value.headers, ...more] }))
}
