// Calls and OPTIONS answered under SIPp's load: CPU of the answering process for each.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answerer, startBaresip, startNpmSip, startPhone, startSignalling } from './answerers.ts'
import { alternate, type Bench, type Effort, OURS, type Row } from './bench.ts'
import { type Load, load } from './sipp-load.ts'

type Start = () => Promise<Answerer>
interface Shape extends Omit<Load, 'port'> {
  readonly what: string
}

/** Answered before anything is counted: a phone that has been in use for a while, not one that was just started. */
const WARM = 400

/** CPU µs for each. Every contender answers some first, unmeasured, and starts afresh for each kind of load. */
async function underLoad(contenders: Readonly<Record<string, Start>>, shape: Shape, effort: Effort): Promise<Row> {
  const running: Answerer[] = []
  const measures: Record<string, () => Promise<number>> = {}
  const count = Math.ceil(shape.count * effort.scale)
  try {
    for (const [name, start] of Object.entries(contenders)) {
      const answerer = await start()
      running.push(answerer)
      await load({ scenario: shape.scenario, port: answerer.port, count: WARM, perSecond: 200, underWay: 100 }).catch(
        () => {},
      )
      measures[name] = async () => {
        const before = answerer.cpuMs()
        await load({ ...shape, port: answerer.port, count })
        // What it has left to tidy up is its cost too.
        await sleep(50)
        return ((answerer.cpuMs() - before) * 1000) / count
      }
    }
    return { what: shape.what, unit: 'µs CPU', samples: await alternate(effort.rounds, measures) }
  } finally {
    for (const answerer of running) await answerer.stop()
  }
}

async function all(
  shapes: readonly Shape[],
  contenders: Readonly<Record<string, Start>>,
  effort: Effort,
): Promise<Row[]> {
  const rows: Row[] = []
  for (const shape of shapes) rows.push(await underLoad(contenders, shape, effort))
  return rows
}

export const signalling: Bench = {
  name: 'signalling',
  about: 'calls answered without media: INVITE, 180, 200, ACK, BYE, 200',
  run: (effort) =>
    all(
      [
        { what: 'call, signalling, closed loop', scenario: 'uac', count: 2000, underWay: 10 },
        { what: 'call, signalling, 200/s', scenario: 'uac', count: 200, perSecond: 200, underWay: 100 },
      ],
      { [OURS]: startSignalling, 'npm sip': startNpmSip },
      effort,
    ),
}

export const calls: Bench = {
  name: 'calls',
  about: 'calls answered by whole phones, RTP sockets and media included',
  run: (effort) =>
    all(
      [
        { what: 'call, whole phone, 50/s', scenario: 'uac', count: 100, perSecond: 50, underWay: 50 },
        { what: 'call, whole phone, 200/s', scenario: 'uac', count: 200, perSecond: 200, underWay: 100 },
      ],
      { [OURS]: startPhone, baresip: startBaresip },
      effort,
    ),
}

export const options: Bench = {
  name: 'options',
  about: 'OPTIONS answered by whole phones, and by npm sip',
  run: (effort) =>
    all(
      [{ what: 'OPTIONS, 800/s', scenario: 'options', count: 1000, perSecond: 800, underWay: 500 }],
      { [OURS]: startPhone, baresip: startBaresip, 'npm sip': startNpmSip },
      effort,
    ),
}
