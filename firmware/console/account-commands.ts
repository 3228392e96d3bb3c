// Commands about accounts and their registrations.
import { ok } from '../base/result.ts'
import { Secret } from '../base/secret.ts'
import { accountOf } from '../runtime/agent.ts'
import { command, refuse } from './command.ts'
import { flag, list, name, oneOf, optional, orElse, text, whole } from './schema.ts'
import { codecs } from './setup-commands.ts'

const uri = text('a sip: address')

export const accountCommands = [
  command(
    'account',
    {
      account: name,
      aor: optional(uri),
      password: optional(text('a password', 256)),
      username: optional(text()),
      displayName: optional(text()),
      registrar: optional(text('a sip: address, or "" for none')),
      proxies: optional(list(uri, 8)),
      realm: optional(text()),
      transport: optional(oneOf('udp', 'tcp', 'tls')),
      expires: optional(whole(1, 86_400)),
      keepAlive: optional(oneOf('options', 'crlf', 'off')),
      keepAliveS: optional(whole(1, 3600)),
      codecs: optional(codecs),
      ptimeMs: optional(whole(10, 60)),
      remove: orElse(flag, false),
    },
    async ({ account, remove, aor, password, registrar, ...rest }, station) => {
      const known = station.accounts.get(account)
      if (remove) {
        const done = await station.ua({ kind: 'remove-account', account })
        if (done.ok) station.accounts.delete(account)
        if (done.ok) station.registrations.delete(account)
        return done.ok ? ok({}) : done
      }
      if (known === undefined && aor === undefined) return refuse('aor', 'a sip: address for a new account', undefined)
      if (rest.ptimeMs !== undefined && rest.ptimeMs % 10 !== 0)
        return refuse('ptimeMs', 'a multiple of 10', rest.ptimeMs)
      const secret = password === undefined ? undefined : new Secret(password)
      const base =
        known !== undefined && (aor === undefined || aor === known.aor)
          ? known
          : accountOf(aor ?? '', secret, { codecs: station.settings.codecs, transport: undefined })
      const changed = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
      const config = {
        ...base,
        ...changed,
        password: secret ?? base.password,
        registrar: registrar === undefined ? base.registrar : registrar === '' ? undefined : registrar,
      }
      station.accounts.set(account, config)
      const done = await station.ua({ kind: 'set-account', account, config })
      if (!done.ok && known === undefined) station.accounts.delete(account)
      else if (!done.ok && known !== undefined) station.accounts.set(account, known)
      return done.ok ? ok({ registers: config.registrar !== undefined }) : done
    },
  ),
  command('accounts', {}, (_given, station) =>
    ok({
      accounts: [...station.accounts].map(([account, { aor, registrar }]) => {
        const state = station.registrations.get(account)
        return {
          ...{ account, aor, registrar, registration: state?.registration ?? 'unregistered' },
          ...{ status: state?.status, reason: state?.reason, expires: state?.expires, server: state?.server },
        }
      }),
    }),
  ),
  ...(['register', 'unregister'] as const).map((verb) =>
    command(verb, { account: name }, async ({ account }, station) => {
      const done = await station.ua({ kind: 'set-registration', account, on: verb === 'register' })
      return done.ok ? ok({}) : done
    }),
  ),
]
