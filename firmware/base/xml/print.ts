// Writes XML: names as they are to stand there, prefixes and namespace declarations included, text escaped.
import { utf8Encode } from '../bytes.ts'

/** An element to be written. Attributes that are undefined are left out, children too. */
export interface XmlNode {
  readonly name: string
  readonly attributes: Readonly<Record<string, string | undefined>>
  /** Text, or elements. */
  readonly content: string | readonly (XmlNode | undefined)[]
}

export const node = (
  name: string,
  attributes: XmlNode['attributes'] = {},
  content: XmlNode['content'] = '',
): XmlNode => ({ name, attributes, content })

/** The document in UTF-8, one char per byte. Characters XML has no place for become U+FFFD. */
export const printXml = (root: XmlNode): string =>
  utf8Encode(`<?xml version="1.0" encoding="UTF-8"?>\r\n${printed(root)}\r\n`)

function printed({ name, attributes, content }: XmlNode): string {
  let tag = `<${name}`
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) tag += ` ${key}="${escaped(value)}"`
  const inside = typeof content === 'string' ? escaped(content) : content.map((each) => each && printed(each)).join('')
  return inside === '' ? `${tag}/>` : `${tag}>${inside}</${name}>`
}

/** A line break in an attribute would read as a space, a carriage return anywhere as a line break: so both go as numbers. */
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

const escaped = (text: string): string => text.replace(/[&<>"]|[^ -\ufffd]/g, (char) => ESCAPES[char] ?? '\ufffd')
