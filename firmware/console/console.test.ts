// The protocol without a network: one answer to each line, errors that say what was expected, and nothing that ends it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { COMMANDS, createConsole } from './console.ts'
import { LONGEST_LINE } from './input.ts'
import type { Fields } from './schema.ts'

async function said(...lines: readonly (string | undefined)[]): Promise<Fields[]> {
  const out: Fields[] = []
  const consoleOf = createConsole((line) => out.push(line))
  for (const line of lines) await consoleOf.line(line)
  await consoleOf.stop()
  return out
}
const command = (given: object) => said(JSON.stringify(given)).then(([first]) => first)

describe('what is no command', () => {
  test.each([
    ['no JSON', '{nonsense', null, 'not JSON', 'one JSON object on a line'],
    ['a list', '[1,2]', null, 'not a command', 'a JSON object with "do"'],
    ['a text', '"call"', null, 'not a command', 'a JSON object with "do"'],
    ['null', 'null', null, 'not a command', 'a JSON object with "do"'],
    ['an object as id', '{"id":{},"do":"calls"}', null, 'id', 'a number or a text of up to 64 characters'],
    [
      'an endless id',
      `{"id":"${'x'.repeat(65)}","do":"calls"}`,
      null,
      'id',
      'a number or a text of up to 64 characters',
    ],
    ['no do', '{"id":7}', 7, 'unknown command', /^one of start, trace,/],
    ['an unknown do', '{"id":"a","do":"dial"}', 'a', 'unknown command', /^one of start, trace,/],
    ['a name of an object', '{"id":1,"do":"__proto__"}', 1, 'unknown command', /^one of/],
  ])('%s', async (_name, line, id, what, expected) => {
    const out = await said(line)
    expect(out).toHaveLength(1)
    expect(out[0]).toMatchObject({ id, ok: false, error: { what } })
    const { error } = out[0] as { error: { expected: string } }
    if (typeof expected === 'string') expect(error.expected).toBe(expected)
    else expect(error.expected).toMatch(expected)
  })

  test('a line that is too long', async () => {
    expect(await said(undefined)).toMatchObject([
      { id: null, ok: false, error: { what: 'line too long', expected: `at most ${LONGEST_LINE} characters` } },
    ])
  })

  test('empty lines are nothing at all', async () => {
    expect(await said('', '  ', '\t')).toEqual([])
  })
})

describe('keys', () => {
  test.each<[object, string, string | RegExp, string]>([
    [{ do: 'start', adress: 'x' }, 'unknown key', /^one of address, port,/, 'adress'],
    [{ do: 'start', __proto__x: 1 }, 'unknown key', /^one of/, '__proto__x'],
    [{ do: 'start', port: '5060' }, 'port', 'a whole number from 0 to 65535', '"5060"'],
    [{ do: 'start', port: 65_536 }, 'port', 'a whole number from 0 to 65535', '65536'],
    [{ do: 'start', port: 1.5 }, 'port', 'a whole number from 0 to 65535', '1.5'],
    [{ do: 'start', device: { kind: 'usb' } }, 'device', /^an object: \{"kind":"null"\}/, '{"kind":"usb"}'],
    [{ do: 'start', codecs: ['G729'] }, 'codecs', /PCMU, PCMA/, '["G729"]'],
    [{ do: 'start', codecs: [] }, 'codecs', /PCMU, PCMA/, '[]'],
    [{ do: 'start', events: { presence: 'pidf' } }, 'events', /^an object of event packages/, '{"presence":"pidf"}'],
    [{ do: 'start', events: { 'a b': 'a/b' } }, 'events', /^an object of event packages/, '{"a b":"a/b"}'],
    [{ do: 'start', events: { dialog: [] } }, 'events', /^an object of event packages/, '{"dialog":[]}'],
    [{ do: 'start', trace: 1 }, 'trace', 'true or false', '1'],
    [{ do: 'start', logLevel: 'all' }, 'logLevel', 'one of error, warn, info, debug', '"all"'],
    [{ do: 'start', rtpPorts: { min: 20_000 } }, 'rtpPorts', /^an object of min:/, '{"min":20000}'],
    [{ do: 'start', address: 'x', maxCalls: 500 }, 'rtpPorts', /room for 500 calls/, '{"min":16384,"max":16583}'],
    [
      { do: 'start', address: 'x', methods: ['INVITE'] },
      'a method the stack answers itself',
      'another method',
      'INVITE',
    ],
    [{ do: 'start', address: 'x', jitter: { minMs: 50, maxMs: 20 } }, 'jitter', /above/, '{"minMs":50,"maxMs":20}'],
    [
      { do: 'start', address: 'x', dns: ['dns.example.com'] },
      'dns',
      'a list of up to 4, each an address, with a port where it is not 53',
      '["dns.example.com"]',
    ],
    [{ do: 'start', address: '203.0.113.9' }, 'cannot start', /an address of this machine$/, ''],
    [{ do: 'call', call: 1, to: 'a' }, 'call', /^a name/, '1'],
    [{ do: 'call' }, 'to', /^a number or address/, 'nothing'],
    [{ do: 'call', to: 'b', headers: { 'X-A': 1 } }, 'headers', /^an object of header names/, '{"X-A":1}'],
    [{ do: 'call', to: 'b', headers: [] }, 'headers', /^an object of header names/, '[]'],
    [{ do: 'answer', call: 'x', code: 99 }, 'code', 'a whole number from 100 to 699', '99'],
    [{ do: 'answer', call: 'x', code: 700 }, 'code', 'a whole number from 100 to 699', '700'],
    [{ do: 'hangup', call: 'x y' }, 'call', 'a name of 1–64 characters', '"x y"'],
    [{ do: 'tone', frequencies: [1, 2] }, 'frequencies', /a number from 20 to 20000$/, '[1,2]'],
    [{ do: 'wait' }, 'what to wait for', 'either event or ms', '{}'],
    [{ do: 'wait', event: 'sunrise' }, 'event', /^one of started, registration/, '"sunrise"'],
    [{ do: 'wait', event: 'media', timeoutMs: 5 }, 'it did not come', '{"event":"media"}', 'nothing in 5 ms'],
  ])('%j', async (given, what, expected, got) => {
    const answer = (await command({ id: 1, ...given })) as { error: Record<string, string> }
    expect(answer).toMatchObject({ id: 1, ok: false, error: { what } })
    if (typeof expected === 'string') expect(answer.error.expected).toBe(expected)
    else expect(answer.error.expected).toMatch(expected)
    if (got !== '') expect(answer.error.got).toBe(got)
  })

  test('what is shown of a long value has an end', async () => {
    const answer = (await command({ do: 'answer', call: 'x'.repeat(10_000) })) as { error: { got: string } }
    expect(answer.error.got.length).toBeLessThan(130)
  })
})

test('nothing but waiting and leaving goes before the start', async () => {
  const early = COMMANDS.filter((each) => each.early).map(({ name }) => name)
  expect(early).toEqual(['start', 'wait', 'quit'])
  expect(await command({ do: 'calls' })).toMatchObject({
    ok: false,
    error: { what: 'not started', expected: 'start first', got: 'calls' },
  })
})

test('any JSON on a line gets one answer', async () => {
  const name = fc.constantFrom(...COMMANDS.filter((each) => each.name !== 'start').map((each) => each.name))
  const keys = fc.constantFrom('id', 'call', 'code', 'headers', 'to', 'port', 'frequencies', 'on', 'x')
  const wait = (given: object) => ('ms' in given || 'event' in given ? {} : given)
  const line = fc.oneof(
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc.string(),
    fc
      .tuple(name, fc.dictionary(keys, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }))
      .map(([name, given]) => JSON.stringify({ ...wait(given), do: name })),
  )
  await fc.assert(
    fc.asyncProperty(line, async (text) => {
      const out = await said(text)
      expect(out).toHaveLength(text.trim() === '' ? 0 : 1)
      for (const answer of out) expect(Object.keys(answer).slice(0, 2)).toEqual(['id', 'ok'])
    }),
    { numRuns: 500 },
  )
})
