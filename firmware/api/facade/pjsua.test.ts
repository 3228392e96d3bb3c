// docs/api.md: each of PJSUA's call functions as the table of it says, run between two endpoints.
import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { Call, XFER_NO_REQUIRE_REPLACES } from './index.ts'
import { type Desk, desk, desksOfAll, talking } from './testing/pair.ts'

const text = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8')
const rows = [...text.matchAll(/^\| `(pjsua_\w+)` \| `(.+)` \|$/gm)].map(
  ([, name = '', code = '']) => [name, code] as const,
)

let alice: Desk
let bob: Desk
let carol: Desk
beforeAll(async () => {
  ;[alice, bob, carol] = await Promise.all([desk('alice'), desk('bob'), desk('carol')])
})
desksOfAll(() => [alice, bob, carol])

test('the table has all of them', () => {
  expect(new Set(rows.map(([name]) => name)).size).toBe(24)
})

/** What the row is about, and what has to be seen of it. */
interface Scene {
  readonly call: Call
  readonly other: Call | undefined
  /** Holds when the row did what it says. */
  readonly seen: (value: unknown) => unknown
}

const stands = async (seen: (value: unknown, call: Call, theirs: Call) => unknown): Promise<Scene> => {
  const { mine, theirs } = await talking(alice, bob)
  return { call: mine, other: undefined, seen: (value) => seen(value, mine, theirs) }
}
const gives = (expected: unknown) => stands((value) => expect(value).toEqual(expected))
/** Something that is told of their side. */
const told = async (name: Parameters<Call['once']>[0], match: object): Promise<Scene> => {
  const { mine, theirs } = await talking(alice, bob)
  const heard = theirs.once(name)
  return { call: mine, other: undefined, seen: async () => expect(await heard).toMatchObject(match) }
}
const modified = async (): Promise<Scene> => {
  const { mine } = await talking(alice, bob)
  const done = mine.once('callModified')
  return { call: mine, other: undefined, seen: async () => expect(await done).toMatchObject({ statusCode: 200 }) }
}
/** A call that rings here. */
const rings = async (match: object): Promise<Scene> => {
  const theirs = new Call(bob.account)
  const comes = alice.account.nextCall()
  theirs.makeCall(alice.uri)
  const call = await comes
  const answered = theirs.once('callState', ({ statusCode }) => statusCode > 100)
  return { call, other: undefined, seen: async () => expect(await answered).toMatchObject(match) }
}

const SCENES: Readonly<Record<string, () => Promise<Scene>>> = {
  pjsua_call_get_max_count: () => gives(32),
  pjsua_call_get_count: () => gives(1),
  pjsua_enum_calls: () => gives([0]),
  pjsua_call_make_call: async () => {
    const comes = carol.account.once('incomingCall')
    const seen = async () => expect((await comes).rdata.headers['X-A']).toEqual(['b'])
    return { call: new Call(alice.account), other: undefined, seen }
  },
  pjsua_call_is_active: () => gives(true),
  pjsua_call_has_media: () => gives(true),
  pjsua_call_get_conf_port: () => gives(0),
  pjsua_call_get_info: () => stands((value) => expect(value).toMatchObject({ state: 'confirmed', role: 'uac' })),
  pjsua_call_set_user_data: () => stands((_, call) => expect(call.getUserData()).toEqual({ any: 'thing' })),
  pjsua_call_get_user_data: () => gives(undefined),
  pjsua_call_get_rem_nat_type: () => stands((error) => expect(String(error)).toContain('does not say')),
  pjsua_call_answer: () => rings({ statusCode: 180, reason: 'Ringing' }),
  pjsua_call_hangup: () => rings({ statusCode: 486, reason: 'Nope' }),
  pjsua_call_set_hold: modified,
  pjsua_call_reinvite: modified,
  pjsua_call_update: modified,
  pjsua_call_xfer: async () => {
    const { mine } = await talking(alice, bob)
    const comes = carol.account.once('incomingCall')
    return { call: mine, other: undefined, seen: async () => expect((await comes).rdata.peer.uri).toBe(bob.uri) }
  },
  pjsua_call_xfer_replaces: async () => {
    const { mine } = await talking(alice, bob)
    const { mine: other, theirs } = await talking(alice, carol)
    const asked = theirs.once('callReplaceRequest')
    return { call: mine, other, seen: async () => expect((await asked).rdata.headers.Require).toBeUndefined() }
  },
  pjsua_call_dial_dtmf: () => told('dtmfDigit', { digit: '1', method: 'rfc2833' }),
  pjsua_call_send_im: () => told('instantMessage', { msgBody: 'hello', contentType: 'text/plain' }),
  pjsua_call_send_typing_ind: () => told('typingIndication', { isTyping: true }),
  pjsua_call_send_request: () => told('callTsxState', { method: 'INFO', role: 'uas' }),
  pjsua_call_hangup_all: () => stands((_, _call, theirs) => theirs.once('callEnd')),
  pjsua_call_dump: () => stands(async (value) => expect(await value).toContain('RX')),
}

test.each(rows)('%s', { timeout: 20_000 }, async (name, code) => {
  const { call, other, seen } = await SCENES[name]!()
  const names = { endpoint: alice.endpoint, account: alice.account, uri: carol.uri, call, other }
  const all = { ...names, Call, XFER_NO_REQUIRE_REPLACES }
  const run = new Function(...Object.keys(all), `return ${code}`)
  let value: unknown
  try {
    value = run(...Object.values(all))
  } catch (error) {
    value = error
  }
  await seen(value)
})
