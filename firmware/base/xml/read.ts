// Reads XML of strangers: no entities but the five; everything bounded (`XML_LIMITS`), and never throws. Comments, processing
// instructions, and a document type that only names one, are passed over; one that declares anything is refused. Broken UTF-8
// reads as U+FFFD rather than losing the rest.
import { utf8Decode } from '../bytes.ts'
import { err, ok, type Result } from '../result.ts'
import type { XmlAttribute, XmlElement, XmlError } from './document.ts'
import { XML_LIMITS } from './limits.ts'

/** `bytes`: one char per byte, in UTF-8 or one of its parts, or ISO-8859-1 when the declaration says so. */
export function parseXml(bytes: string): Result<XmlElement, XmlError> {
  if (bytes.length > XML_LIMITS.document) return err({ line: 1, what: `more than ${XML_LIMITS.document} bytes` })
  if (/^(?:\xfe\xff|\xff\xfe|\0<|<\0)/.test(bytes)) return err({ line: 1, what: 'not UTF-8' })
  const encoding =
    /^(?:\xef\xbb\xbf)?<\?xml\s[^>]*?encoding\s*=\s*["']([^"']*)/.exec(bytes)?.[1]?.toLowerCase() ?? 'utf-8'
  if (!/^(?:utf-?8|us-ascii|iso-8859-1)$/.test(encoding)) return err({ line: 1, what: `encoding ${encoding}` })
  const text = encoding === 'iso-8859-1' ? bytes : utf8Decode(bytes).replace(/^\ufeff/, '')
  const reader = new XmlReader(text.replace(/\r\n?/g, '\n'))
  const root = reader.document()
  return root === undefined ? err(reader.problem()) : ok(root)
}

/** What stands for namespace prefixes at one place. */
interface Scope {
  readonly prefix: string
  readonly uri: string
  readonly outer: Scope | undefined
  readonly count: number
}

const XML: Scope = { prefix: 'xml', uri: 'http://www.w3.org/XML/1998/namespace', outer: undefined, count: 0 }

interface RawAttribute {
  readonly prefix: string
  readonly name: string
  readonly value: string
}

/** Names are as wide as people write them: what cannot be confused with the rest of the grammar. */
const NAME =
  /(?![-.0-9])[^ \t\n<>&"'/=?!:;,()[\]{}|\\^`~@#$%*+]+(?::(?![-.0-9])[^ \t\n<>&"'/=?!:;,()[\]{}|\\^`~@#$%*+]+)?/y
/** Nothing of it is used: old presence documents carry one. */
const DOCTYPE = /<!DOCTYPE(?:[^[<>"']|"[^"]*"|'[^']*')*>/y
const SPACE = /[ \t\n]*/y
/** The characters XML 1.0 §2.2 has no place for. A lone surrogate cannot come out of UTF-8. */
const FORBIDDEN = /[^\t\n\r -\ufffd]/
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

class XmlReader {
  readonly #text: string
  #at = 0
  #elements = 0
  #what = ''

  constructor(text: string) {
    this.#text = text
  }

  problem(): XmlError {
    return { line: this.#line(), what: this.#what }
  }

  document(): XmlElement | undefined {
    const forbidden = FORBIDDEN.exec(this.#text)
    if (forbidden) return this.#fail('a character that XML does not allow', forbidden.index)
    if (!this.#misc()) return undefined
    if (this.#peek('<!') && !this.#doctype()) return this.#fail('a document type that declares something is not taken')
    if (!this.#misc()) return undefined
    if (!this.#peek('<')) return this.#fail('no element')
    const root = this.#element(XML, 1)
    if (root === undefined || !this.#misc()) return undefined
    return this.#at === this.#text.length ? root : this.#fail('something follows the document')
  }

  #element(outer: Scope, depth: number): XmlElement | undefined {
    const line = this.#line()
    if (depth > XML_LIMITS.depth) return this.#fail(`elements deeper than ${XML_LIMITS.depth}`)
    if (++this.#elements > XML_LIMITS.elements) return this.#fail(`more than ${XML_LIMITS.elements} elements`)
    this.#at++
    const tag = this.#name('an element')
    if (tag === undefined) return undefined
    const raw = this.#attributes()
    const scope = raw && this.#declare(raw, outer)
    if (raw === undefined || scope === undefined) return undefined
    const { prefix, local } = split(tag)
    const namespace = this.#resolve(prefix, scope)
    const attributes = this.#resolveAll(raw, scope)
    if (namespace === undefined || attributes === undefined) return undefined
    if (this.#take('/>')) return { name: local, namespace, attributes, children: [], text: '', line }
    if (!this.#take('>')) return this.#fail(`<${tag}> is not closed by >`)
    const children: XmlElement[] = []
    const text = this.#content(children, scope, depth)
    if (text === undefined) return undefined
    this.#at += 2
    if (this.#name('an end') !== tag) return this.#fail(`expected </${tag}>`)
    this.#space()
    return this.#take('>')
      ? { name: local, namespace, attributes, children, text, line }
      : this.#fail(`</${tag} without >`)
  }

  /** Up to the `</` of the element it is in. */
  #content(children: XmlElement[], scope: Scope, depth: number): string | undefined {
    let text = ''
    for (;;) {
      const open = this.#text.indexOf('<', this.#at)
      if (open < 0) return this.#fail('the document ends within an element', this.#text.length)
      const plain = this.#decode(this.#text.substring(this.#at, open))
      if (plain === undefined) return undefined
      text += plain
      this.#at = open
      if (this.#peek('</')) return text
      if (this.#peek('<![CDATA[')) {
        const from = this.#at + 9
        if (!this.#skipPast(']]>', 'CDATA')) return undefined
        text += this.#text.substring(from, this.#at - 3)
      } else if (this.#peek('<!--') || this.#peek('<?')) {
        if (!this.#skipNote()) return undefined
      } else if (this.#peek('<!')) return this.#fail('a declaration is not taken')
      else {
        const child = this.#element(scope, depth + 1)
        if (child === undefined) return undefined
        children.push(child)
      }
    }
  }

  #attributes(): RawAttribute[] | undefined {
    const all: RawAttribute[] = []
    for (;;) {
      const spaced = this.#space()
      if (this.#peek('>') || this.#peek('/>')) return all
      if (!spaced) return this.#fail('no white space before an attribute')
      const name = this.#name('an attribute')
      if (name === undefined) return undefined
      this.#space()
      if (!this.#take('=')) return this.#fail(`attribute ${name} without a value`)
      this.#space()
      const quote = this.#text[this.#at]
      if (quote !== '"' && quote !== "'") return this.#fail(`the value of ${name} is not quoted`)
      const end = this.#text.indexOf(quote, this.#at + 1)
      if (end < 0) return this.#fail(`the value of ${name} has no end`)
      const written = this.#text.substring(this.#at + 1, end)
      if (written.includes('<')) return this.#fail(`< in the value of ${name}`)
      const value = this.#decode(written.replace(/[\t\n]/g, ' '))
      if (value === undefined) return undefined
      this.#at = end + 1
      const { prefix, local } = split(name)
      if (all.push({ prefix, name: local, value }) > XML_LIMITS.attributes)
        return this.#fail(`more than ${XML_LIMITS.attributes} attributes`)
    }
  }

  #declare(raw: readonly RawAttribute[], outer: Scope): Scope | undefined {
    let scope = outer
    for (const { prefix, name, value } of raw) {
      const declared = prefix === 'xmlns' ? name : prefix === '' && name === 'xmlns' ? '' : undefined
      if (declared === undefined) continue
      if (declared !== '' && value === '') return this.#fail(`prefix ${declared} without a namespace`)
      if (declared === 'xml' || declared === 'xmlns') return this.#fail(`prefix ${declared} is taken`)
      scope = { prefix: declared, uri: value, outer: scope, count: scope.count + 1 }
      if (scope.count > XML_LIMITS.namespaces) return this.#fail(`more than ${XML_LIMITS.namespaces} namespaces`)
    }
    return scope
  }

  #resolve(prefix: string, scope: Scope): string | undefined {
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) if (at.prefix === prefix) return at.uri
    return prefix === '' ? '' : this.#fail(`prefix ${prefix} is not declared`)
  }

  #resolveAll(raw: readonly RawAttribute[], scope: Scope): XmlAttribute[] | undefined {
    const all: XmlAttribute[] = []
    const written = new Set<string>()
    for (const { prefix, name, value } of raw) {
      const declares = prefix === 'xmlns' || (prefix === '' && name === 'xmlns')
      const namespace = declares || prefix === '' ? '' : this.#resolve(prefix, scope)
      if (namespace === undefined) return undefined
      const key = declares ? `xmlns ${prefix} ${name}` : `${namespace} ${name}`
      if (written.has(key)) return this.#fail(`attribute ${name} twice`)
      written.add(key)
      if (!declares) all.push({ name, namespace, value })
    }
    return all
  }

  /** Text with its references resolved. */
  #decode(text: string): string | undefined {
    if (!text.includes('&')) return text
    let plain = ''
    let from = 0
    for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', from)) {
      const end = text.indexOf(';', at)
      const name = text.substring(at + 1, end)
      const value = end < 0 || name.length > 10 ? undefined : referenced(name)
      if (value === undefined) return this.#fail('& begins no reference that is known here')
      plain += text.substring(from, at) + value
      from = end + 1
    }
    return plain + text.substring(from)
  }

  /** What may stand before and after the root: white space, comments, the declaration and other instructions. */
  #misc(): boolean {
    for (;;) {
      this.#space()
      if (!this.#peek('<!--') && !this.#peek('<?')) return true
      if (!this.#skipNote()) return false
    }
  }

  #doctype(): boolean {
    DOCTYPE.lastIndex = this.#at
    const written = DOCTYPE.exec(this.#text)?.[0] ?? ''
    this.#at += written.length
    return written !== ''
  }

  #skipNote(): boolean {
    return this.#peek('<?') ? this.#skipPast('?>', 'an instruction') : this.#skipPast('-->', 'a comment', 4)
  }

  #skipPast(end: string, what: string, opening = 2): boolean {
    const at = this.#text.indexOf(end, this.#at + opening)
    if (at < 0) this.#fail(`${what} without its end`)
    else this.#at = at + end.length
    return at >= 0
  }

  #name(of: string): string | undefined {
    NAME.lastIndex = this.#at
    const name = NAME.exec(this.#text)?.[0]
    if (name === undefined || name.length > XML_LIMITS.name) return this.#fail(`${of} has no name, or too long a one`)
    this.#at += name.length
    return name
  }

  #space(): boolean {
    SPACE.lastIndex = this.#at
    const { length } = SPACE.exec(this.#text)![0]
    this.#at += length
    return length > 0
  }

  #peek(text: string): boolean {
    return this.#text.startsWith(text, this.#at)
  }

  #take(text: string): boolean {
    if (!this.#peek(text)) return false
    this.#at += text.length
    return true
  }

  #fail(what: string, at = this.#at): undefined {
    this.#what = what
    this.#at = at
    return undefined
  }

  #counted = 0
  #newlines = 0

  /** Counts on from where it was asked the last time: asked at every element, it still reads the text once. */
  #line(): number {
    if (this.#at < this.#counted) this.#counted = this.#newlines = 0
    for (
      let at = this.#text.indexOf('\n', this.#counted);
      at >= 0 && at < this.#at;
      at = this.#text.indexOf('\n', at + 1)
    )
      this.#newlines++
    this.#counted = this.#at
    return this.#newlines + 1
  }
}

function split(name: string): { readonly prefix: string; readonly local: string } {
  const colon = name.indexOf(':')
  return { prefix: name.substring(0, Math.max(colon, 0)), local: name.substring(colon + 1) }
}

/** Of `lt`, `#60`, `#x3c`; undefined: none that is known, or no character of XML. */
function referenced(name: string): string | undefined {
  const digits = /^#(?:x([0-9a-fA-F]+)|([0-9]+))$/.exec(name)
  if (digits === null) return Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined
  const point = digits[1] === undefined ? Number(digits[2]) : Number.parseInt(digits[1], 16)
  if (point > 0x10_ffff || (point >= 0xd800 && point <= 0xdfff)) return undefined
  const char = String.fromCodePoint(point)
  return FORBIDDEN.test(char) ? undefined : char
}
