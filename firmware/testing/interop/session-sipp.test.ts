// Reliable responses and session timers with SIPp, which says what few phones do: each scenario is a file of `scenarios/`.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConsoleProcess, startConsole } from '../console.ts'
import { type SippRun, startSipp } from './sipp.ts'

let us: ConsoleProcess
let target: string
beforeAll(async () => {
  us = startConsole()
  const { port } = await us.do({ do: 'start', address: '127.0.0.1' })
  target = `127.0.0.1:${port}`
  await us.do({ do: 'account', account: 'me', aor: `sip:me@${target}` })
})
afterAll(() => us?.end())

/** What it has sent and received. */
async function wellDone({ done }: SippRun): Promise<string> {
  const { code, log } = await done
  expect(code, log).toBe(0)
  return log
}

// What SIPp answers; what has to be heard here, and how long the call lasts then, ms: its 10 s make a refresh after five.
test.each<[string, string, object, number]>([
  [
    'reliable-callee',
    'acknowledged once each and in order; refreshed by UPDATE',
    { event: 'call-state', state: 'confirmed' },
    6000,
  ],
  [
    'timer-callee',
    '422: called again with what is asked for; refreshed by re-INVITE',
    { event: 'session-state', state: 'REINVITING' },
    500,
  ],
])(
  'we call: %s (%s)',
  async (scenario, _what, heard, lasts) => {
    const sipp = await startSipp(scenario, {})
    const { call } = await us.do({ do: 'call', to: `sip:sipp@127.0.0.1:${sipp.port}` })
    await us.heard({ event: 'timer', call, expires: 10, refresher: 'local' })
    await us.heard({ ...heard, call })
    await sleep(lasts)
    await us.do({ do: 'hangup', call })
    await us.heard({ event: 'call-state', call, state: 'disconnected' })
    await wellDone(sipp)
  },
  30_000,
)

test('it calls: reliable-caller (180 repeated until the right PRACK)', async () => {
  const from = us.lines.length
  const sipp = await startSipp('reliable-caller', { target, user: 'me' })
  const { call } = await us.heard({ event: 'incoming' }, from)
  await us.do({ do: 'answer', call, code: 180 })
  await sleep(1200)
  await us.do({ do: 'answer', call })
  await us.heard({ event: 'call-state', call, state: 'disconnected' })
  expect((await wellDone(sipp)).match(/^SIP\/2\.0 180 /gm)).toHaveLength(2)
}, 30_000)

test('it calls: timer-caller (422, then refreshed by its UPDATE and re-INVITE)', async () => {
  const from = us.lines.length
  const sipp = await startSipp('timer-caller', { target, user: 'me' })
  const { call } = await us.heard({ event: 'incoming' }, from)
  await us.do({ do: 'answer', call })
  await us.heard({ event: 'timer', call, expires: 120, refresher: 'remote' })
  await us.heard({ event: 'call-state', call, state: 'disconnected' })
  await wellDone(sipp)
  // The INVITE that was refused was no call to anybody.
  expect(us.lines.slice(from).filter(({ event }) => event === 'incoming')).toHaveLength(1)
}, 30_000)
