// XML read and written: what people send, what must be refused, and that nothing of it costs more than it should.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mutate } from '../../testing/fuzz/mutate.ts'
import { utf8Decode, utf8Encode } from '../bytes.ts'
import { seededRng } from '../rng.ts'
import { attribute, childOf, childrenOf, tokenOf, type XmlElement } from './document.ts'
import { XML_LIMITS } from './limits.ts'
import { node, printXml, type XmlNode } from './print.ts'
import { parseXml } from './read.ts'

function read(text: string): XmlElement {
  const parsed = parseXml(utf8Encode(text))
  if (!parsed.ok) throw new Error(`line ${parsed.error.line}: ${parsed.error.what}`)
  return parsed.value
}

const refusal = (bytes: string): string => {
  const parsed = parseXml(bytes)
  return parsed.ok ? 'taken' : `line ${parsed.error.line}: ${parsed.error.what}`
}

test('elements, attributes and text with their namespaces', () => {
  const root = read(
    '<?xml version="1.0" encoding="UTF-8"?>\r\n<!-- c --><a xmlns="urn:a" xmlns:b="urn:b" one="1" b:two=\'2\'>\r\n' +
      '  <b:c>x &lt;&#38;&#x1F4DE;</b:c><!-- <no> --><c>yes<![CDATA[ <&amp;> ]]></c><?pi <z> ?><c xmlns=""/>\r\n</a>\r\n',
  )
  expect(root).toMatchObject({ name: 'a', namespace: 'urn:a', line: 2 })
  expect(root.attributes).toEqual([
    { name: 'one', namespace: '', value: '1' },
    { name: 'two', namespace: 'urn:b', value: '2' },
  ])
  expect(root.children.map(({ name, namespace, text, line }) => [name, namespace, text, line])).toEqual([
    ['c', 'urn:b', 'x <&📞', 3],
    ['c', 'urn:a', 'yes <&amp;> ', 3],
    ['c', '', '', 3],
  ])
  expect(attribute(root, 'one')).toBe('1')
  expect(attribute(root, 'two')).toBeUndefined()
  expect(childOf(root, 'c')?.text).toBe('yes <&amp;> ')
  expect(childrenOf(root, 'c', 'urn:b')).toHaveLength(1)
  expect(tokenOf(' \t a\n  b ')).toBe('a b')
})

test('a prefix means what is declared nearest', () => {
  const root = read('<p:a xmlns:p="1"><p:b xmlns:p="2" xml:lang="en"/><p:c/></p:a>')
  expect(root.children.map(({ namespace }) => namespace)).toEqual(['2', '1'])
  expect(root.children[0]!.attributes).toEqual([
    { name: 'lang', namespace: 'http://www.w3.org/XML/1998/namespace', value: 'en' },
  ])
})

test('a document type that only names one is passed over', () => {
  expect(read(`<!DOCTYPE presence PUBLIC "-//IETF//DTD [>]" 'x.dtd'>\n<presence/>`)).toMatchObject({
    name: 'presence',
    line: 2,
  })
})

test('encodings', () => {
  expect(read('\ufeff<a>ü</a>').text).toBe('ü')
  const latin = parseXml('<?xml version="1.0" encoding="ISO-8859-1"?><a>\xfc</a>')
  expect(latin.ok && latin.value.text).toBe('ü')
  const broken = parseXml('<a>\xfcber</a>')
  expect(broken.ok && broken.value.text).toBe('\ufffdber')
  expect(refusal('\xff\xfe<\0a\0/\0>\0')).toBe('line 1: not UTF-8')
  expect(refusal('<?xml version="1.0" encoding="UTF-7"?><a/>')).toBe('line 1: encoding utf-7')
})

test.each([
  ['', 'line 1: no element'],
  ['\n\nhello', 'line 3: no element'],
  ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'line 1: a document type that declares something is not taken'],
  ['<!DOCTYPE a "x><a/>', 'line 1: a document type that declares something is not taken'],
  ['<!DOCTYPE a><!DOCTYPE a><a/>', 'line 1: an element has no name, or too long a one'],
  ['<a><!ENTITY b "c"></a>', 'line 1: a declaration is not taken'],
  ['<a>\n&b;</a>', 'line 1: & begins no reference that is known here'],
  ['<a>&toString;</a>', 'line 1: & begins no reference that is known here'],
  ['<a>&lt</a>', 'line 1: & begins no reference that is known here'],
  ['<a>&#0;</a>', 'line 1: & begins no reference that is known here'],
  ['<a>&#xd800;</a>', 'line 1: & begins no reference that is known here'],
  ['<a>&#x110000;</a>', 'line 1: & begins no reference that is known here'],
  ['<a b="&c;"/>', 'line 1: & begins no reference that is known here'],
  ['<a>\0</a>', 'line 1: a character that XML does not allow'],
  ['<a>\n\n</b>', 'line 3: expected </a>'],
  ['<a>', 'line 1: the document ends within an element'],
  ['<a>\n<b>\n', 'line 3: the document ends within an element'],
  ['<a', 'line 1: no white space before an attribute'],
  ['<a b', 'line 1: attribute b without a value'],
  ['<a b=c/>', 'line 1: the value of b is not quoted'],
  ['<a b="c/>', 'line 1: the value of b has no end'],
  ['<a b="<"/>', 'line 1: < in the value of b'],
  ['<a b="1"c="2"/>', 'line 1: no white space before an attribute'],
  ['<a b="1" b="2"/>', 'line 1: attribute b twice'],
  ['<a xmlns:x="1" xmlns:y="1" x:b="1" y:b="2"/>', 'line 1: attribute b twice'],
  ['<a xmlns="1" xmlns="2"/>', 'line 1: attribute xmlns twice'],
  ['<p:a/>', 'line 1: prefix p is not declared'],
  ['<a p:b="1"/>', 'line 1: prefix p is not declared'],
  ['<a xmlns:p=""/>', 'line 1: prefix p without a namespace'],
  ['<a xmlns:xml="urn:x"/>', 'line 1: prefix xml is taken'],
  ['<a/><b/>', 'line 1: something follows the document'],
  ['<a/>text', 'line 1: something follows the document'],
  ['<1/>', 'line 1: an element has no name, or too long a one'],
  ['<a:b:c/>', 'line 1: no white space before an attribute'],
  ['<a><!-- </a>', 'line 1: a comment without its end'],
  ['<a><!--></a>', 'line 1: a comment without its end'],
  ['<a><![CDATA[</a>', 'line 1: CDATA without its end'],
  ['<a><?x </a>', 'line 1: an instruction without its end'],
  [`<${'n'.repeat(257)}/>`, 'line 1: an element has no name, or too long a one'],
  [' '.repeat(65_536), 'line 1: more than 65535 bytes'],
])('refused: %j', (text, why) => {
  expect(refusal(text)).toBe(why)
})

test.each([
  ['depth', (n: number) => '<a>'.repeat(n) + '</a>'.repeat(n), 'elements deeper than 32'],
  ['elements', (n: number) => `<a>${'<b/>'.repeat(n - 1)}</a>`, 'more than 4096 elements'],
  ['attributes', (n: number) => `<a${attributes('b', n)}/>`, 'more than 32 attributes'],
  ['namespaces', (n: number) => `<a${attributes('xmlns:b', n - 1)}><b xmlns="1"/></a>`, 'more than 32 namespaces'],
] as const)('at the limit of %s taken, beyond refused', (limit, make, why) => {
  expect(refusal(make(XML_LIMITS[limit]))).toBe('taken')
  expect(refusal(make(XML_LIMITS[limit] + 1))).toBe(`line 1: ${why}`)
})

const attributes = (name: string, count: number): string =>
  Array.from({ length: count }, (_, i) => ` ${name}${i}="1"`).join('')

test.each([
  ['many elements', `<a>${'<b/>\n'.repeat(4000)}</a>`],
  ['many lines', `<a>${'\n'.repeat(60_000)}</a>`],
  ['many references', `<a>${'&lt;'.repeat(16_000)}</a>`],
  ['many prefixes', `<a${attributes('xmlns:b', 32)}>${'<b31:c b30:d="1" b29:e="2"/>'.repeat(2000)}</a>`],
  ['a declaration without end', `<?xml ${' '.repeat(60_000)}`],
  ['an open document type', `<!DOCTYPE a${' "" x'.repeat(10_000)}`],
  ['open comments', `<a>${'<!--'.repeat(16_000)}`],
])('quick enough: %s', (_name, text) => {
  const times = [0, 1, 2].map(() => {
    const start = performance.now()
    parseXml(text)
    return performance.now() - start
  })
  expect(Math.min(...times)).toBeLessThan(50)
})

const NAMES = ['a', 'note', 'dialog-info', 'x_1', 'ü']
const anyText = fc.string({ unit: 'binary', maxLength: 20 })
const anyNode: fc.Arbitrary<XmlNode> = fc.letrec<{ node: XmlNode }>((tie) => ({
  node: fc.record({
    name: fc.constantFrom(...NAMES),
    attributes: fc.dictionary(fc.constantFrom(...NAMES), anyText, { maxKeys: 3 }),
    content: fc.oneof({ depthSize: 'small' }, anyText, fc.array(tie('node'), { minLength: 1, maxLength: 4 })),
  }),
})).node

/** What comes back: characters without a place in XML, and lone surrogates, as U+FFFD. */
const kept = (text: string): string => utf8Decode(utf8Encode(text)).replace(/[^\t\n\r -\ufffd]/g, '\ufffd')

function same(written: XmlNode, found: XmlElement): void {
  expect(found.name).toBe(written.name)
  expect(found.attributes.map(({ name, value }) => [name, value])).toEqual(
    Object.entries(written.attributes).map(([name, value]) => [name, kept(value!)]),
  )
  if (typeof written.content === 'string') expect(found.text).toBe(kept(written.content))
  else for (const [at, each] of written.content.entries()) same(each!, found.children[at]!)
}

test('what is written reads as it was', () => {
  fc.assert(
    fc.property(anyNode, (root) => {
      const parsed = parseXml(printXml(root))
      if (!parsed.ok) throw new Error(parsed.error.what)
      same(root, parsed.value)
    }),
    { numRuns: 300 },
  )
})

test('what is undefined is left out', () => {
  expect(printXml(node('a', { b: undefined, c: '1' }, [undefined, node('d')]))).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\r\n<a c="1"><d/></a>\r\n',
  )
})

test('damaged in any way it is read or refused with a line of the document', () => {
  const corpus = [
    printXml(node('p:a', { 'xmlns:p': 'urn:a', b: '1' }, [node('p:c', {}, 'text & <more>'), node('d', { e: '"' })])),
    '<a xmlns="urn:a">\r\n <!-- c --><b><![CDATA[x]]></b><?i?>\r\n</a>',
  ]
  for (let seed = 0; seed < 3000; seed++) {
    const text = mutate(seededRng(seed), corpus)
    const parsed = parseXml(text)
    if (parsed.ok) continue
    expect(parsed.error.what).not.toBe('')
    expect(parsed.error.line).toBeGreaterThan(0)
    expect(parsed.error.line).toBeLessThanOrEqual(text.split(/\r\n?|\n/).length)
  }
})
