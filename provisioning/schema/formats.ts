// Plain checkers for the formats a schema declares: enough for a tool that stands alone. The phone may give its own.
import { isIpv4, isIpv6, parsePrefix } from '../../firmware/base/ip.ts'
import type { Formats } from './json-schema.ts'

const HOST = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.?$/i
const BRACKETED = /^\[[0-9a-f:.]{2,45}\]$/i

const host = (text: string): string | undefined => {
  if (text.length > 253) return 'a host name has at most 253 characters'
  return HOST.test(text) || BRACKETED.test(text) ? undefined : `the host "${text.slice(0, 60)}" is not one`
}

function sipUri(text: string): string | undefined {
  const scheme = /^sips?:/i.exec(text)
  if (!scheme) return /^[^:]+@[^@]+$/.test(text) ? `write it as sip:${text}` : 'it begins with sip:'
  if (/[^\x21-\x7e]/.test(text)) return 'no spaces and no characters outside ASCII; write them as %HH'
  const rest = text.slice(scheme[0].length)
  const at = rest.lastIndexOf('@')
  const user = at < 0 ? undefined : rest.slice(0, at)
  if (user !== undefined && !/^[a-z0-9\-_.!~*'()&=+$,;?/%]+$/i.test(user))
    return user.includes(':') ? 'a password has no place in a URI' : 'the part before @ has characters it must not have'
  const target = /^(\[[^\]]*\]|[^:;?]*)(?::(\d{1,5}))?(?:[;?].*)?$/.exec(rest.slice(at + 1))
  if (!target || Number(target[2] ?? 1) > 65_535 || Number(target[2] ?? 1) < 1)
    return 'the part after the host is not a port'
  return host(target[1]!)
}

/** As people write numbers: `numberOf` leaves out what is there for the eye. */
function dialTarget(text: string): string | undefined {
  if (/^sips?:|@/i.test(text)) return sipUri(text)
  return /^\+?[\d*#][\d*# ()./-]*$/.test(text) ? undefined : 'digits, * and #, with + before them where it is needed'
}

/** The characters of one only; whoever knows the grammar gives a checker of his own. */
const digitMap = (text: string): string | undefined =>
  /^[0-9a-dtx*#.,|()[\]<>=+ -]*$/i.test(text) ? undefined : 'it has a character that no digit map has'

const ipPrefix = (text: string): string | undefined => {
  const prefix = parsePrefix(text)
  return prefix.ok ? undefined : `write ${prefix.error}`
}

function nameServer(text: string): string | undefined {
  const [, bracketed, plain = '', port] = /^(?:\[([^\]]*)\]|([^:]*)(?=:\d*$|$))(?::(\d*))?$/.exec(text) ?? []
  if (port !== undefined && !(Number(port) >= 1 && Number(port) <= 65_535))
    return 'the part after the address is not a port'
  const address = bracketed === undefined ? isIpv4(plain) || isIpv6(text) : isIpv6(bracketed)
  return address ? undefined : 'a name server is given by its address, not by a name'
}

function brokerUrl(text: string): string | undefined {
  const found = /^mqtts?:\/\/(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(text)
  if (!found) return 'it begins with mqtt:// or mqtts://'
  if (text.includes('@')) return 'name and password stand apart'
  if (/[\s/]/.test(text.slice(text.indexOf('//') + 2))) return 'nothing but a host and a port has a place in it'
  const [, name = '', port = '1883'] = found
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
    return 'the part after the host is not a port'
  return host(name)
}

export const plainFormats: Formats = {
  host,
  'sip-uri': sipUri,
  'dial-target': dialTarget,
  'digit-map': digitMap,
  'ip-prefix': ipPrefix,
  'name-server': nameServer,
  'broker-url': brokerUrl,
}

/** The user part of a SIP URI; its host when it has none. */
export const userOf = (uri: string): string =>
  /^sips?:(?:([^@:;?]+)[^@]*@)?([^:;?]*)/i.exec(uri)?.slice(1).find(Boolean) ?? uri

/** A `dial-target` as it is dialled. */
export const numberOf = (text: string): string => (/^sips?:/i.test(text) ? text : text.replaceAll(/[ ()./-]/g, ''))
