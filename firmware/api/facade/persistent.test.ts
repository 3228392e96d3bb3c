// Settings and an application's own objects, saved and loaded: as text, as file, in a format the library does not know.
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { utf8Decode, utf8Encode } from '../../base/bytes.ts'
import { attribute, type XmlElement } from '../../base/xml/document.ts'
import { node, printXml, type XmlNode } from '../../base/xml/print.ts'
import { parseXml } from '../../base/xml/read.ts'
import {
  AccountConfig,
  BuddyConfig,
  type ContainerNode,
  type Data,
  EpConfig,
  JsonDocument,
  PersistentDocument,
  type PersistentObject,
} from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'offhook-persistent-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

class Entry implements PersistentObject {
  name = ''
  writeObject(node: ContainerNode) {
    node.writeString('name', this.name)
  }
  readObject(node: ContainerNode) {
    this.name = node.readString('name')
  }
}

class Book implements PersistentObject {
  open = false
  pages = 0
  title = ''
  words: readonly string[] = []
  first = new Entry()
  entries: readonly Entry[] = []
  writeObject(node: ContainerNode) {
    node.writeBool('open', this.open)
    node.writeNumber('pages', this.pages)
    node.writeString('title', this.title)
    node.writeStringVector('words', this.words)
    node.writeObject('first', this.first)
    node.writeObjects('entries', this.entries)
  }
  readObject(node: ContainerNode) {
    this.open = node.readBool('open')
    this.pages = node.readNumber('pages')
    this.title = node.readString('title')
    this.words = node.readStringVector('words')
    node.readObject('first', this.first)
    this.entries = node.readObjects('entries', (each) => {
      const entry = new Entry()
      entry.readObject(each)
      return entry
    })
  }
}

const entry = (name: string) => Object.assign(new Entry(), { name })
const book = () =>
  Object.assign(new Book(), {
    ...{ open: true, pages: 1.5, title: 'Grüße\n"', words: ['a', ''], first: entry('x') },
    entries: [entry('y'), entry('__proto__')],
  })

test('an object with a member of each kind', () => {
  const out = new JsonDocument()
  out.writeObject(book())
  const back = new JsonDocument()
  back.loadString(out.saveString())
  const read = new Book()
  back.readObject(read)
  expect(read).toEqual(book())
})

test.each([
  ['open', 1, '/Book/open: expected true or false, got 1'],
  ['pages', '1', '/Book/pages: expected a number, got "1"'],
  ['title', undefined, '/Book/title: expected a text, got nothing'],
  ['words', ['a', 1], '/Book/words: expected a list of texts, got a list'],
  ['first', { name: 3 }, '/Book/first/name: expected a text, got 3'],
  ['entries', [{ name: 'a' }, {}], '/Book/entries/1/name: expected a text, got nothing'],
])('a member %s of the wrong kind is named', (name, value, message) => {
  const out = new JsonDocument()
  out.writeObject(book())
  const data = JSON.parse(out.saveString())
  data.Book[name] = value
  const back = new JsonDocument()
  back.loadString(JSON.stringify(data))
  expect(() => back.readObject(new Book())).toThrow(message)
})

const configs = [
  [new EpConfig({ uaConfig: { maxCalls: 61, userAgent: 'Just JSON Test' } }), new EpConfig()],
  [
    new AccountConfig({
      idUri: '"Alice" <sip:alice@example.com>',
      regConfig: { registrarUri: 'sip:example.com' },
      sipConfig: { authCreds: [{ username: 'alice', data: 'geheim' }] },
      callConfig: { headers: { 'X-A': 'b' } },
    }),
    new AccountConfig(),
  ],
  [new BuddyConfig({ uri: 'sip:bob@example.com', subscribe: true }), new BuddyConfig({ uri: 'sip:x@y' })],
] as const

test.each(configs)('settings by text and by file: %#', (config, empty) => {
  const out = new JsonDocument()
  out.writeObject(config)
  const file = join(folder, 'settings.json')
  out.saveFile(file)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  for (const load of [
    (doc: JsonDocument) => doc.loadString(out.saveString()),
    (doc: JsonDocument) => doc.loadFile(file),
  ]) {
    const doc = new JsonDocument()
    load(doc)
    doc.readObject(empty)
    expect(empty.settings).toEqual(config.settings)
  }
})

test('a setting changed by hand is checked when it is used', () => {
  const config = new EpConfig()
  config.uaConfig.maxCalls = 61
  expect(config.settings.uaConfig.maxCalls).toBe(61)
  config.uaConfig.maxCalls = 0
  expect(() => config.settings).toThrow('/uaConfig/maxCalls: expected a whole number, 1 to 1000, got 0')
})

test.each([
  ['{"EpConfig":{"uaConfig":{"maxCall":1}}}', '/EpConfig/uaConfig/maxCall: expected no such key'],
  ['{"EpConfig":{"version":9}}', '/EpConfig/version: expected 1 to 2, got 9'],
  ['{}', '/EpConfig: expected an object, got nothing'],
])('what cannot be read is named by its path: %s', (text, message) => {
  const doc = new JsonDocument()
  doc.loadString(text)
  expect(() => doc.readObject(new EpConfig())).toThrow(message)
})

test('a secret is shown in no error', () => {
  const doc = new JsonDocument()
  const text = '{"AccountConfig":{"sipConfig":{"authCreds":[{"username":1,"data":"geheim"}]}},"geheim":geheim}'
  expect(() => doc.loadString(text)).toThrow('not JSON at line 1, character 88')
  doc.loadString(text.replace(':geheim}', ':0}'))
  expect(() => doc.readObject(new AccountConfig())).toThrow(/^(?!.*geheim).*username/)
})

/** Indented lines, as YAML has them: an application's own format. */
class LinesDocument extends PersistentDocument {
  protected print(data: Data, indent = ''): string {
    const lines = Object.entries(data as Record<string, Data>).map(([name, value]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? `${indent}${name}:\n${this.print(value, `${indent}  `)}`
        : `${indent}${name}: ${JSON.stringify(value)}\n`,
    )
    return lines.join('')
  }

  protected parse(text: string): Data {
    const root = {}
    const open: { depth: number; values: Record<string, Data> }[] = [{ depth: -1, values: root }]
    for (const [at, line] of text.split('\n').entries()) {
      if (line.trim() === '') continue
      const [, indent, name, value] = /^( *)([^:]+):(.*)$/.exec(line) ?? []
      if (indent === undefined || name === undefined) throw new Error(`no name in line ${at + 1}`)
      while (open.at(-1)!.depth >= indent.length) open.pop()
      const values = {}
      open.at(-1)!.values[name] = value?.trim() ? JSON.parse(value) : values
      if (!value?.trim()) open.push({ depth: indent.length, values })
    }
    return root
  }
}

test("an application's own format", () => {
  const config = new EpConfig({ uaConfig: { maxCalls: 61, nameserver: ['192.0.2.1'] } })
  const file = join(folder, 'settings.lines')
  const out = new LinesDocument()
  out.writeObject(config)
  out.saveFile(file)
  const doc = new LinesDocument()
  doc.loadFile(file)
  const read = new EpConfig()
  doc.readObject(read)
  expect(read.settings).toEqual(config.settings)
  expect(() => doc.loadString('\nnonsense')).toThrow('no name in line 2')
})

/** Elements of the names of what they hold, as an application with XML would have it. */
class XmlDocument extends PersistentDocument {
  protected print(data: Data): string {
    const of = (name: string, value: Data): XmlNode =>
      Array.isArray(value)
        ? node(
            name,
            { type: 'list' },
            value.map((each) => of('item', each)),
          )
        : typeof value === 'object' && value !== null
          ? node(
              name,
              { type: 'object' },
              Object.entries(value).map(([key, each]) => of(key, each)),
            )
          : node(name, { type: typeof value }, utf8Encode(String(value)))
    return utf8Decode(printXml(of('document', data)))
  }

  protected parse(text: string): Data {
    const root = parseXml(utf8Encode(text))
    if (!root.ok) throw new Error(`${root.error.what} in line ${root.error.line}`)
    const of = (element: XmlElement): Data => {
      const inside = utf8Decode(element.text)
      switch (attribute(element, 'type')) {
        case 'list':
          return element.children.map(of)
        case 'object':
          return Object.fromEntries(element.children.map((child) => [child.name, of(child)]))
        case 'number':
          return Number(inside)
        case 'boolean':
          return inside === 'true'
        default:
          return inside
      }
    }
    return of(root.value)
  }
}

test.each(configs)('settings in a format of two worlds: %#', (config, empty) => {
  const out = new XmlDocument()
  out.writeObject(config)
  expect(out.saveString()).toMatch(/^<\?xml/)
  const doc = new XmlDocument()
  doc.loadString(out.saveString())
  doc.readObject(empty)
  expect(empty.settings).toEqual(config.settings)
  expect(() => doc.loadString('<a>\n<b></a>')).toThrow(/loadString: .* in line 2/)
})

test('several in one document: which of them is wrong is said', () => {
  const doc = new JsonDocument()
  const accounts = ['alice', 'bob'].map((user) => new AccountConfig({ idUri: `sip:${user}@example.com` }))
  doc.root.writeObjects('accounts', accounts)
  const read = () => {
    const again = new JsonDocument()
    again.loadString(doc.saveString())
    return again.root.readObjects('accounts', (each) => {
      const config = new AccountConfig()
      config.readObject(each)
      return config.settings
    })
  }
  expect(read().map(({ idUri }) => idUri)).toEqual(['sip:alice@example.com', 'sip:bob@example.com'])
  const other = { writeObject: (into: ContainerNode) => into.writeNumber('priority', -1), readObject: () => {} }
  doc.root.writeObjects('accounts', [accounts[0]!, other])
  expect(read).toThrow('/accounts/1/priority: expected')
})

test('a file that is not there, or is no document', () => {
  expect(() => new JsonDocument().loadFile(join(folder, 'none'))).toThrow(/ENOENT/)
  writeFileSync(join(folder, 'list'), '[]')
  expect(() => new JsonDocument().loadFile(join(folder, 'list'))).toThrow('expected an object, got a list')
  expect(() => new JsonDocument().saveFile(join(folder, 'none', 'x'))).toThrow(/ENOENT/)
})
