// The four transaction machines as tables: state × input → next state and actions (RFC 3261 §17, RFC 6026, RFC 4320).
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FOREVER, type Millis, ms } from '../../base/time.ts'
import {
  type ClientAction,
  type ClientInput,
  type InviteClientState,
  inviteClientDeadline,
  startInviteClient,
  stepInviteClient,
} from './invite-client.ts'
import {
  type InviteServerState,
  inviteServerDeadline,
  type ServerAction,
  type ServerInput,
  startInviteServer,
  stepInviteServer,
} from './invite-server.ts'
import {
  type NonInviteClientState,
  nonInviteClientDeadline,
  startNonInviteClient,
  stepNonInviteClient,
} from './non-invite-client.ts'
import {
  type NonInviteServerState,
  nonInviteServerDeadline,
  startNonInviteServer,
  stepNonInviteServer,
} from './non-invite-server.ts'

const T = { t1: 500, t2: 4000, t4: 5000, d: 32000 }

interface Machine<S extends { readonly name: string }, I, A> {
  readonly start: (now: Millis, out: A[]) => S
  readonly step: (state: S, input: I, now: Millis, out: A[]) => S
  readonly deadline: (state: S) => Millis
}

const inviteClient: Machine<InviteClientState, ClientInput, ClientAction> = {
  start: (now, out) => startInviteClient(now, T, out),
  step: (state, input, now, out) => stepInviteClient(state, input, now, T, out),
  deadline: inviteClientDeadline,
}
const nonInviteClient: Machine<NonInviteClientState, ClientInput, ClientAction> = {
  start: (now, out) => startNonInviteClient(now, T, out),
  step: (state, input, now, out) => stepNonInviteClient(state, input, now, T, out),
  deadline: nonInviteClientDeadline,
}
const inviteServer: Machine<InviteServerState, ServerInput, ServerAction> = {
  start: (now) => startInviteServer(now),
  step: (state, input, now, out) => stepInviteServer(state, input, now, T, out),
  deadline: inviteServerDeadline,
}
const nonInviteServer: Machine<NonInviteServerState, ServerInput, ServerAction> = {
  start: (now) => startNonInviteServer(now, T),
  step: (state, input, now, out) => stepNonInviteServer(state, input, now, T, out),
  deadline: nonInviteServerDeadline,
}

/** Plays inputs at their times, waking at each deadline between; `500 send` per action, and the state at the end. */
function run<S extends { readonly name: string }, I, A>(
  machine: Machine<S, I, A>,
  script: readonly (readonly [number, I])[],
  until = 200_000,
): { readonly log: string[]; readonly state: S; readonly endedAt: number } {
  const log: string[] = []
  let now = 0
  let endedAt = Number.POSITIVE_INFINITY
  const note = (out: A[]) => {
    for (const action of out) log.push(`${now} ${action}`)
  }
  const first: A[] = []
  let state = machine.start(ms(0), first)
  note(first)
  const left = [...script]
  for (;;) {
    const wake = machine.deadline(state)
    const at = Math.min(wake, left[0]?.[0] ?? FOREVER)
    if (at > until) return { log, state, endedAt }
    now = at
    const input = left[0] && left[0][0] <= wake ? (left.shift() as [number, I])[1] : ({ kind: 'wake' } as I)
    const out: A[] = []
    state = machine.step(state, input, ms(now), out)
    note(out)
    if (state.name === 'Terminated' && endedAt === Number.POSITIVE_INFINITY) endedAt = now
  }
}

const response = (status: number): ClientInput => ({ kind: 'response', status })
const respond = (status: number): ServerInput => ({ kind: 'respond', status })
const ERROR: ClientInput = { kind: 'transport-error' }
const HUSH: ClientInput = { kind: 'hush' }
const REQUEST: ServerInput = { kind: 'request' }
const ACK: ServerInput = { kind: 'ack' }

describe('exact times', () => {
  test('unanswered INVITE: timers A and B', () => {
    expect(run(inviteClient, []).log.join()).toBe(
      '0 send,500 send,1500 send,3500 send,7500 send,15500 send,31500 send,32000 timeout',
    )
  })
  test('an INVITE another server has the turn of: not sent again, but listened for until timer B', () => {
    expect(run(inviteClient, [[4000, HUSH]]).log.join()).toBe('0 send,500 send,1500 send,3500 send,32000 timeout')
  })
  test('the way back of a ringing INVITE is gone: at an end when nothing can come by another', () => {
    const ringing: [number, ClientInput] = [100, response(180)]
    expect(run(inviteClient, [ringing, [200, ERROR]]).log.join()).toBe('0 send,100 deliver')
    const final: ClientInput = { kind: 'transport-error', final: true }
    expect(run(inviteClient, [ringing, [200, final]]).log.join()).toBe('0 send,100 deliver,200 unreachable')
  })
  test('unanswered non-INVITE: timers E and F', () => {
    expect(run(nonInviteClient, []).log.join()).toBe(
      '0 send,500 send,1500 send,3500 send,7500 send,11500 send,15500 send,19500 send,23500 send,27500 send,31500 send,32000 timeout',
    )
  })
  test('a provisional response slows a non-INVITE down to T2', () => {
    expect(run(nonInviteClient, [[100, response(100)]], 13_000).log.join()).toBe(
      '0 send,100 deliver,500 send,4500 send,8500 send,12500 send',
    )
  })
  test('a refusal without ACK: timers G and H', () => {
    const { log, endedAt } = run(inviteServer, [[100, respond(486)]])
    const at = [100, 600, 1600, 3600, 7600, 11600, 15600, 19600, 23600, 27600, 31600]
    expect(log).toEqual(at.map((time) => `${time} send`))
    expect(endedAt).toBe(32_100)
  })
  test.each([
    ['timer D', inviteClient, [[100, response(486)]], 32_100],
    ['timer M', inviteClient, [[100, response(200)]], 32_100],
    ['timer K', nonInviteClient, [[100, response(200)]], 5100],
    [
      'timer I',
      inviteServer,
      [
        [100, respond(486)],
        [200, ACK],
      ],
      5200,
    ],
    ['timer L', inviteServer, [[100, respond(200)]], 32_100],
    ['timer J', nonInviteServer, [[100, respond(200)]], 32_100],
    ['no answer at all (RFC 4320)', nonInviteServer, [], 32_000],
  ] as const)('%s ends the transaction', (_name, machine, script, end) => {
    expect(run(machine as Machine<{ name: string }, unknown, string>, script as never).endedAt).toBe(end)
  })
  test('100 Trying after 200 ms for an INVITE, after 3.5 s for another request', () => {
    expect(run(inviteServer, []).log).toEqual(['200 trying'])
    expect(run(nonInviteServer, []).log).toEqual(['3500 trying'])
    expect(run(inviteServer, [[199, respond(180)]]).log).toEqual(['199 send'])
  })
})

/** Rows: how the state is reached, the input at 300 ms, the state after it, the actions it causes. */
type Row<I> = readonly [reached: readonly I[], input: I, state: string, actions: string]

function table<S extends { readonly name: string }, I, A>(
  name: string,
  machine: Machine<S, I, A>,
  rows: readonly Row<I>[],
) {
  describe(name, () => {
    test.each(rows.map((row) => [row[0].map(show).join(' '), show(row[1]), ...row] as const))(
      'after [%s]: %s',
      (_reached, _input, reached, input, expected, actions) => {
        let state = machine.start(ms(0), [])
        for (const before of reached) state = machine.step(state, before, ms(100), [])
        const out: A[] = []
        state = machine.step(state, input, ms(300), out)
        expect([state.name, out.join()]).toEqual([expected, actions])
      },
    )
  })
}
const show = (input: unknown): string => Object.values(input as object).join(' ')
const EARLY_WAKE = { kind: 'wake' } as const

table('INVITE client', inviteClient, [
  [[], EARLY_WAKE, 'Calling', ''],
  [[], response(100), 'Proceeding', 'deliver'],
  [[], response(200), 'Accepted', 'deliver'],
  [[], response(404), 'Completed', 'ack,deliver'],
  [[], ERROR, 'Terminated', 'unreachable'],
  [[], HUSH, 'Calling', ''],
  [[HUSH], response(100), 'Proceeding', 'deliver'],
  [[HUSH], response(200), 'Accepted', 'deliver'],
  [[HUSH], response(486), 'Completed', 'ack,deliver'],
  [[response(180)], EARLY_WAKE, 'Proceeding', ''],
  [[response(180)], response(183), 'Proceeding', 'deliver'],
  [[response(180)], response(200), 'Accepted', 'deliver'],
  [[response(180)], response(603), 'Completed', 'ack,deliver'],
  [[response(180)], ERROR, 'Proceeding', ''],
  [[response(180)], HUSH, 'Proceeding', ''],
  [[response(404)], response(404), 'Completed', 'ack'],
  [[response(404)], response(200), 'Completed', ''],
  [[response(404)], response(180), 'Completed', ''],
  [[response(404)], ERROR, 'Terminated', ''],
  [[response(404)], HUSH, 'Completed', ''],
  [[response(404)], EARLY_WAKE, 'Completed', ''],
  [[response(200)], response(200), 'Accepted', 'deliver'],
  [[response(200)], response(180), 'Accepted', ''],
  [[response(200)], response(486), 'Accepted', ''],
  [[response(200)], ERROR, 'Accepted', ''],
  [[response(200)], HUSH, 'Accepted', ''],
  [[response(200)], EARLY_WAKE, 'Accepted', ''],
  [[ERROR], response(200), 'Terminated', ''],
])
table('non-INVITE client', nonInviteClient, [
  [[], EARLY_WAKE, 'Trying', ''],
  [[], response(100), 'Proceeding', 'deliver'],
  [[], response(200), 'Completed', 'deliver'],
  [[], response(500), 'Completed', 'deliver'],
  [[], ERROR, 'Terminated', 'unreachable'],
  [[response(100)], response(100), 'Proceeding', 'deliver'],
  [[response(100)], response(404), 'Completed', 'deliver'],
  [[response(100)], ERROR, 'Terminated', 'unreachable'],
  [[response(200)], response(200), 'Completed', ''],
  [[response(200)], ERROR, 'Completed', ''],
  [[response(200)], EARLY_WAKE, 'Completed', ''],
  [[ERROR], response(200), 'Terminated', ''],
])
table('INVITE server', inviteServer, [
  [[], REQUEST, 'Proceeding', 'trying'],
  [[], ACK, 'Proceeding', ''],
  [[], respond(180), 'Proceeding', 'send'],
  [[], respond(200), 'Accepted', 'send'],
  [[], respond(486), 'Completed', 'send'],
  [[respond(180)], REQUEST, 'Proceeding', 'send'],
  [[respond(180)], EARLY_WAKE, 'Proceeding', ''],
  [[respond(486)], REQUEST, 'Completed', 'send'],
  [[respond(486)], respond(200), 'Completed', ''],
  [[respond(486)], ACK, 'Confirmed', ''],
  [[respond(486)], EARLY_WAKE, 'Completed', ''],
  [[respond(486), ACK], REQUEST, 'Confirmed', ''],
  [[respond(486), ACK], ACK, 'Confirmed', ''],
  [[respond(200)], REQUEST, 'Accepted', ''],
  [[respond(200)], EARLY_WAKE, 'Accepted', ''],
])
table('non-INVITE server', nonInviteServer, [
  [[], REQUEST, 'Trying', ''],
  [[], EARLY_WAKE, 'Trying', ''],
  [[], respond(100), 'Proceeding', 'send'],
  [[], respond(200), 'Completed', 'send'],
  [[respond(100)], REQUEST, 'Proceeding', 'send'],
  [[respond(100)], respond(404), 'Completed', 'send'],
  [[respond(200)], REQUEST, 'Completed', 'send'],
  [[respond(200)], respond(500), 'Completed', ''],
  [[respond(200)], EARLY_WAKE, 'Completed', ''],
])

describe('any script', () => {
  const clientInput = fc.oneof(
    fc.constantFrom(100, 180, 200, 302, 486, 503).map(response),
    fc.constant(ERROR),
    fc.constant<ClientInput>(EARLY_WAKE),
  )
  const serverInput = fc.oneof(
    fc.constantFrom(100, 180, 200, 486).map(respond),
    fc.constantFrom<ServerInput>(REQUEST, ACK, EARLY_WAKE),
  )
  const scripted = <I>(input: fc.Arbitrary<I>) =>
    fc.array(fc.tuple(fc.nat(9000), input), { maxLength: 8 }).map((steps) => {
      let at = 0
      return steps.map(([gap, i]) => {
        at += gap
        return [at, i] as const
      })
    })
  const isOver = (log: readonly string[]) => log.filter((line) => /timeout|unreachable/.test(line)).length

  test('a client transaction reports one end and comes to rest', () => {
    fc.assert(
      fc.property(scripted(clientInput), (script) => {
        const invite = run(inviteClient, script)
        expect(isOver(invite.log)).toBeLessThanOrEqual(1)
        expect(['Terminated', 'Proceeding']).toContain(invite.state.name)
        const other = run(nonInviteClient, script)
        expect(isOver(other.log)).toBeLessThanOrEqual(1)
        expect(other.state.name).toBe('Terminated')
      }),
    )
  })
  test('a server transaction comes to rest', () => {
    fc.assert(
      fc.property(scripted(serverInput), (script) => {
        expect(['Terminated', 'Proceeding']).toContain(run(inviteServer, script).state.name)
        expect(run(nonInviteServer, script).state.name).toBe('Terminated')
      }),
    )
  })
})
