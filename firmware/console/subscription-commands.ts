// Commands that subscribe to what somebody tells of, voice mail, presence, dialogs …, that publish what an account tells, and that
// answer and tell those who subscribe to it.
import { utf8Encode } from '../base/bytes.ts'
import { ok } from '../base/result.ts'
import { ACTIVITIES } from '../sip/packages/pidf.ts'
import { accountFor, answered } from './call-commands.ts'
import { command } from './command.ts'
import { body, flag, headers, list, name, oneOf, optional, orElse, text, whole } from './schema.ts'

/** What a subscriber is told; without a body it is told its state alone. */
const told = { contentType: orElse(text('a media type', 256), 'text/plain'), body: optional(body) }
const contentOf = (contentType: string, body: string | undefined) =>
  body === undefined ? undefined : { contentType: utf8Encode(contentType), content: utf8Encode(body) }

export const subscriptionCommands = [
  command(
    'subscribe',
    {
      to: text('a number or address, up to 512 characters', 512),
      event: text('an event package', 128),
      account: optional(name),
      subscription: optional(name),
      expires: orElse(whole(1, 604_800), 3600),
      headers: orElse(headers, []),
      list: orElse(flag, false),
    },
    async ({ to, event, account: named, subscription: given, expires, headers, list }, station) => {
      const subscription = given ?? station.newName('subscription')
      const account = accountFor(station, named)
      const done = await station.ua({
        ...{ kind: 'subscribe', subscription, account, target: to, event, expires, headers, list },
      })
      return done.ok ? ok({ subscription }) : done
    },
  ),
  command('unsubscribe', { subscription: name }, async ({ subscription }, station) =>
    answered(await station.ua({ kind: 'unsubscribe', subscription })),
  ),
  command(
    'publish',
    {
      event: text('an event package', 128),
      contentType: text('a media type', 256),
      body,
      account: optional(name),
      publication: optional(name),
      expires: orElse(whole(1, 604_800), 3600),
      headers: orElse(headers, []),
    },
    async ({ event, contentType, body, account: named, publication: given, expires, headers }, station) => {
      const publication = given ?? station.newName('publication')
      const account = accountFor(station, named)
      const content = { contentType: utf8Encode(contentType), content: utf8Encode(body) }
      const done = await station.ua({
        ...{ kind: 'publish', publication, account, event, expires, headers, body: content },
      })
      return done.ok ? ok({ publication }) : done
    },
  ),
  command('unpublish', { publication: name }, async ({ publication }, station) =>
    answered(await station.ua({ kind: 'unpublish', publication })),
  ),
  command(
    'set-presence',
    {
      basic: optional(oneOf('open', 'closed')),
      activities: orElse(list(oneOf(...ACTIVITIES), 16), []),
      note: optional(text('a text of up to 256 characters', 256)),
      publish: orElse(flag, false),
      account: optional(name),
      expires: orElse(whole(1, 604_800), 3600),
    },
    async ({ basic, activities, note, publish, account: named, expires }, station) => {
      const presence = basic && { basic, activities, note }
      const account = accountFor(station, named)
      return answered(await station.ua({ kind: 'set-presence', account, presence, publish, expires }))
    },
  ),
  command(
    'add-package',
    { event: text('an event package', 64), types: list(text('a media type', 256), 16) },
    async ({ event, types }, station) => answered(await station.ua({ kind: 'add-package', event, types })),
  ),
  command(
    'answer-subscriber',
    {
      subscriber: name,
      code: orElse(whole(200, 699), 200),
      reason: optional(text('a reason phrase', 256)),
      headers: orElse(headers, []),
      state: orElse(oneOf('pending', 'active'), 'active'),
      ...told,
      serve: orElse(flag, false),
    },
    async ({ subscriber, code: status, reason, headers, state, contentType, body, serve }, station) =>
      answered(
        await station.ua({
          ...{ kind: 'answer-subscriber', subscriber, status, reason, headers, state, serve },
          body: contentOf(contentType, body),
        }),
      ),
  ),
  command(
    'notify',
    {
      subscriber: name,
      state: orElse(oneOf('pending', 'active', 'terminated'), 'active'),
      reason: optional(text('a reason, such as noresource', 32)),
      retryAfter: optional(whole(0, 86_400)),
      headers: orElse(headers, []),
      ...told,
    },
    async ({ subscriber, state, reason, retryAfter, headers, contentType, body }, station) =>
      answered(
        await station.ua({
          ...{ kind: 'notify', subscriber, state, reason, retryAfter, headers },
          body: contentOf(contentType, body),
        }),
      ),
  ),
]
