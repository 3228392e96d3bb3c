// CPU of calls with sound: one call in each codec, many at once, many in one conference; what is heard is said.
import { setTimeout as sleep } from 'node:timers/promises'
import { knownCodecs } from '../../media/codecs.ts'
import { framing } from '../../sdp/rtp.ts'
import { type Answerer, startBaresip, startConference, startPhone } from './answerers.ts'
import { alternate, type Bench, median, OURS, type Row, type Samples } from './bench.ts'
import { type Caller, type CallUp, createCaller, type Format, SILENT, type Talk, withCalls } from './caller.ts'
import { sealed } from './sealed.ts'
import { spoken } from './spoken.ts'

interface Sort {
  readonly what: string
  readonly count: number
  /** A name of `FORMATS`. */
  readonly format: string
  readonly secured?: boolean
  readonly together?: boolean
  readonly peer?: boolean
}

const format = (name: string, parameters: Readonly<Record<string, string>> = {}): Format => {
  const [codec] = knownCodecs([name], { [name]: { parameters } })
  if (codec === undefined) throw new Error(`no codec ${name}`)
  return { codec, ptimeMs: Math.max(20, framing(codec).frameMs) }
}

/** What a peer says that neither hears nor captures more than so many samples a second. */
const narrowed = (rate: number): Readonly<Record<string, string>> => ({
  maxplaybackrate: `${rate}`,
  'sprop-maxcapturerate': `${rate}`,
})
const OPUS: Readonly<Record<string, Format>> = {
  ...{ 'Opus 8 kHz': format('OPUS', narrowed(8000)), 'Opus 16 kHz': format('OPUS', narrowed(16_000)) },
  'Opus 48 kHz': format('OPUS'),
}
/** One of several that differ in the number of bits only. */
const CODECS = [
  'PCMU',
  'PCMA',
  'G722',
  'GSM',
  'ILBC',
  'SPEEX/8000',
  'SPEEX/16000',
  'SPEEX/32000',
  'G726-32',
  'L16/16000',
]
const FORMATS: Readonly<Record<string, Format>> = {
  ...Object.fromEntries(CODECS.map((name) => [name, format(name)])),
  ...OPUS,
}
/** What Debian's baresip has no codec for. */
const NOT_BARESIP = /^(ILBC|SPEEX)/
/** A phone is in its calls for so long before it is looked at, and then looked at for so long. */
const SETTLE_MS = 800
const LOOK_MS = 1000

const SORTS: readonly Sort[] = [
  ...Object.keys(FORMATS).map((name) => ({
    ...{ what: `1 call, ${name}`, count: 1, format: name, peer: !NOT_BARESIP.test(name) },
  })),
  { what: '1 call, PCMU with SRTP', count: 1, format: 'PCMU', secured: true, peer: true },
  { what: '20 calls, PCMU', count: 20, format: 'PCMU', peer: true },
  { what: '20 calls in one conference, PCMU', count: 20, format: 'PCMU', together: true },
  { what: '10 calls, Opus 48 kHz', count: 10, format: 'Opus 48 kHz', peer: true },
]

export const sound: Bench = {
  name: 'sound',
  about: 'CPU of calls with sound, by codec and number',
  async run({ rounds, scale }) {
    const said = await spoken(FORMATS)
    const rows: Row[] = []
    for (const sort of SORTS) {
      const up: Record<string, { phone: Answerer; caller: Caller }> = {}
      const starts = {
        [OURS]: sort.together ? startConference : startPhone,
        ...(sort.peer && { baresip: startBaresip }),
      }
      try {
        for (const [name, start] of Object.entries(starts)) {
          const phone = await start()
          up[name] = { phone, caller: await createCaller(phone.port) }
        }
        // The first socket pairs are bound a moment after a phone can be reached.
        await sleep(200)
        const measures = Object.entries(up).map(([name, { phone, caller }]) => [
          name,
          () => share(phone, caller, sort, said[sort.format]!, LOOK_MS * scale),
        ])
        const samples = await alternate(rounds, Object.fromEntries(measures))
        rows.push({ what: sort.what, unit: '% of a core', samples })
      } finally {
        for (const { phone, caller } of Object.values(up)) {
          caller.close()
          await phone.stop()
        }
      }
    }
    return [...rows, perCore(rows)]
  },
}

/** CPU of a phone in such calls, % of a core. */
function share(
  phone: Answerer,
  caller: Caller,
  sort: Sort,
  packets: readonly Buffer[],
  lastMs: number,
): Promise<number> {
  const { ptimeMs } = FORMATS[sort.format]!
  const talk = (): Talk => ({
    ...SILENT,
    format: FORMATS[sort.format]!,
    payload: (n) => packets[n % packets.length]!,
    // Those that are secured would have to be sealed by another key.
    reports: !sort.secured,
    ...(sort.secured && { sealed: sealed() }),
  })
  const users = Array.from({ length: sort.count }, (_, n) => phone.user(n))
  return withCalls(
    caller,
    users,
    async (calls) => {
      await sleep(SETTLE_MS)
      const [cpu, began, heard] = [phone.liveCpuMs(), performance.now(), received(calls)]
      await sleep(lastMs)
      const took = performance.now() - began
      const came = (received(calls) - heard) / ((took / ptimeMs) * sort.count)
      if (came < 0.9) throw new Error(`${sort.what}: only ${(100 * came).toFixed(0)} % of the packets came back`)
      return (100 * (phone.liveCpuMs() - cpu)) / took
    },
    talk,
  )
}

const received = (calls: readonly CallUp[]) => calls.reduce((sum, call) => sum + call.received(), 0)

/** How many more calls like the last nineteen of twenty fill a core. */
function perCore(rows: readonly Row[]): Row {
  const of = (what: string, name: string) => median(rows.find((row) => row.what === what)?.samples[name] ?? [])
  const samples: Samples = Object.fromEntries(
    [OURS, 'baresip'].map((name) => {
      const [one, twenty] = [of('1 call, PCMU', name), of('20 calls, PCMU', name)]
      return [name, [one === undefined || twenty === undefined ? undefined : 100 / ((twenty - one) / 19)]]
    }),
  )
  return { what: 'PCMU calls that fill a core, by those 20', unit: 'calls', samples, best: 'most' }
}
