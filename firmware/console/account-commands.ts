// Commands about accounts and their registrations.
import { ok } from '../base/result.ts'
import { Secret } from '../base/secret.ts'
import { accountOf } from '../runtime/agent.ts'
import { SRTP_SUITES } from '../sdp/crypto.ts'
import type { HashName, SessionTerms, SessionTimerTerms } from '../sip/core/contract.ts'
import { USUAL_TERMS } from '../sip/usage/invite/terms.ts'
import type { AccountConfig } from '../ua/contract.ts'
import { answered } from './call-commands.ts'
import { codecSettings, codecs } from './codec-kinds.ts'
import { command, refuse } from './command.ts'
import { flag, headers, list, name, nested, oneOf, optional, orElse, secret, text, whole } from './schema.ts'

const uri = text('a sip: address')
const hash = oneOf('MD5', 'SHA-256', 'SHA-512-256')
const key = text('32 hexadecimal digits', 32)
const ms = (most: number) => optional(whole(0, most))
const retry = nested({
  firstMs: ms(3_600_000),
  longestMs: ms(3_600_000),
  refusedMs: ms(86_400_000),
  spreadMs: ms(600_000),
})

const timer = nested({
  mode: optional(oneOf('off', 'supported', 'required', 'always')),
  expires: optional(whole(90, 86_400)),
  minSe: optional(whole(90, 86_400)),
})

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> }
/** The keys that were given. */
const present = <T extends object>(values: T): Present<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>

interface Proof {
  readonly password: string | undefined
  readonly ha1: { readonly hash: HashName; readonly value: string } | undefined
  readonly aka:
    | (Readonly<Record<'op' | 'opc', string | undefined>> & { readonly k: string; readonly sqn: number | undefined })
    | undefined
}

/** What an account proves itself with, when one of the keys is given: it takes the place of the others. */
function proofOf({ password, ha1, aka }: Proof): Partial<AccountConfig> | undefined {
  if (password === undefined && ha1 === undefined && aka === undefined) return undefined
  const hidden = (value: string | undefined) => (value === undefined ? undefined : new Secret(value))
  return {
    password: hidden(password),
    ha1: ha1 && { hash: ha1.hash, value: new Secret(ha1.value) },
    aka: aka && { k: new Secret(aka.k), op: hidden(aka.op), opc: hidden(aka.opc), sqn: aka.sqn },
  }
}

/** What is given, over what was. */
const termsOf = (
  { reliable, timer } = USUAL_TERMS,
  given: SessionTerms['reliable'] | undefined,
  change: { readonly [K in keyof SessionTimerTerms]: SessionTimerTerms[K] | undefined } | undefined,
): SessionTerms => ({ reliable: given ?? reliable, timer: { ...timer, ...present(change ?? {}) } })

export const accountCommands = [
  command(
    'account',
    {
      account: name,
      aor: optional(uri),
      password: optional(secret(text('a password', 256))),
      ha1: optional(secret(nested({ hash: orElse(hash, 'MD5'), value: text('hexadecimal digits', 64) }))),
      aka: optional(
        secret(nested({ k: key, op: optional(key), opc: optional(key), sqn: optional(whole(0, 2 ** 48 - 1)) })),
      ),
      hashes: optional(list(hash, 3)),
      username: optional(text()),
      displayName: optional(text()),
      registrar: optional(text('a sip: address, or "" for none')),
      proxies: optional(list(uri, 8)),
      realm: optional(text()),
      transport: optional(oneOf('udp', 'tcp', 'tls')),
      expires: optional(whole(1, 86_400)),
      keepAlive: optional(oneOf('options', 'crlf', 'off')),
      keepAliveS: optional(whole(1, 3600)),
      instance: optional(text('a urn:uuid:')),
      outbound: optional(list(uri, 4)),
      gruu: optional(flag),
      serviceRoute: optional(flag),
      retry: optional(retry),
      codecs: optional(codecs),
      codecSettings: optional(codecSettings),
      ptimeMs: optional(whole(10, 60)),
      silenceDetection: optional(flag),
      dtmfRedundancy: optional(flag),
      asymmetricRtp: optional(flag),
      rtcpXr: optional(flag),
      rtcpMux: optional(oneOf('offer', 'accept', 'off')),
      anonymous: optional(flag),
      challenges: optional(oneOf('end', 'ask')),
      watchers: optional(oneOf('ask', 'accept', 'refuse')),
      preferredIdentity: optional(text('a sip: or tel: address, with a name or without')),
      redirects: optional(oneOf('follow', 'ask', 'refuse')),
      autoAnswer: optional(oneOf('never', 'trusted', 'anyone')),
      srtp: optional(oneOf('off', 'optional', 'mandatory')),
      srtpSuites: optional(list(oneOf(...SRTP_SUITES), SRTP_SUITES.length)),
      srtpOverClear: optional(oneOf('warn', 'refuse')),
      silenceEndsS: optional(whole(0, 3600)),
      reliable: optional(oneOf('off', 'supported', 'required')),
      timer: optional(timer),
      remove: orElse(flag, false),
    },
    async ({ account, remove, aor, registrar, ...given }, station) => {
      const { password, ha1, aka, instance, outbound, gruu, serviceRoute, retry: again, ...others } = given
      const { reliable, timer, ...rest } = others
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
      const proof = proofOf({ password, ha1, aka })
      const base =
        known !== undefined && (aor === undefined || aor === known.aor)
          ? known
          : accountOf(aor ?? '', proof && new Secret(password ?? ''), {
              codecs: station.settings.codecs,
              transport: undefined,
            })
      const config = {
        ...base,
        ...present(rest),
        ...proof,
        registration: { ...base.registration, ...present({ instance, outbound, gruu, serviceRoute, retry: again }) },
        terms: termsOf(base.terms, reliable, timer),
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
  command(
    'authorize',
    {
      challenge: name,
      username: optional(text()),
      password: optional(secret(text('a password', 256))),
      headers: optional(headers),
    },
    async ({ challenge, username, password, headers }, station) => {
      if (password !== undefined && headers !== undefined)
        return refuse('how', 'either password or headers', 'both of them')
      const account = station.accounts.get(station.challenges.get(challenge) ?? '')
      const named = { realm: '*', username: username ?? account?.username ?? '' }
      const proof = password === undefined ? undefined : { ...named, password: new Secret(password) }
      const answer = proof ? { credentials: [proof] } : headers && { headers }
      const done = await station.ua({ kind: 'authorize', challenge, answer })
      if (done.ok) station.challenges.delete(challenge)
      return answered(done)
    },
  ),
  ...(['register', 'unregister'] as const).map((verb) =>
    command(verb, { account: name }, async ({ account }, station) => {
      return answered(await station.ua({ kind: 'set-registration', account, on: verb === 'register' }))
    }),
  ),
]
