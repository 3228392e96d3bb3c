// By which way the requests of an account go, what its REGISTERs have of their own, and how its Contact is written.
import { utf8Decode, utf8Encode } from '../../base/bytes.ts'
import { unescapeUri } from '../../sip/message/escape.ts'
import { type CredentialsOptions, type Proof, type RegistrationOptions, Route, SipUri } from '../core/index.ts'
import type { EndpointDefaults } from './account-config.ts'
import type { AccountSettings } from './account-schema.ts'
import { OperationError, operated } from './errors.ts'

/** Bits of `regConfig.proxyUse`. */
const ENDPOINTS = 1
const ACCOUNTS = 2

export interface AccountWay {
  readonly routes: readonly Route[]
  readonly registering: NonNullable<RegistrationOptions['options']>
}

/** Throws an OperationError where a proxy is none. */
export function wayOf(
  operation: string,
  { regConfig, sipConfig, natConfig }: AccountSettings,
  { proxies: before }: Pick<EndpointDefaults, 'proxies'>,
): AccountWay {
  const { sipOutboundUse, sipOutboundInstanceId: instance, sipOutboundRegId: regId } = natConfig
  const through = [
    ...((regConfig.proxyUse & ENDPOINTS) !== 0 ? before : []),
    ...((regConfig.proxyUse & ACCOUNTS) !== 0 ? sipConfig.proxies : []),
  ]
  const all = [...before, ...sipConfig.proxies]
  // A flow goes by its own proxy, and by those that no flow goes by.
  const others = sipOutboundUse ? all.filter((proxy) => !through.includes(proxy)) : all
  return {
    routes: others.map((proxy) => operated(operation, () => Route.parse(proxy))),
    registering: {
      ...(regConfig.proxyUse !== (ENDPOINTS | ACCOUNTS) && { routes: sipOutboundUse ? [] : through }),
      ...(sipOutboundUse && { outbound: through, instance }),
      ...(sipOutboundUse && regId !== '' && { regId: Number(regId) }),
      contactParams: paramsOf(regConfig.contactParams),
      contactUriParams: paramsOf(regConfig.contactUriParams, unescaped),
    },
  }
}

const PARAM = /;([^;=]+)(?:="([^"]*)"|=([^;]*))?/g

/** `;name=value;flag` by name, as the schema lets it through; `read` says what a value means. */
export const paramsOf = (text: string, read = (value: string) => value): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(
    [...text.matchAll(PARAM)].map(([, name = '', quoted, plain = quoted]) => [
      name,
      plain === undefined ? undefined : read(plain),
    ]),
  )

/** As it is meant in a URI. */
export const unescaped = (value: string): string => utf8Decode(unescapeUri(utf8Encode(value)))

/** What the settings say of the Contact. Throws an OperationError where it is none. */
export function contactOf(operation: string, { sipConfig }: AccountSettings): Omit<CredentialsOptions, keyof Proof> {
  const { contactForced, contactParams, contactUriParams } = sipConfig
  const params = { contactParams: paramsOf(contactParams), contactUriParams: paramsOf(contactUriParams, unescaped) }
  if (contactForced === '') return params
  const forced = addressOf(operation, '/sipConfig/contactForced', contactForced)
  const { user: token, host, port } = forced
  // By which transport it comes is said by the one it goes by.
  const { transport: _transport, ...parameters } = forced.parameters
  return {
    ...params,
    ...{ contactUriParams: { ...parameters, ...params.contactUriParams }, contactPlace: { host, port } },
    ...(token && { token }),
  }
}

/** Throws an OperationError that names the setting. */
export function addressOf(operation: string, name: string, text: string): SipUri {
  try {
    return SipUri.parse(text)
  } catch {
    const got = JSON.stringify(text.slice(0, 80))
    throw new OperationError(operation, 'argument', `${name}: expected a SIP URI, got ${got}`)
  }
}
