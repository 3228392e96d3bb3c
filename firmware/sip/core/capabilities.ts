// What we say we can do: Allow, Supported, Accept (RFC 3261 §20.5, §20.37, §11.2).
import type { HeaderField } from '../message/message.ts'
import type { Capabilities } from '../usage/environment.ts'
import type { SipConfig } from './contract.ts'

/** Methods the engine takes itself. */
const OWN = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'PRACK', 'UPDATE'] as const

export function capabilitiesOf(config: SipConfig): Capabilities {
  const refer = config.refer ? ['REFER', 'NOTIFY'] : config.packages || config.unsolicited ? ['NOTIFY'] : []
  const subscribe = config.notifies ? ['SUBSCRIBE'] : []
  const methods = [...new Set([...OWN, ...refer, ...subscribe, ...config.applicationMethods])]
  const named = (name: string): HeaderField[] => (config.userAgent === '' ? [] : [{ name, value: config.userAgent }])
  return {
    allow: { name: 'Allow', value: methods.join(', ') },
    supported: config.supported.length === 0 ? [] : [{ name: 'Supported', value: config.supported.join(', ') }],
    userAgent: named('User-Agent'),
    server: named('Server'),
  }
}

/** The 200 to OPTIONS (§11.2): what an INVITE would meet. */
export const optionsHeaders = ({ allow, server }: Capabilities, supported: readonly HeaderField[]): HeaderField[] => [
  allow,
  { name: 'Accept', value: 'application/sdp' },
  { name: 'Accept-Encoding', value: 'identity' },
  { name: 'Accept-Language', value: 'en' },
  ...(supported.length > 0 ? supported : [{ name: 'Supported', value: '' }]),
  ...server,
]
