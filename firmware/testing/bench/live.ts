// Calls that last: time until answered, memory by number of calls.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answerer, startBaresip, startPhone } from './answerers.ts'
import { alternate, type Bench, OURS, type Row, type Samples } from './bench.ts'
import { type Caller, createCaller, withCalls } from './caller.ts'
import { startMeasured } from './process.ts'

const CONTENDERS = { [OURS]: startPhone, baresip: startBaresip }

/** Each contender up, with a caller at it. */
async function withAnswerers<T>(
  act: (by: Record<string, { phone: Answerer; caller: Caller }>) => Promise<T>,
): Promise<T> {
  const up: Record<string, { phone: Answerer; caller: Caller }> = {}
  try {
    for (const [name, start] of Object.entries(CONTENDERS)) {
      const phone = await start()
      up[name] = { phone, caller: await createCaller(phone.port) }
    }
    return await act(up)
  } finally {
    for (const { phone, caller } of Object.values(up)) {
      caller.close()
      await phone.stop()
    }
  }
}

const at = (values: number[], share: number) => values.sort((a, b) => a - b)[Math.floor(values.length * share)]!

export const answer: Bench = {
  name: 'answer',
  about: 'INVITE sent until 200 received by a caller in Node, answered automatically',
  run: ({ rounds, scale }) =>
    withAnswerers(async (by) => {
      const tails: Record<string, number[]> = {}
      const measures = Object.entries(by).map(([name, { phone, caller }]) => [
        name,
        async () => {
          const times: number[] = []
          for (let n = 0; n < Math.ceil(100 * scale); n++) {
            const call = await caller.call(phone.user(0))
            times.push(call.answeredMs)
            await call.hangUp()
            await sleep(5)
          }
          tails[name] = [...(tails[name] ?? []), at(times, 0.95)]
          return at(times, 0.5)
        },
      ])
      const samples = await alternate(rounds, Object.fromEntries(measures))
      return [
        { what: 'INVITE → 200, p50', unit: 'ms', samples },
        { what: 'INVITE → 200, p95', unit: 'ms', samples: tails },
      ]
    }),
}

const users = (phone: Answerer, count: number) => Array.from({ length: count }, (_, n) => phone.user(n))

export const memory: Bench = {
  name: 'memory',
  about: 'resident memory of user agent and media without provisioning, by number of calls',
  async run() {
    const idle: Record<string, number[]> = { [OURS]: [] }
    const one: Record<string, number[]> = {}
    const each: Record<string, number[]> = {}
    await withAnswerers(async (by) => {
      for (const [name, { phone, caller }] of Object.entries(by)) {
        await sleep(300)
        const atRest = phone.rssMb()
        idle[name] = [atRest]
        const inOne = await withCalls(caller, users(phone, 1), () => sleep(1000).then(phone.rssMb))
        one[name] = [inOne]
        each[name] = [((await withCalls(caller, users(phone, 20), () => sleep(1000).then(phone.rssMb))) - inOne) / 19]
      }
    })
    idle['bare Node'] = [await bareNode()]
    const row = (what: string, samples: Samples): Row => ({ what, unit: 'MB', samples })
    return [row('memory, idle', idle), row('memory, one call', one), row('memory, each further call of 20', each)]
  },
}

/** RSS of a Node that does nothing, MB. */
export async function bareNode(): Promise<number> {
  const node = startMeasured([process.execPath, '-e', 'console.log("ready");setInterval(()=>{},1e6)'])
  await node.says('ready')
  await sleep(300)
  const rss = node.rssMb()
  await node.stop()
  return rss
}
