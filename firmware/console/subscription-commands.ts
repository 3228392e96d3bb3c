// Commands that subscribe to what somebody tells of: voice mail, presence, dialogs …
import { ok } from '../base/result.ts'
import { accountFor, answered } from './call-commands.ts'
import { command } from './command.ts'
import { headers, name, optional, orElse, text, whole } from './schema.ts'

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
]
