// What a benchmark is: contenders measured in turn in one run, so that whatever else the machine does hits them alike.

export interface Effort {
  /** Rounds of A B A B …; medians are taken over them. */
  readonly rounds: number
  /** Everything a bench does often is multiplied by it: 1 in full, less in a quick run. */
  readonly scale: number
}

/** What each contender took, round by round; the first is ours. `undefined`: it did not get through. */
export type Samples = Readonly<Record<string, readonly (number | undefined)[]>>

export interface Row {
  readonly what: string
  readonly unit: string
  readonly samples: Samples
  /** Absent: smaller is better. */
  readonly best?: 'most'
}

export interface Bench {
  readonly name: string
  readonly about: string
  run(effort: Effort): Promise<readonly Row[]>
}

/** The name of what is measured against the peers. */
export const OURS = 'Offhook'

export function median(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined).sort((a, b) => a - b)
  return known[Math.floor(known.length / 2)]
}

/** A B A B …: each round measures every contender once, in the order given. A throw is told and counts as not got through. */
export async function alternate(
  rounds: number,
  contenders: Readonly<Record<string, () => Promise<number> | number>>,
): Promise<Samples> {
  const samples: Record<string, (number | undefined)[]> = {}
  for (const name of Object.keys(contenders)) samples[name] = []
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of Object.entries(contenders)) {
      samples[name]!.push(await tried(name, measure))
    }
  }
  return samples
}

async function tried(name: string, measure: () => Promise<number> | number): Promise<number | undefined> {
  try {
    return await measure()
  } catch (error) {
    process.stderr.write(`${name}: ${(error as Error).message}\n`)
    return undefined
  }
}
