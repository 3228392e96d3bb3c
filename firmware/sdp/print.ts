// Writing session descriptions in the order RFC 4566 §5 asks for.
import type { Attribute, Connection, Line, SessionDescription } from './description.ts'

/** Text of a description. Throws on CR, LF and NUL in a value: misuse. */
export function printSdp(d: SessionDescription): string {
  const { username, sessionId, sessionVersion, addressType, address } = d.origin
  let text = line('v', '0')
  text += line('o', `${username} ${sessionId} ${sessionVersion} IN ${addressType} ${address}`)
  // §5.3: the name is not empty; a single space stands for none.
  text += line('s', d.name === '' ? ' ' : d.name)
  text += lines(d.lines, 'iuep') + connection(d.connection) + lines(d.lines, 'b')
  for (const time of d.times.length > 0 ? d.times : ['0 0']) text += line('t', time)
  text += lines(d.lines, 'rzk') + unknown(d.lines) + attributes(d.attributes)
  for (const m of d.media) {
    const port = m.portCount === 1 ? `${m.port}` : `${m.port}/${m.portCount}`
    text += line('m', `${m.media} ${port} ${m.protocol} ${m.formats.join(' ')}`)
    text += lines(m.lines, 'i') + connection(m.connection) + lines(m.lines, 'bk') + unknown(m.lines, 'ibk')
    text += attributes(m.attributes)
  }
  return text
}

function line(type: string, value: string): string {
  if (/[\r\n\0]/.test(value)) throw new Error(`line end or NUL in ${type}=: ${JSON.stringify(value)}`)
  return `${type}=${value}\r\n`
}

/** The lines of these types, in the order of the types. */
function lines(all: readonly Line[], types: string): string {
  let text = ''
  for (const type of all.length > 0 ? types : '') {
    for (const l of all) if (l.type === type) text += line(type, l.value)
  }
  return text
}

function unknown(all: readonly Line[], known = 'iuepbrzk'): string {
  let text = ''
  for (const l of all) if (!known.includes(l.type)) text += line(l.type, l.value)
  return text
}

const connection = (c: Connection | undefined): string =>
  c === undefined ? '' : line('c', `IN ${c.addressType} ${c.address}${c.suffix}`)

function attributes(list: readonly Attribute[]): string {
  let text = ''
  for (const { name, value } of list) text += line('a', value === undefined ? name : `${name}:${value}`)
  return text
}
