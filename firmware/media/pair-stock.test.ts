import { describe, expect, test } from 'vitest'
import type { MediaCommand } from './contract.ts'
import { createPairStock } from './pair-stock.ts'

const CONFIG = { address: '192.0.2.1', min: 20000, max: 20100, dscp: 46, spare: 2 }
const stocked = (count: number) => {
  const stock = createPairStock(CONFIG)
  for (let pair = 1; pair <= count; pair++)
    stock.add({ kind: 'pair-ready', pair, address: '192.0.2.1', rtpPort: 20000 + 2 * pair, rtcpPort: 20001 + 2 * pair })
  return stock
}

describe('stock of socket pairs', () => {
  test('the first orders clear what somebody else left and ask for the spare ones', () => {
    const order = { kind: 'stock-pairs', address: '192.0.2.1', min: 20000, max: 20100, dscp: 46 }
    expect(stocked(0).orders()).toEqual([
      { ...order, want: 0 },
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
    stock.take(send)
    expect(wants()).toEqual([3, 4])
    stock.opened()
    stock.release(first, send)
    expect(wants()).toEqual(['release-pair'])
    stock.take(send)
    stock.take(send)
    expect(wants()).toEqual([])
    stock.take(send)
    expect(wants()).toEqual([5])
  })
})
