import { describe, expect, test } from 'vitest'
import type { MediaCommand } from './contract.ts'
import { createPairStock } from './pair-stock.ts'

const CONFIG = { addresses: ['192.0.2.1'], range: { min: 20000, max: 20100 }, dscp: 46, spare: 2 }
const stocked = (count: number) => {
  const stock = createPairStock(CONFIG)
  for (let pair = 1; pair <= count; pair++)
    stock.add(
      { kind: 'pair-ready', pair, address: '192.0.2.1', rtpPort: 20000 + 2 * pair, rtcpPort: 20001 + 2 * pair },
      () => {},
    )
  return stock
}

describe('stock of socket pairs', () => {
  test('the first orders clear what somebody else left and ask for the spare ones', () => {
    const order = { kind: 'stock-pairs', address: '192.0.2.1', min: 20000, max: 20100, dscp: 46 }
    expect(stocked(0).orders()).toEqual([
      { ...order, address: '', want: 0 },
      { ...order, want: 2 },
    ])
  })
  test('pairs leave in the order they came, none twice; then the stock is empty', () => {
    const stock = stocked(2)
    const out: MediaCommand[] = []
    const send = (command: MediaCommand) => out.push(command)
    expect([stock.take(send)?.pair, stock.take(send)?.pair, stock.take(send)]).toEqual([1, 2, undefined])
    expect(stock.ready).toBe(0)
  })
  test('unopened pairs raise the order, opened and released ones make room again', () => {
    const stock = stocked(9)
    const out: MediaCommand[] = []
    const send = (command: MediaCommand) => out.push(command)
    const wants = () => out.splice(0).map((c) => (c.kind === 'stock-pairs' ? c.want : c.kind))
    const first = stock.take(send)!
    const second = stock.take(send)!
    expect(wants()).toEqual([3, 4])
    stock.opened(second)
    stock.release(first, send)
    expect(wants()).toEqual(['release-pair'])
    stock.take(send)
    stock.take(send)
    expect(wants()).toEqual([])
    stock.take(send)
    expect(wants()).toEqual([5])
  })
  test('two families: a pair of the one asked for, else of the first', () => {
    const stock = createPairStock({ ...CONFIG, addresses: ['192.0.2.1', '2001:db8::1'] })
    expect(stock.orders().map((order) => order.kind === 'stock-pairs' && [order.address, order.want])).toEqual([
      ['', 0],
      ['192.0.2.1', 2],
      ['2001:db8::1', 2],
    ])
    const pair = { kind: 'pair-ready', rtpPort: 20000, rtcpPort: 20001 } as const
    stock.add({ ...pair, pair: 1, address: '192.0.2.1' }, () => {})
    stock.add({ ...pair, pair: 2, address: '2001:db8::1' }, () => {})
    stock.add({ ...pair, pair: 3, address: '192.0.2.1' }, () => {})
    const taken = [
      stock.take(() => {}, 'IP6'),
      stock.take(() => {}, 'IP6'),
      stock.take(() => {}),
      stock.take(() => {}, 'IP4'),
    ]
    expect(taken.map((each) => each?.pair)).toEqual([2, undefined, 1, 3])
    expect(stocked(2).take(() => {}, 'IP6')).toBeUndefined()
  })
  test('two to receive and to send apart: both or none, and both back', () => {
    const stock = stocked(3)
    const out: MediaCommand[] = []
    const send = (command: MediaCommand) => out.push(command)
    const apart = stock.take(send, 'IP4', true)!
    expect([apart.pair, apart.sendPair, stock.ready]).toEqual([1, 2, 1])
    expect(stock.take(send, 'IP4', true)).toBeUndefined()
    expect(stock.take(send)).toMatchObject({ pair: 3 })
    expect(out.map((c) => c.kind === 'stock-pairs' && c.want)).toEqual([4, 5])
    out.length = 0
    stock.release(apart, send)
    expect(out).toEqual([
      { kind: 'release-pair', pair: 1 },
      { kind: 'release-pair', pair: 2 },
    ])
    out.length = 0
    stock.add({ kind: 'pair-ready', pair: 4, address: '192.0.2.1', rtpPort: 20008, rtcpPort: 20009 }, () => {})
    stock.add({ kind: 'pair-ready', pair: 5, address: '192.0.2.1', rtpPort: 20010, rtcpPort: 20011 }, () => {})
    stock.opened(stock.take(send, undefined, true)!)
    // One is still taken, and the order is for five: two more raise nothing.
    stock.add({ kind: 'pair-ready', pair: 6, address: '192.0.2.1', rtpPort: 20012, rtcpPort: 20013 }, () => {})
    stock.take(send)
    expect(out).toEqual([])
  })
  test('moved: what was at the old address is forgotten, pairs of the new one are asked for', () => {
    const stock = stocked(2)
    const out: MediaCommand[] = []
    const send = (command: MediaCommand) => out.push(command)
    const old = stock.take(send)!
    out.length = 0
    stock.move(['192.0.2.7'], send)
    stock.release(old, send)
    stock.add({ kind: 'pair-ready', pair: 9, address: '192.0.2.1', rtpPort: 20000, rtcpPort: 20001 }, () => {})
    expect(out.map((order) => order.kind === 'stock-pairs' && [order.address, order.want])).toEqual([
      ['192.0.2.1', 0],
      ['192.0.2.7', 2],
    ])
    expect(stock.ready).toBe(0)
    stock.add({ kind: 'pair-ready', pair: 10, address: '192.0.2.7', rtpPort: 20000, rtcpPort: 20001 }, () => {})
    expect(stock.take(send)?.pair).toBe(10)
  })
  test('another range: what is ready is given back but what fits, what is taken stays, what was on its way goes back', () => {
    const stock = stocked(3)
    const out: MediaCommand[] = []
    const send = (command: MediaCommand) => out.push(command)
    const taken = stock.take(send)!
    out.length = 0
    stock.setRange({ min: 20006, max: 20009 }, send)
    const order = { kind: 'stock-pairs', address: '192.0.2.1', min: 20006, max: 20009, dscp: 46 }
    expect(out.splice(0)).toEqual([
      { ...order, want: 3 },
      { kind: 'release-pair', pair: 2 },
    ])
    expect(stock.range).toEqual({ min: 20006, max: 20009 })
    stock.add({ kind: 'pair-ready', pair: 4, address: '192.0.2.1', rtpPort: 20010, rtcpPort: 20011 }, send)
    stock.add({ kind: 'pair-ready', pair: 5, address: '192.0.2.1', rtpPort: 20008, rtcpPort: 20009 }, send)
    expect(out.splice(0)).toEqual([{ kind: 'release-pair', pair: 4 }])
    expect([stock.take(send)?.pair, stock.take(send)?.pair, stock.take(send)]).toEqual([3, 5, undefined])
    // Orders that follow are for the new range; the pair that was taken is given back as ever.
    expect(out.splice(0)).toEqual([
      { ...order, want: 4 },
      { ...order, want: 5 },
    ])
    stock.release(taken, send)
    stock.move(['192.0.2.7'], send)
    expect(out).toEqual([
      { kind: 'release-pair', pair: 1 },
      { ...order, want: 0 },
      { ...order, address: '192.0.2.7', want: 2 },
    ])
  })
})
