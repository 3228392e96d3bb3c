// The parties in virtual time: they ring, answer, connect their ports, and call when asked.
import { expect, test } from 'vitest'
import { FOREVER, ms } from '../base/time.ts'
import type { CallMedia, UaEvent } from '../ua/contract.ts'
import { createParties, type PartiesInput, type PartiesOutput } from './parties.ts'

const config = { echo: 'echo', second: 'second', handset: 'handset', echoAfterMs: 1000, secondAfterMs: 2000 }
const peer = { uri: 'sip:100@lab', display: '', number: '100' }
const media = (port: string | undefined): CallMedia => ({
  status: 'active',
  direction: 'sendrecv',
  codec: 'PCMA/8000',
  port,
  dtmf: true,
})
const state = (call: string, name: 'confirmed' | 'disconnected'): UaEvent => ({
  ...{ kind: 'call-state', call, account: 'echo', state: name, previous: 'early', peer },
  ...{ status: 200, reason: 'OK', cause: undefined },
})

function world() {
  const parties = createParties(config)
  const take = (run: (out: PartiesOutput[]) => void) => {
    const out: PartiesOutput[] = []
    run(out)
    return out.map(({ command }) => {
      if (command.kind === 'answer') return `${command.call} ${command.status}`
      if (command.kind === 'connect') return `${command.from} > ${command.to}`
      return command.kind === 'make-call' ? `${command.call} calls ${command.target}` : `${command.kind}`
    })
  }
  return {
    parties,
    tell: (input: PartiesInput, at: number) => take((out) => parties.handle(input, ms(at), out)),
    wake: (at: number) => take((out) => parties.wake(ms(at), out)),
  }
}

test('the echo rings a second, answers, and hears itself', () => {
  const { parties, tell, wake } = world()
  const incoming = { kind: 'call-incoming', call: 'in:1', account: 'echo', peer, alertInfo: undefined } as const
  expect(tell({ from: 'ua', event: incoming }, 0)).toEqual(['in:1 180'])
  expect(wake(999)).toEqual([])
  expect(wake(1000)).toEqual(['in:1 200'])
  const opened: UaEvent = { kind: 'call-media', call: 'in:1', media: media('call:in:1') }
  expect(tell({ from: 'ua', event: opened }, 1001)).toEqual(['call:in:1 > call:in:1'])
  expect(tell({ from: 'ua', event: opened }, 1002)).toEqual([])
  expect(tell({ from: 'ua', event: state('in:1', 'disconnected') }, 2000)).toEqual([])
  expect(parties.deadline()).toBe(FOREVER)
})

test('a caller that gives up is not answered', () => {
  const { tell, wake } = world()
  const incoming = { kind: 'call-incoming', call: 'in:1', account: 'second', peer, alertInfo: undefined } as const
  tell({ from: 'ua', event: incoming }, 0)
  tell({ from: 'ua', event: state('in:1', 'disconnected') }, 500)
  expect(wake(5000)).toEqual([])
})

test('the second phone calls, speaks and listens, and hangs up when asked', () => {
  const { tell } = world()
  expect(tell({ from: 'operator', do: 'call', target: '100' }, 0)).toEqual(['second:1 calls 100'])
  const opened: UaEvent = { kind: 'call-media', call: 'second:1', media: media('call:second:1') }
  expect(tell({ from: 'ua', event: opened }, 10)).toEqual(['handset > call:second:1', 'call:second:1 > handset'])
  expect(tell({ from: 'operator', do: 'hang-up' }, 20)).toEqual(['hang-up'])
})

test('whoever is sent on goes there, and is joined to it as to any other call', () => {
  const { tell, parties } = world()
  const asked: UaEvent = {
    ...{ kind: 'transfer-incoming', transfer: 't', account: 'echo', call: 'in:1', peer, target: peer, replaces: false },
    ...{ referredBy: undefined, headers: [], default: 'refuse', answerMs: 5000 },
  }
  expect(tell({ from: 'ua', event: asked }, 0)).toEqual(['answer-transfer'])
  expect(tell({ from: 'ua', event: { kind: 'call-media', call: 'sent:1', media: media('p') } }, 1)).toEqual(['p > p'])
  expect(tell({ from: 'ua', event: { ...state('sent:1', 'disconnected') } }, 2)).toEqual([])
  expect(parties.deadline()).toBe(FOREVER)
})

test('a call in the place of another is taken at once', () => {
  const { tell, wake } = world()
  const incoming = { kind: 'call-incoming', call: 'in:2', account: 'second', peer, alertInfo: undefined } as const
  tell({ from: 'ua', event: { ...incoming, replaces: 'in:1' } }, 0)
  expect(wake(0)).toEqual(['in:2 200'])
})
