// Words for a fetch by apt: how far it is, and what to do when there is no way to the archive.
import type { Progress } from './progress.ts'

/** A reader of apt's lines that shows packages and megabytes of what there is to fetch. */
export function aptProgress({ moving }: Pick<Progress, 'moving'>): (line: string) => void {
  let packages = 0
  let megabytes = 0
  let all = ''
  let need = ''
  return (line) => {
    const newly = /^\d+ upgraded, (\d+) newly installed/.exec(line)
    if (newly) all = ` of ${newly[1]}`
    const size = /^Need to get ([\d.,]+ [kM]?B)/.exec(line)
    if (size) need = ` of ${size[1]}`
    const index = /^Get:\d+ \S+ \S+ (?:InRelease|\S+ Packages) \[(.*)\]/.exec(line)
    if (index) moving(`list of packages (${index[1]})`)
    const got = /^Get:\d+ \S+ \S+ (?:arm64|all) (\S+) (?:arm64|all) \S+ \[([\d.,]+) ([kM]?)B\]/.exec(line)
    if (!got) return
    packages++
    megabytes += Number(got[2]!.replace(',', '')) * (got[3] === 'M' ? 1 : got[3] === 'k' ? 1e-3 : 1e-6)
    moving(`${packages}${all} packages, ${megabytes.toFixed(1)} MB${need}: ${got[1]}`)
  }
}

const UNREACHABLE = /Could not connect|Could not resolve|Temporary failure|Network is unreachable|timed out|No route/i

/** The error itself, or what it means when the archive was not reached. */
export function explainFetch(error: unknown, what: string, otherwise: string): Error {
  const text = error instanceof Error ? error.message : String(error)
  const line = text.split('\n').find((one) => UNREACHABLE.test(one))
  if (line === undefined) return error instanceof Error ? error : new Error(text)
  return new Error(
    `${what}: Debian's archive is not reached (${line.trim()}). ` +
      `This needs a network, or a proxy named by http_proxy; ${otherwise}.`,
  )
}
