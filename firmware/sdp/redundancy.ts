// Telephone events that go with those before them (RFC 2198 over RFC 4733 §2.6): how descriptions say so, and what is agreed.
import { type Codec, REDUNDANCY, TELEPHONE_EVENT } from './rtp.ts'

/** Events before the present one that a packet of ours carries at most. */
const MOST_EVENTS = 2

/** Of packets with events before the present one. */
export interface EventRedundancy {
  readonly payloadType: number
  /** How many before, 1–2. */
  readonly events: number
}

/** Redundancy of these events under `payloadType`: fmtp names the primary block, then each redundant one (RFC 2198 §5). */
export const redundancyOver = (event: Codec, { payloadType, events }: EventRedundancy): Codec => ({
  name: REDUNDANCY,
  payloadType,
  clockRate: event.clockRate,
  channels: 1,
  parameters: {
    [Array<number>(events + 1)
      .fill(event.payloadType)
      .join('/')]: '',
  },
})

/** `list`, and redundancy over each of its telephone events, under numbers nothing else in it has. */
export function withRedundancy(list: readonly Codec[]): readonly Codec[] {
  const taken = new Set(list.map((codec) => codec.payloadType))
  const free = Array.from({ length: 30 }, (_, i) => 125 - i).filter((number) => !taken.has(number))
  const events = list.filter(({ name }) => name === TELEPHONE_EVENT)
  const over = events.map((event, i) => redundancyOver(event, { payloadType: free[i]!, events: MOST_EVENTS }))
  return [...list, ...over]
}

/** What a description's `list` takes of redundancy over `event`; undefined where it is over anything else, or does not say. */
export function findRedundancy(list: readonly Codec[], event: Codec): EventRedundancy | undefined {
  for (const { name, clockRate, channels, payloadType, parameters = {} } of list) {
    if (name !== REDUNDANCY || clockRate !== event.clockRate || channels !== 1) continue
    const [said = '', ...more] = Object.keys(parameters)
    const blocks = said.split('/')
    if (more.length > 0 || blocks.length < 2 || blocks.some((each) => each !== `${event.payloadType}`)) continue
    return { payloadType, events: Math.min(MOST_EVENTS, blocks.length - 1) }
  }
  return undefined
}
