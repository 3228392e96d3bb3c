// Documents as tests read them: their TypeScript blocks and the rows of their tables, each with the section it stands in.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A block of TypeScript. */
export interface CodeBlock {
  /** `core.md, Registration`; with a number behind the section's first. */
  readonly name: string
  readonly code: string
}

/** A row of a table. */
export interface TableRow {
  /** The heading above it. */
  readonly section: string
  /** First cell of the table's head. */
  readonly head: string
  readonly cells: readonly string[]
}

export const root = fileURLToPath(new URL('../..', import.meta.url))

const read = (file: string): string => readFileSync(`${root}docs/${file}`, 'utf8')

/** Blocks of `docs/FILE` in their order. */
export function codeIn(file: string): readonly CodeBlock[] {
  const found = [...read(file).matchAll(/^#+ ([^\n]+)$|^```ts\n(.*?)^```$/gms)]
  let section = ''
  const count = new Map<string, number>()
  return found.flatMap(([, heading, code]) => {
    if (code === undefined) {
      section = heading!
      return []
    }
    const nth = (count.get(section) ?? 0) + 1
    count.set(section, nth)
    return [{ name: `${file}, ${section}${nth > 1 ? ` ${nth}` : ''}`, code }]
  })
}

/** Rows of the tables of `docs/FILE`, without their heads. */
export function rowsIn(file: string): readonly TableRow[] {
  let [section, head] = ['', undefined as string | undefined]
  return read(file)
    .split('\n')
    .flatMap((line) => {
      section = /^#+ (.+)$/.exec(line)?.[1] ?? section
      if (!line.startsWith('|')) {
        head = undefined
        return []
      }
      const cells = line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim())
      if (head === undefined) {
        head = cells[0]!
        return []
      }
      return /^\|[-|]+\|$/.test(line) ? [] : [{ section, head, cells }]
    })
}

/** What stands in backticks in a cell. */
export const codes = (cell: string): readonly string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code!)
