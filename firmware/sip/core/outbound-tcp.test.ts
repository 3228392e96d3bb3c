// Flows of Outbound over TCP (RFC 5626 §4.4.1): broken connections, pings at the pace of the Flow-Timer, pongs that do not come.
import { describe, expect, test } from 'vitest'
import { INSTANCE } from '../../testing/registering.ts'
import { Stage } from '../../testing/stage.ts'

const DOORS = ['10.0.1.1', '10.0.1.2']
const PROXIES = DOORS.map((address) => `sip:${address}`)

describe('over TCP', () => {
  function overTcp(flowTimer: string | undefined) {
    const stage = new Stage()
    const alice = stage.phone('alice', '10.0.0.1', {}, ['TCP'])
    const edges = DOORS.slice(0, 2).map((address, i) => {
      const edge = stage.phone(`edge${i + 1}`, address, { applicationMethods: ['REGISTER'] }, ['TCP'])
      edge.on('request-incoming', ({ id, request }) => {
        const headers = [
          { name: 'Contact', value: request.header('Contact') ?? '' },
          { name: 'Require', value: 'outbound' },
          ...(flowTimer === undefined ? [] : [{ name: 'Flow-Timer', value: flowTimer }]),
        ]
        edge.do({ kind: 'reply', id, status: 200, reason: undefined, headers, body: undefined })
      })
      return edge
    })
    alice.do({
      ...{ kind: 'register', id: 'reg', identity: alice.identity, registrar: 'sip:example.com', expires: 3600 },
      ...{ headers: [], now: false },
      options: { instance: INSTANCE, outbound: PROXIES.slice(0, 2).map((proxy) => `${proxy};transport=tcp`) },
    })
    stage.run(1000)
    const registers = () => edges.map((edge) => edge.all('request-incoming').length)
    const flows = () => alice.last('registration-state')?.flows?.map(({ registered }) => registered)
    return { stage, alice, edges, registers, flows }
  }

  test('a connection that breaks is made anew at once, the other serves meanwhile', () => {
    const { stage, alice, edges, registers, flows } = overTcp(undefined)
    expect([flows(), registers()]).toEqual([
      [true, true],
      [1, 1],
    ])
    const target = 'sip:bob@example.com'
    const call = () =>
      alice.input({ kind: 'invite', id: `${stage.now}`, identity: alice.identity, target, sdp: 'o', headers: [] })
    for (const end of edges[0]!.flows.values()) end.close()
    alice.on('registration-state', ({ status }) => {
      if (status === 503) call()
    })
    stage.run(2000)
    expect(edges.map((edge) => edge.all('session-incoming').length)).toEqual([0, 1])
    expect([flows(), registers()]).toEqual([
      [true, true],
      [2, 1],
    ])
    expect(alice.all('registration-state').every(({ state }, i) => i === 0 || state === 'registered')).toBe(true)
  })

  test('pings at 80–100 % of the Flow-Timer; without a pong the flow is dead and made anew', () => {
    const { stage, alice, registers, flows } = overTcp('20')
    stage.keepAlives.length = 0
    stage.run(21_000)
    // Two pings, each with its pong, whose sender writes it 10 ms later.
    expect(stage.keepAlives).toHaveLength(4)
    for (const at of stage.keepAlives) expect(at).toBeGreaterThanOrEqual(16_000)
    stage.streams.breakAll(undefined)
    stage.run(60_000)
    expect(registers()).toEqual([2, 2])
    expect(flows()).toEqual([true, true])
    expect(alice.all('registration-state').some(({ status, cause }) => status === 503 && cause === 'transport')).toBe(
      true,
    )
  })

  test.each([['0'], ['x'], ['99999999']])('a Flow-Timer of %s does not flood', (value) => {
    const { stage } = overTcp(value)
    stage.keepAlives.length = 0
    stage.run(100_000)
    expect(stage.keepAlives.length).toBeLessThanOrEqual(4 * (100 / 4))
  })
})
