// Lines in and out: however the bytes are cut, and however slow the reader is.
import { Writable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { linesOf } from './input.ts'
import { readOptions } from './options.ts'
import { createOutput } from './output.ts'

async function* cut(text: string, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? bytes.length
    yield bytes.subarray(at, at + size)
    at += size
  }
}
async function read(text: string, sizes: readonly number[], longest?: number): Promise<(string | undefined)[]> {
  const lines: (string | undefined)[] = []
  for await (const line of linesOf(cut(text, sizes), longest)) lines.push(line)
  return lines
}

describe('input', () => {
  test('lines are the same however their bytes are cut', async () => {
    const part = fc.stringMatching(/^[a-zä€😀]{0,8}$/u)
    await fc.assert(
      fc.asyncProperty(
        fc.array(part),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        async (lines, sizes) => {
          const wanted = lines.at(-1) === '' ? lines.slice(0, -1) : lines
          expect(await read(lines.join('\n'), sizes)).toEqual(wanted)
        },
      ),
    )
  })

  test('CRLF is a line end too', async () => {
    expect(await read('a\r\nb\r\n', [2])).toEqual(['a', 'b'])
  })

  test('a line too long is one loss, and the next line is whole', async () => {
    expect(await read(`${'x'.repeat(50)}\nnext\n`, [7], 20)).toEqual([undefined, 'next'])
    expect(await read(`${'x'.repeat(50)}`, [7], 20)).toEqual([undefined])
    expect(await read(`${'x'.repeat(20)}\n${'x'.repeat(21)}\n`, [100], 20)).toEqual(['x'.repeat(20), undefined])
  })
})

describe('output', () => {
  /** A reader that takes nothing until told. */
  function slow() {
    let go: (() => void) | undefined
    let all = ''
    const stream = new Writable({
      highWaterMark: 1000,
      write(chunk, _encoding, done) {
        all += chunk
        if (go === undefined) go = done
        else done()
      },
    })
    return {
      stream,
      open: () => go?.(),
      lines: () =>
        all
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
    }
  }

  test('who is slow is waited for, and only what informs is left out', async () => {
    const reader = slow()
    const output = createOutput(reader.stream, () => {})
    for (let i = 0; i < 50; i++) output.write({ event: 'trace', message: 'x'.repeat(40_000) })
    output.write({ event: 'call-state', state: 'confirmed' })
    let ready = false
    const waited = output.ready().then(() => {
      ready = true
    })
    await Promise.resolve()
    expect(ready).toBe(false)
    reader.open()
    await waited
    await output.flushed()
    const lines = reader.lines()
    expect(lines.filter(({ event }) => event === 'call-state')).toHaveLength(1)
    const traces = lines.filter(({ event }) => event === 'trace').length
    expect(traces).toBeLessThan(30)
    expect(lines.at(-1)).toEqual({ event: 'dropped', lines: 50 - traces })
  })

  test('a reader that is gone is told of once', () => {
    const reader = slow()
    let lost = 0
    const output = createOutput(reader.stream, () => lost++)
    reader.stream.destroy(new Error('EPIPE'))
    return new Promise<void>((resolve) => setImmediate(resolve)).then(async () => {
      output.write({ event: 'media' })
      await output.ready()
      await output.flushed()
      expect(lost).toBe(1)
    })
  })
})

test('the command line', () => {
  expect(readOptions(['--help'])).toMatchObject({ ok: true, value: { mode: 'help' } })
  expect(readOptions([])).toMatchObject({ ok: true, value: { mode: 'person', person: { accounts: [{}] } } })
  expect(readOptions(['--version'])).toEqual({ ok: true, value: { mode: 'version' } })
  expect(readOptions(['--json'])).toEqual({ ok: true, value: { mode: 'json', start: undefined } })
  expect(readOptions(['--json', '--port', '5070', '--start', '{"do":"quit","tls":{"ca":"ca.pem"},"port":1}'])).toEqual({
    ok: true,
    value: { mode: 'json', start: { do: 'start', port: 5070, tls: { ca: 'ca.pem' } } },
  })
  for (const wrong of ['[]', 'tls', '{'])
    expect(readOptions(['--json', '--start', wrong])).toEqual({
      ok: false,
      error: `--start ${wrong}: expected a JSON object.`,
    })
  expect(readOptions(['--json', '--port', '5070', '--address', '::1', '--null-audio'])).toEqual({
    ok: true,
    value: { mode: 'json', start: { do: 'start', address: '::1', port: 5070, device: { kind: 'null' } } },
  })
  expect(readOptions(['--json', '--port', 'x'])).toMatchObject({ ok: false })
  expect(readOptions(['--json', '--bogus'])).toMatchObject({ ok: false })
})
