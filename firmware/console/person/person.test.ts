// The console for people, typed at, with endpoints of the test's at the other end.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { Call } from '../../api/facade/index.ts'
import { type Desk, desk } from '../../api/facade/testing/pair.ts'
import { endPrograms, type Program, startProgram } from '../../testing/program.ts'
import { COMMANDS } from './commands.ts'

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
const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))
const started = (...args: readonly string[]) => startProgram(MAIN, [...LOCAL, ...args])
const asked = (person: Program, last: string) => {
  person.type(last)
  return person.ended
}

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
  person.type('i 0 good morning')
  expect((await message).msgBody).toBe('good morning')
  person.type('S INFO 0')
  await person.line('INFO 200')
  person.type('dq')
  await person.line('RX')
  const target = bob.account.once('incomingCall')
  person.type(`x ${bob.uri}`)
  expect((await target).rdata.peer.uri).toBe(alice.uri)
  bob.account.incoming.at(-1)!.answer({ statusCode: 200 })
  await person.line('transfer 200')
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
    ['a abc', 'code: expected 100–699, got abc'],
    ['h now', 'h takes nothing more, got now'],
  ] as const) {
    person.type(typed)
    await person.line(said)
  }
  person.type('s 1')
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

test('buddies, several accounts, ports, volume, options written and read again', { timeout: 60_000 }, async () => {
  const person = started('--id', 'sip:me@127.0.0.1', '--play-tone', '400,450,100,100', '--use-ice')
  await person.line('--use-ice: ICE comes later')
  await person.line('sip:me@127.0.0.1 at')
  const said = async (typed: string, ...parts: readonly string[]) => {
    person.type(typed)
    for (const part of parts) await person.line(part)
  }
  await said(`+b ${alice.uri}`)
  await said('s -1', 'online')
  await said('D 1', 'calls: idle')
  const message = alice.account.once('instantMessage')
  await said('i 1 are you there', `message to ${alice.uri}: 200`)
  expect((await message).msgBody).toBe('are you there')
  await said('S', 'method:')
  await said('OPTIONS', 'to (0: in the call):')
  await said('1', 'OPTIONS 200')
  const comes = alice.account.nextCall()
  await said('m 1', 'calling')
  ;(await comes).answer({ statusCode: 200 })
  await person.line('confirmed')
  await said('cl', 'port 0 device', 'port 1 tones:1', 'port 2 call:0')
  await said('cc', 'port 0 device', 'from port:')
  await said('1', 'to port:')
  await said('2')
  await said('cl', 'port 1 tones:1 to 2')
  await said('cd 1 2')
  await said('cd 1 2', 'they are not connected')
  await said('cc 7 0', 'there is no port 7')
  await said('V 2 0.5')
  await said('V 2 11', 'loudness: expected 0–10, got 11')
  await said('X', '* call 0 confirmed', 'call to replace:')
  await said('5', 'there is no call 5')
  await said('+a sip:other@127.0.0.1 - * me secret')
  await said('d', '  sip:me@127.0.0.1 local', '* sip:other@127.0.0.1 local', 'buddy 1', 'call 0')
  await said('dc', '--next-account', '--password ***')
  const file = join(folder, 'saved')
  await said(`f ${file}`, 'written to')
  expect(readFileSync(file, 'utf8')).toMatch(/--next-account\n--id sip:other@127.0.0.1\n.*--password secret\n/s)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  await said('<', 'account sip:me@127.0.0.1')
  await said('-a', 'disconnected')
  await said('-a', 'it is the only one')
  await said('L', 'sip:other@127.0.0.1 at')
  await said('echo 1')
  await said('sleep 10', 'sleep 10')
  await said('echo so', 'echo so', 'so')
  person.type('q')
  expect(await person.ended).toBe(0)
})

test('whom we are transferred to is heard, and who takes the place of another', { timeout: 60_000 }, async () => {
  const person = started(alice.uri)
  const mine = await alice.account.nextCall()
  mine.answer({ statusCode: 200 })
  await person.line('call 0 confirmed')
  const comes = bob.account.nextCall()
  mine.xfer(bob.uri)
  const theirs = await comes
  await person.line(`call 0 is transferred to ${bob.uri}`)
  theirs.answer({ statusCode: 200 })
  await person.line('call 1 confirmed')
  mine.hangup()
  await person.line('call 0 disconnected')
  person.type('cl')
  await person.line('port 0 device to 2')
  const consult = new Call(alice.account)
  const target = bob.account.nextCall()
  consult.makeCall(bob.uri)
  const held = await target
  held.answer({ statusCode: 200 })
  await consult.once('callState', ({ state }) => state === 'confirmed')
  theirs.xferReplaces(held)
  await person.line('call 1 is transferred to')
  await person.line('call 0 confirmed')
  person.type('q')
  expect(await person.ended).toBe(0)
})

test('a 3xx is followed when the person says so', { timeout: 60_000 }, async () => {
  const person = started('--accept-redirect', '3', alice.uri)
  ;(await alice.account.nextCall()).forward([bob.uri])
  await person.line(`is sent on to ${bob.uri}: Ra follows`)
  const comes = bob.account.nextCall()
  person.type('Ra')
  ;(await comes).answer({ statusCode: 486 })
  await person.line('disconnected 486')
  expect(await asked(person, 'q')).toBe(0)
})

test('what cannot be set up is named', { timeout: 60_000 }, async () => {
  for (const [args, error] of [
    [['--no-udp', '--no-tcp'], '--no-udp --no-tcp failed: expected one transport at least'],
    [['--username', 'u'], '--username --password failed: expected both, or none'],
    [['--log-file', '/nowhere/x'], '--log-file failed: ENOENT'],
    [['--play-tone', '1,2'], '--play-tone failed: expected F1,F2,ON,OFF'],
    [['--add-codec', 'X'], 'codecId: expected one of'],
  ] as const) {
    const { status, stderr } = spawnSync(process.execPath, [MAIN, ...LOCAL, ...args], { encoding: 'utf8', input: '' })
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(error) })
  }
  const person = started('--play-file', '/nowhere.wav')
  await person.line('--play-file /nowhere.wav: ')
  expect(await asked(person, 'q')).toBe(0)
})

test('the log: to standard error with the messages, to a file written anew or continued', { timeout: 60_000 }, () => {
  const file = join(folder, 'log')
  writeFileSync(file, 'old\n')
  const run = (...args: readonly string[]) =>
    spawnSync(process.execPath, [MAIN, ...LOCAL, '--log-file', file, ...args], { encoding: 'utf8', input: 'm 1\n' })
  const { stderr } = run('--app-log-level', '4')
  expect(stderr).toMatch(/^[\d:.]+ 4 sent UDP [\d.:]+ to [\d.:]+:\nINVITE sip:1@/m)
  expect(readFileSync(file, 'utf8')).toMatch(/^(?!old)[\s\S]*\nINVITE sip:1@/)
  expect(run('--log-append', '--log-level', '3').stderr).toBe('')
  expect(readFileSync(file, 'utf8').match(/^INVITE/gm)).toHaveLength(2)
  run('--log-level', '3')
  expect(readFileSync(file, 'utf8')).not.toContain('INVITE')
})
