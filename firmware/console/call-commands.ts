// Commands that make, answer, change and end calls: PJSUA's call functions, one each.
import { utf8Encode } from '../base/bytes.ts'
import { ok, type Result } from '../base/result.ts'
import { digitTones } from '../media/digit-tones.ts'
import type { CallId } from '../ua/contract.ts'
import { type Answer, command, refuse } from './command.ts'
import { NEW } from './hand.ts'
import {
  anything,
  body,
  type CommandError,
  flag,
  headers,
  list,
  name,
  nested,
  oneOf,
  optional,
  orElse,
  text,
  whole,
} from './schema.ts'
import type { Station } from './station.ts'

const call = name
const status = whole(100, 699)
const reason = optional(text('a reason phrase', 256))
const target = text('a number or address, up to 512 characters', 512)
const noHeaders = orElse(headers, [])
/** What goes with an offer in one multipart/mixed. */
const part = nested({ type: text('a media type', 256), headers: noHeaders, body })

export const answered = (done: Result<undefined, CommandError>): Answer => (done.ok ? ok({}) : done)
/** The account named, or the first. */
export const accountFor = (station: Station, account: string | undefined): string =>
  account ?? station.accounts.keys().next().value ?? ''

export const callCommands = [
  command(
    'call',
    {
      to: target,
      account: optional(name),
      call: optional(name),
      headers: noHeaders,
      sdp: orElse(oneOf('offer', 'none'), 'offer'),
      parts: orElse(list(part, 8), []),
      anonymous: optional(flag),
      ringMs: optional(whole(1, 600_000)),
      userData: optional(anything),
    },
    async ({ to, account: named, call: given, headers, sdp, parts: more, anonymous, ringMs, userData }, station) => {
      const call = given ?? station.newName('out')
      const account = accountFor(station, named)
      if (station.calls.has(call)) return refuse('name in use', 'a new name', call)
      station.calls.set(call, { ...NEW, account, state: 'calling', userData })
      const lateOffer = sdp === 'none'
      const parts = more.map((one) => ({ contentType: one.type, headers: one.headers, content: utf8Encode(one.body) }))
      const what = { headers, lateOffer, parts, anonymous }
      const done = await station.ua({ kind: 'make-call', call, account, target: to, ...what })
      const inHand = station.calls.get(call)
      if (!done.ok) {
        station.forgetCall(call)
        return done
      }
      if (ringMs !== undefined && inHand) {
        inHand.ringing = setTimeout(() => {
          station.tell(call, { event: 'ring-timeout', afterMs: ringMs })
          station.agent?.ua({ kind: 'hang-up', call, status: undefined, reason: undefined })
        }, ringMs)
      }
      return ok({ call })
    },
  ),
  command(
    'answer',
    { call, code: orElse(status, 200), reason, headers: noHeaders },
    async ({ call, code: status, reason, headers }, station) =>
      answered(await station.ua({ kind: 'answer', call, status, reason, headers })),
  ),
  command(
    'forward',
    {
      call,
      to: list(target, 8),
      reason: orElse(text('a reason of RFC 5806, such as unconditional, user-busy or no-answer', 64), 'unconditional'),
    },
    async ({ call, to, reason }, station) => answered(await station.ua({ kind: 'forward', call, to, reason })),
  ),
  command('redirect', { call, to: optional(list(target, 10)) }, async ({ call, to: targets }, station) =>
    answered(await station.ua({ kind: 'redirect', call, targets })),
  ),
  command(
    'hangup',
    { call, code: optional(whole(300, 699)), reason, headers: noHeaders },
    async ({ call, code: status, reason, headers }, station) =>
      answered(await station.ua({ kind: 'hang-up', call, status, reason, headers })),
  ),
  command('hangup-all', { code: optional(whole(300, 699)) }, async ({ code: status }, station) => {
    const calls = [...station.calls.keys()]
    const done = await Promise.all(
      calls.map((call) => station.ua({ kind: 'hang-up', call, status, reason: undefined })),
    )
    return ok({ calls: calls.filter((_, at) => done[at]?.ok) })
  }),
  command('hold', { call }, async ({ call }, station) => answered(await station.ua({ kind: 'hold', call }))),
  command('resume', { call }, async ({ call }, station) => answered(await station.ua({ kind: 'resume', call }))),
  command(
    'reinvite',
    { call, unhold: orElse(flag, true), sdp: orElse(oneOf('offer', 'none'), 'offer'), headers: noHeaders },
    async ({ call, unhold, sdp, headers }, station) =>
      answered(await station.ua({ kind: 'reinvite', call, unhold, offer: sdp === 'offer', headers })),
  ),
  command(
    'update',
    { call, offer: orElse(flag, true), headers: noHeaders },
    async ({ call, offer, headers }, station) => answered(await station.ua({ kind: 'update', call, offer, headers })),
  ),
  command(
    'dtmf',
    {
      call,
      digits: text('1–64 of 0-9 A-D * # and , for a pause', 64),
      method: orElse(oneOf('rfc4733', 'info', 'info-dtmf', 'in-band'), 'rfc4733'),
      durationMs: orElse(whole(40, 8000), 100),
    },
    async ({ call, digits, method, durationMs }, station) => {
      if (method === 'rfc4733') {
        const { media } = station.call(call)
        if (media?.port !== undefined && !media.dtmf)
          return refuse('no telephone events agreed', 'method info or in-band', method)
        return answered(await station.ua({ kind: 'send-dtmf', call, digits, durationMs, by: 'rtp' }))
      }
      if (!/^[0-9A-D*#]{1,64}$/.test(digits)) return refuse('digits', 'some of 0-9 A-D * #', digits)
      if (method === 'in-band') return inBand(station, call, digits, durationMs)
      const by = method === 'info' ? 'dtmf-relay' : 'dtmf'
      return answered(await station.ua({ kind: 'send-dtmf', call, digits, durationMs, by }))
    },
  ),
  command(
    'transfer',
    {
      call,
      to: orElse(target, ''),
      replaces: optional(name),
      insist: orElse(flag, true),
      quiet: orElse(flag, false),
      headers: noHeaders,
    },
    async ({ call, to, replaces, insist, quiet, headers }, station) =>
      answered(await station.ua({ kind: 'transfer', call, target: to, replaces, insist, quiet, headers })),
  ),
  command('end-transfer', { call }, async ({ call }, station) =>
    answered(await station.ua({ kind: 'end-transfer', call })),
  ),
  command(
    'answer-transfer',
    { transfer: name, accept: orElse(flag, true), newCall: optional(name), code: orElse(whole(300, 699), 603), reason },
    async ({ transfer, accept, newCall, code: status, reason }, station) => {
      const call = accept ? (newCall ?? station.newName('out')) : undefined
      if (call !== undefined && station.calls.has(call)) return refuse('name in use', 'a new name', call)
      const account = station.transfers.get(transfer)
      if (call !== undefined && account !== undefined) station.calls.set(call, { ...NEW, account, state: 'calling' })
      const done = await station.ua({ kind: 'answer-transfer', transfer, call, status, reason })
      station.transfers.delete(transfer)
      if (!done.ok && call !== undefined) station.forgetCall(call)
      return done.ok ? ok({ call }) : done
    },
  ),
  command('set-user-data', { call, userData: anything }, ({ call, userData }, station) => {
    station.call(call).userData = userData
    return ok({})
  }),
]

function inBand(station: Station, call: CallId, digits: string, durationMs: number): Answer {
  const port = station.call(call).media?.port
  if (port === undefined) return refuse('no media', 'a call with media', call)
  const tone = station.newName('dtmf')
  station.inBand.set(tone, { call, digits })
  station.open({ kind: 'open-tone', port: tone, tone: digitTones(digits, durationMs) }, 'tone', call)
  station.media({ kind: 'connect', from: tone, to: port })
  return ok({})
}
