// A console that has started, in this process: what names nothing, and what cannot be now, is said so.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { has, type Line } from '../testing/console.ts'
import { COMMANDS, type Console, createConsole } from './console.ts'

const out: Line[] = []
let consoleOf: Console

async function command(given: object): Promise<Line> {
  const from = out.length
  await consoleOf.line(JSON.stringify(given))
  return out.slice(from).find((line) => 'ok' in line)
}
const sure = async (given: object) => expect(await command(given), JSON.stringify(given)).toMatchObject({ ok: true })

let at = ''
beforeAll(async () => {
  consoleOf = createConsole((line) => out.push(line))
  const { port } = await command({ do: 'start', address: '127.0.0.1' })
  at = `127.0.0.1:${port}`
  await sure({ do: 'account', account: 'a', aor: `sip:a@${at}` })
  await sure({ do: 'account', account: 'b', aor: `sip:b@${at}` })
})
afterAll(() => consoleOf.stop())

/** What each command needs beside the call that is not there. */
const NEEDED: Readonly<Record<string, object>> = {
  dtmf: { digits: '1' },
  transfer: { to: 'c' },
  forward: { to: ['c'] },
  message: { body: '' },
  request: { method: 'INFO' },
  subscribe: { event: 'presence' },
  publish: { event: 'presence', contentType: 'application/pidf+xml', body: '' },
  play: { file: 'x' },
  record: { file: 'x' },
  tone: { frequencies: [440] },
  'set-user-data': { userData: 1 },
}
const naming = (key: string, not: string) =>
  COMMANDS.filter(({ keys, name }) => key in keys && name !== not).map(({ name }) => name)

test.each(naming('call', 'call'))('%s of an unknown call', async (name) => {
  expect(await command({ do: name, call: 'ghost', ...NEEDED[name] })).toMatchObject({
    error: { what: 'unknown call', expected: 'one of none', got: 'ghost' },
  })
})

test.each(naming('account', 'account'))('%s from an unknown account', async (name) => {
  const to = 'to' in COMMANDS.find((each) => each.name === name)!.keys ? { to: 'x' } : {}
  expect(await command({ do: name, account: 'ghost', ...to, ...NEEDED[name] })).toMatchObject({
    error: { what: 'unknown account', expected: 'one of a, b', got: 'ghost' },
  })
})

test.each([
  [{ do: 'start' }, 'already started'],
  [{ do: 'register', account: 'a' }, 'account has no registrar'],
  [{ do: 'account', account: 'c' }, 'aor'],
  [{ do: 'account', account: 'c', aor: 'nobody' }, 'not a SIP address: nobody'],
  [{ do: 'account', account: 'c', remove: true }, 'unknown account'],
  [{ do: 'account', account: 'a', ptimeMs: 25 }, 'ptimeMs'],
  [{ do: 'call', to: '' }, 'no number'],
  [{ do: 'call', to: 'sip:' }, 'not a SIP address'],
  [{ do: 'call', to: 'b', call: 'in:5' }, 'not a name for an outgoing call'],
  [{ do: 'message', body: '' }, 'where to'],
  [{ do: 'message', body: '', to: 'b', headers: { 'X Y': '1' } }, 'not a header field: "X Y"'],
  [{ do: 'request', to: 'b', method: 'REGISTER' }, 'not a method for this: REGISTER'],
  [{ do: 'request', to: 'b', method: 'no method' }, 'not a method for this: no method'],
  [{ do: 'subscribe', to: 'b', event: 'weather' }, 'no such event package'],
  [{ do: 'unsubscribe', subscription: 'ghost' }, 'unknown subscription'],
  [{ do: 'reply', request: 'ghost' }, 'no request of that name waits for an answer'],
  [{ do: 'close', port: 'ghost' }, 'unknown port'],
  [{ do: 'close', port: 'device' }, 'not closed by hand'],
  [{ do: 'connect', from: 'device', to: 'ghost' }, 'unknown port'],
  [{ do: 'disconnect', from: 'device', to: 'device' }, 'not connected'],
  [{ do: 'gain', port: 'ghost' }, 'unknown port'],
  [{ do: 'play', port: 'device', file: 'x' }, 'name in use'],
  [{ do: 'tone', port: 'call:1', frequencies: [440] }, 'a name of calls'],
  [{ do: 'record', file: '/nowhere/x.wav' }, 'it could not be opened'],
])('%j cannot be', async (given, what) => {
  expect(await command(given)).toMatchObject({ ok: false, error: { what } })
})

test('an account refused leaves the one that was', async () => {
  await command({ do: 'account', account: 'a', proxies: ['nobody'] })
  const { accounts } = await command({ do: 'accounts' })
  expect(accounts).toMatchObject([{ account: 'a', aor: `sip:a@${at}` }, { account: 'b' }])
})

describe('in a call', () => {
  const wait = (event: string, match: object) => sure({ do: 'wait', event, match, timeoutMs: 5000 })
  beforeAll(async () => {
    await sure({ do: 'call', call: 'x', to: 'b', headers: { 'X-Name': 'Grüße' } })
    await wait('incoming', { call: 'in:1', headers: { 'X-Name': ['Grüße'] } })
  })
  afterAll(() => sure({ do: 'hangup-all' }))

  test('before it is answered', async () => {
    const before = [
      [{ do: 'answer', call: 'x' }, 'an outgoing call'],
      [{ do: 'hold', call: 'x' }, 'not in a call'],
      [{ do: 'reinvite', call: 'x' }, 'not in a call'],
      [{ do: 'update', call: 'x' }, 'not in a call'],
      [{ do: 'call', call: 'x', to: 'b' }, 'name in use'],
      [{ do: 'stats', call: 'x' }, 'no media'],
      [{ do: 'tone', call: 'x', frequencies: [440] }, 'no media'],
      [{ do: 'dtmf', call: 'x', digits: '1' }, 'no media'],
      [{ do: 'dtmf', call: 'x', digits: '1', method: 'in-band' }, 'no media'],
      [{ do: 'message', call: 'x', body: '' }, 'that session has no dialog'],
    ] as const
    for (const [given, what] of before) expect(await command(given), given.do).toMatchObject({ error: { what } })
  })

  test('once it is', async () => {
    await sure({ do: 'answer', call: 'in:1', code: 100 })
    await sure({ do: 'answer', call: 'in:1' })
    await wait('call-state', { call: 'in:1', state: 'confirmed' })
    const then = [
      [{ do: 'answer', call: 'in:1' }, 'answered already'],
      [{ do: 'resume', call: 'x' }, 'not on hold'],
      [{ do: 'dtmf', call: 'x', digits: 'x' }, 'digits are 0-9 A-D * # and , up to 64'],
      [{ do: 'dtmf', call: 'x', digits: '1,', method: 'info' }, 'digits'],
      [{ do: 'end-transfer', call: 'x' }, 'no transfer is under way'],
      [{ do: 'request', call: 'x', method: 'UPDATE' }, 'not a method for this: UPDATE'],
      [{ do: 'connect', from: 'call:x', to: 'device' }, 'connected already'],
      [{ do: 'close', port: 'call:x' }, 'not closed by hand'],
    ] as const
    for (const [given, what] of then) expect(await command(given), given.do).toMatchObject({ error: { what } })
  })

  test('what a command causes follows its answer', async () => {
    const from = out.length
    await sure({ do: 'hold', call: 'x' })
    await wait('modified', { call: 'x' })
    const lines = out.slice(from)
    const answer = lines.findIndex((line) => 'ok' in line)
    const offer = lines.findIndex((line) => has(line, { event: 'sdp', call: 'x', stage: 'offered' }))
    expect(answer).toBe(0)
    expect(offer).toBeGreaterThan(0)
  })

  test('the end takes ports and names with it', async () => {
    await sure({ do: 'tone', call: 'x', port: 'beep', frequencies: [440] })
    await sure({ do: 'hangup', call: 'x' })
    await wait('call-state', { call: 'x', state: 'disconnected' })
    expect(await command({ do: 'ports' })).toMatchObject({ ports: [{ port: 'device', to: [] }] })
    expect(await command({ do: 'calls' })).toMatchObject({ count: 0, calls: [] })
    await sure({ do: 'tone', port: 'beep', frequencies: [440], onMs: 10, repeat: 1 })
  })
})
