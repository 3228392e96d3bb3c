// The console for people, typed at, with endpoints of the test's at the other end.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Call } from '../../api/facade/index.ts'
import { type Desk, desk } from '../../api/facade/testing/pair.ts'
import { endPrograms, startProgram } from '../../testing/program.ts'
import { COMMANDS } from './commands.ts'
import { readPersonOptions } from './options.ts'

const folder = mkdtempSync(join(tmpdir(), 'offhook-person-'))
let alice: Desk
let bob: Desk
beforeAll(async () => {
  ;[alice, bob] = await Promise.all([desk('alice'), desk('bob')])
})
afterEach(async () => {
  for (const { endpoint } of [alice, bob]) endpoint.hangupAllCalls()
  await endPrograms()
})
afterAll(async () => {
  await Promise.all([alice, bob].map((each) => each?.endpoint.libDestroy()))
  rmSync(folder, { recursive: true, force: true })
})

const LOCAL = ['--null-audio', '--bound-addr', '127.0.0.1', '--local-port', '0']
const started = (...args: readonly string[]) =>
  startProgram(fileURLToPath(new URL('../main.ts', import.meta.url)), [...LOCAL, ...args])

describe('options', () => {
  test.each([
    [['--bogus'], "Unknown option '--bogus'. See --help."],
    [['--max-calls', '0'], '--max-calls 0: expected a number from 1 to 1000.'],
    [['sip:a@b', 'sip:c@d'], 'one address to call, got sip:a@b sip:c@d'],
    [['--config-file', '/nowhere'], "--config-file: ENOENT: no such file or directory, open '/nowhere'"],
  ])('%j', (args, error) => expect(readPersonOptions(args)).toEqual({ ok: false, error }))

  test('from a file, and over it from the command line', () => {
    const file = join(folder, 'options')
    writeFileSync(file, '# mine\n--id "Alice <sip:alice@example.com>"\n--max-calls=5\n--null-audio\n--proxy sip:x\n')
    const read = readPersonOptions(['--config-file', file, '--max-calls', '6', 'sip:bob@example.com'])
    expect(read).toMatchObject({
      value: { id: 'Alice <sip:alice@example.com>', 'max-calls': '6', 'null-audio': true, proxy: ['sip:x'] },
    })
    writeFileSync(file, '--no-such\n')
    expect(readPersonOptions(['--config-file', file])).toMatchObject({
      ok: false,
      error: expect.stringContaining(file),
    })
  })
})

test('a call made from the command line, its letters, and the end', { timeout: 60_000 }, async () => {
  const comes = alice.account.nextCall()
  const person = started(alice.uri)
  const call = await comes
  call.answer({ statusCode: 200 })
  await person.line('call 0 confirmed')
  person.type('H')
  await person.line('media local-hold')
  person.type('v')
  await person.line('media active')
  person.type('U')
  await person.line('changed 200')
  const digits = call.once('dtmfDigit', ({ digit }) => digit === '2')
  person.type('# 12')
  expect((await digits).method).toBe('rfc2833')
  const info = call.once('dtmfDigit')
  person.type('*')
  await person.line('digits:')
  person.type('7')
  expect(await info).toMatchObject({ digit: '7', method: 'info' })
  const message = call.once('instantMessage')
  person.type('i . good morning')
  expect((await message).msgBody).toBe('good morning')
  person.type('S INFO')
  await person.line('INFO 200')
  person.type('dq')
  await person.line('RX')
  const target = bob.account.once('incomingCall')
  person.type(`x ${bob.uri}`)
  expect((await target).rdata.peer.uri).toBe(alice.uri)
  bob.account.incoming.at(-1)!.answer({ statusCode: 200 })
  await person.line('transfer 200')
  person.type('h')
  await person.line('disconnected')
  person.type('q')
  expect(await person.ended).toBe(0)
})

test('calls that come, what stands, and what cannot be', { timeout: 60_000 }, async () => {
  const person = started('--add-buddy', bob.uri)
  const uri = (await person.line('sip:')).split(' ')[0]!
  for (const [typed, said] of [
    ['z', 'no command z; ? lists them'],
    ['H', 'console failed: there is no call [state/481]'],
    ['rr', 'a local account has no registrar'],
    ['n', 'no server to ask'],
    ['Cp X 3', 'codecId: expected one of'],
    ['-a', 'it is the only one'],
    ['s 5', 'there is no buddy 5'],
  ] as const) {
    person.type(typed)
    await person.line(said)
  }
  person.type('s 0')
  await person.line('online')
  person.type('t')
  await person.line('we are offline')
  const calls = [new Call(alice.account), new Call(bob.account)]
  calls[0]!.makeCall(uri)
  await person.line(`call 0 from ${alice.uri}`)
  calls[1]!.makeCall(uri)
  await person.line(`call 1 from ${bob.uri}`)
  person.type('a 99')
  await person.line('code: expected 100–699, got 99')
  person.type('a 200')
  await person.line('call 0 confirmed')
  person.type(']')
  await person.line(`call 1 ${bob.uri}`)
  person.type('d')
  await person.line('* call 1')
  const ends = calls.map((call) => call.once('callState', ({ state }) => state === 'disconnected'))
  person.type('ha')
  expect((await Promise.all(ends)).map(({ statusCode }) => statusCode)).toContain(603)
  person.type('?')
  for (const letter of COMMANDS.keys()) await person.line(letter)
  person.stop()
  expect(await person.ended).toBe(0)
})

test('answered by itself, the caller hears himself, for so long', { timeout: 60_000 }, async () => {
  const person = started('--auto-answer', '200', '--auto-loop', '--duration', '1')
  const uri = (await person.line('sip:')).split(' ')[0]!
  const call = new Call(alice.account)
  const end = call.once('callEnd')
  call.makeCall(uri)
  const { by, info } = await end
  expect(by).toBe('remote')
  expect(info.connectDuration).toBeGreaterThan(0.8)
  person.type('q')
  expect(await person.ended).toBe(0)
})
