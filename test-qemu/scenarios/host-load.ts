// How busy this machine was with other things than the test: limits in seconds hold on an idle host alone.
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

interface Ticks {
  /** Of all processors, all of them and those that nobody used. */
  readonly all: number
  readonly unused: number
  /** Of the processes of the test: the only ones there are in its process namespace. */
  readonly ours: number
}

function ticks(): Ticks {
  const [, ...fields] = readFileSync('/proc/stat', 'utf8').split('\n')[0]!.split(/\s+/).map(Number)
  // user nice system idle iowait irq softirq steal; guest times are in user and nice already.
  const all = fields.slice(0, 8).reduce((sum, field) => sum + field, 0)
  const ours = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .reduce((sum, pid) => sum + ticksOf(pid), 0)
  return { all, unused: fields[3]! + fields[4]!, ours }
}

function ticksOf(pid: string): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    return Number(fields[11]) + Number(fields[12])
  } catch {
    // It has ended meanwhile.
    return 0
  }
}

/** Others took less than this share of all processors. */
const IDLE = 0.1

export interface HostLoad {
  /** Share of all processors' time that others took, steal included, 0–1. */
  readonly others: number
  readonly idle: boolean
  readonly processors: number
}

/** Begins to watch; the answer is about the time until it is asked for. */
export function watchHost(): () => HostLoad {
  const before = ticks()
  return () => {
    const now = ticks()
    const all = now.all - before.all
    const busy = all - (now.unused - before.unused)
    const others = Math.max(0, busy - (now.ours - before.ours)) / all
    return { others, idle: others < IDLE, processors: availableParallelism() }
  }
}
