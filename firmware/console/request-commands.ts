// Commands that send and answer requests beside those of calls: messages, OPTIONS, INFO and anything else.
import { utf8Encode } from '../base/bytes.ts'
import { ok } from '../base/result.ts'
import type { Body, HeaderField } from '../sip/message/message.ts'
import { IS_COMPOSING, printIsComposing } from '../sip/packages/is-composing.ts'
import { accountFor, answered } from './call-commands.ts'
import { type Answer, command, refuse } from './command.ts'
import { anything, body, flag, headers, type Json, name, optional, orElse, text, whole } from './schema.ts'
import type { Station } from './station.ts'

const target = optional(text('a number or address, up to 512 characters', 512))
const contentType = text('a media type', 256)
const noHeaders = orElse(headers, [])
/** Inside a call, or from an account to somebody. */
const where = { call: optional(name), account: optional(name), to: target }
const common = { ...where, headers: noHeaders, userData: optional(anything) }

interface Where {
  readonly call: string | undefined
  readonly account: string | undefined
  readonly to: string | undefined
  readonly headers: readonly HeaderField[]
  readonly userData: Json | undefined
}

const bodyOf = (contentType: string, content: string): Body => ({ contentType, content: utf8Encode(content) })

async function send(station: Station, method: string, given: Where, body: Body | undefined): Promise<Answer> {
  const { call, account, to, headers, userData } = given
  if ((call === undefined) === (to === undefined)) return refuse('where to', 'either call or to', { call, to })
  const request = station.newName('request')
  station.requests.set(request, userData)
  const place = call === undefined ? { account: accountFor(station, account), target: to ?? '' } : { call }
  const done = await station.ua({ kind: 'send-request', request, method, to: place, headers, body })
  if (done.ok) return ok({ request })
  station.requests.delete(request)
  return done
}

/** RFC 3994, once. */
const isComposing = (active: boolean): string =>
  printIsComposing({
    ...{ state: active ? 'active' : 'idle', lastActive: undefined, contentType: 'text/plain', refreshS: undefined },
  })

export const requestCommands = [
  command(
    'message',
    { ...common, body, contentType: orElse(contentType, 'text/plain;charset=utf-8') },
    ({ body, contentType, ...given }, station) => send(station, 'MESSAGE', given, bodyOf(contentType, body)),
  ),
  command('typing', { ...common, active: orElse(flag, true) }, ({ active, ...given }, station) =>
    send(station, 'MESSAGE', given, bodyOf(IS_COMPOSING, isComposing(active))),
  ),
  command('compose', { ...where, active: orElse(flag, true) }, async ({ call, account, to, active }, station) => {
    if ((call === undefined) === (to === undefined)) return refuse('where to', 'either call or to', { call, to })
    const place = call === undefined ? { account: accountFor(station, account), target: to ?? '' } : { call }
    return answered(await station.ua({ kind: 'compose', to: place, active, contentType: 'text/plain' }))
  }),
  command('options', common, (given, station) => send(station, 'OPTIONS', given, undefined)),
  command(
    'request',
    { ...common, method: text('a method', 32), body: optional(body), contentType: orElse(contentType, 'text/plain') },
    ({ method, body, contentType, ...given }, station) =>
      send(station, method, given, body === undefined ? undefined : bodyOf(contentType, body)),
  ),
  command(
    'reply',
    {
      request: name,
      code: orElse(whole(200, 699), 200),
      reason: optional(text('a reason phrase', 256)),
      headers: noHeaders,
      body: optional(body),
      contentType: orElse(contentType, 'text/plain'),
    },
    async ({ request, code: status, reason, headers, body, contentType }, station) => {
      const content = body === undefined ? undefined : bodyOf(contentType, body)
      return answered(await station.ua({ kind: 'reply', request, status, reason, headers, body: content }))
    },
  ),
]
