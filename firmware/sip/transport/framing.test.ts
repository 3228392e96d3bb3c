// Messages out of a stream, whatever it is split into.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Frame, Framer } from './framing.ts'

const message = (body: string, name = 'Content-Length') =>
  `INFO sip:a SIP/2.0\r\nX: y\r\n${name}: ${body.length}\r\n\r\n${body}`
const bare = 'INFO sip:a SIP/2.0\nl:3\n\nabc'
const ping = '\r\n\r\n'

function read(chunks: readonly string[]) {
  const framer = new Framer()
  const frames = chunks.flatMap((chunk) => framer.push(chunk))
  return { frames, framer }
}
const show = (frames: readonly Frame[]) => frames.map((f) => (f.kind === 'message' ? f.text : f.kind))

test('pipelined messages with keep-alives between them, byte by byte and at once', () => {
  const stream = ping + message('') + message('v=0\r\n\r\nx') + '\r\n' + bare + message('z', 'l') + ping
  const expected = [
    'crlf',
    'crlf',
    message(''),
    message('v=0\r\n\r\nx'),
    'crlf',
    bare,
    message('z', 'l'),
    'crlf',
    'crlf',
  ]
  expect(show(read([stream]).frames)).toEqual(expected)
  const { frames, framer } = read([...stream])
  expect(show(frames)).toEqual(expected)
  expect(framer.unfinished).toBe(false)
})

test('any split gives the same frames', () => {
  const piece = fc.oneof(
    fc.string({ maxLength: 40 }).map((body) => message(body.replace(/[^\0-\xff]/g, '?'))),
    fc.constantFrom('\r\n', ping, bare, 'INFO x\r\nContent-Length: x\r\n\r\n', 'no colon\r\n\r\n'),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), fc.array(fc.nat(400), { maxLength: 12 }), (pieces, cuts) => {
      const stream = pieces.join('')
      const at = [0, ...cuts.filter((cut) => cut < stream.length).sort((a, b) => a - b), stream.length]
      const chunks = at.slice(1).map((end, i) => stream.slice(at[i], end))
      expect(show(read(chunks).frames)).toEqual(show(read([stream]).frames))
    }),
  )
})

test.each([
  ['no Content-Length', 'INFO sip:a SIP/2.0\r\nX: y\r\n\r\n'],
  ['Content-Length stands twice', 'INFO sip:a SIP/2.0\r\nContent-Length: 1\r\nl: 1\r\n\r\n'],
  ['malformed Content-Length', 'INFO sip:a SIP/2.0\r\nContent-Length: -1\r\n\r\n'],
  ['malformed Content-Length', 'INFO sip:a SIP/2.0\r\nContent-Length: 1 2\r\n\r\n'],
  ['Content-Length is too large', 'INFO sip:a SIP/2.0\r\nContent-Length: 65536\r\n\r\n'],
  ['header fields are too long', 'x'.repeat(40_000)],
])('%s: the stream is broken, nothing after it is read', (what, head) => {
  const { frames, framer } = read([head, message('after')])
  expect(frames).toEqual([{ kind: 'bad', what, head }])
  expect(framer.push(message('later'))).toEqual([])
})

test('a folded Content-Length', () => {
  const text = 'INFO sip:a SIP/2.0\r\nContent-Length:\r\n 2\r\n\r\nab'
  expect(show(read([text]).frames)).toEqual([text])
})

test('a message begun is unfinished until its last byte', () => {
  const framer = new Framer()
  framer.push(message('ab').slice(0, -1))
  expect(framer.unfinished).toBe(true)
  framer.push('b')
  expect(framer.unfinished).toBe(false)
})
