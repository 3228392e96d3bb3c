// Commands that subscribe to what somebody tells of, voice mail, presence, dialogs …, and that publish what an account tells.
import { utf8Encode } from '../base/bytes.ts'
import { ok } from '../base/result.ts'
import { accountFor, answered } from './call-commands.ts'
import { command } from './command.ts'
import { body, headers, name, optional, orElse, text, whole } from './schema.ts'

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
    },
    async ({ to, event, account: named, subscription: given, expires, headers }, station) => {
      const subscription = given ?? station.newName('subscription')
      const account = accountFor(station, named)
      const done = await station.ua({
        ...{ kind: 'subscribe', subscription, account, target: to, event, expires, headers },
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
]
