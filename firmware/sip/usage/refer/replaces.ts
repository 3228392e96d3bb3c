// Replaces (RFC 3891): the dialog a new INVITE takes the place of, read from INVITEs and written into Refer-To.
import { err, ok, type Result } from '../../../base/result.ts'
import type { Dialog } from '../../dialog/dialog.ts'
import type { SipRequest } from '../../message/message.ts'
import { isSip, parseUri, printUri } from '../../message/uri.ts'

export interface Replaces {
  readonly callId: string
  readonly toTag: string
  readonly fromTag: string
  readonly earlyOnly: boolean
}

/** Undefined: there is none. Two of them, or one without both tags, are an error (§3, §6.1). */
export function replacesOf(request: SipRequest): Result<Replaces, string> | undefined {
  const [value, second] = request.headers('Replaces')
  if (value === undefined) return undefined
  if (second !== undefined || value.includes(',')) return err('several Replaces')
  const [callId = '', ...params] = value.split(';').map((part) => part.trim())
  const tag = (name: string) =>
    params.find((param) => param.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1)
  const [toTag, fromTag] = [tag('to-tag'), tag('from-tag')]
  if (callId === '' || toTag === undefined || fromTag === undefined) return err('malformed Replaces')
  return ok({ callId, toTag, fromTag, earlyOnly: params.some((param) => param.toLowerCase() === 'early-only') })
}

/** `target`, '' for the peer of `dialog`, as a Refer-To that takes the place of `dialog` there. Throws nothing. */
export function replacing(target: string, dialog: Dialog): Result<string, string> {
  const parsed = target === '' ? ok(dialog.remoteTarget) : parseUri(target)
  if (!parsed.ok || !isSip(parsed.value)) return err('the one to refer to is no SIP URI')
  const value = `${dialog.callId};to-tag=${dialog.remoteTag};from-tag=${dialog.localTag}`
  return ok(printUri({ ...parsed.value, headers: [...parsed.value.headers, { name: 'Replaces', value }] }))
}
