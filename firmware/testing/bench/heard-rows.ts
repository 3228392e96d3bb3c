// Every figure of how speech was heard through each network, as rows of a table.
import type { Heard } from '../../lab/signal/heard.ts'
import type { Row } from './bench.ts'

const FIGURES: readonly { what: string; unit: string; best?: 'most'; of(heard: Heard): number }[] = [
  { what: 'delay', unit: 'ms', of: ({ delayMs }) => delayMs },
  { what: 'delay, 95 %', unit: 'ms', of: ({ delay95Ms }) => delay95Ms },
  { what: 'not as said', unit: '%', of: ({ substituted }) => 100 * substituted },
  { what: 'spectral distance', unit: 'dB', of: ({ distanceDb }) => distanceDb },
  { what: 'STOI', unit: '0–1', best: 'most', of: ({ stoi }) => stoi },
  { what: 'MOS', unit: '1–4.41', best: 'most', of: ({ mos }) => mos },
]

/** By network. */
export type Judged = Readonly<Record<string, Heard>>

/** Of judgements by contender, all over the same networks. */
export function rowsOf(results: Readonly<Record<string, Judged>>): Row[] {
  return Object.keys(Object.values(results)[0] ?? {}).flatMap((network) =>
    FIGURES.map(({ what, unit, best, of }): Row => {
      const samples = Object.entries(results).map(([name, heard]) => [name, [of(heard[network]!)]] as const)
      return { what: `${network}: ${what}`, unit, samples: Object.fromEntries(samples), ...(best ? { best } : {}) }
    }),
  )
}
