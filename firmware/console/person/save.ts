// Options written into a file that --config-file reads: whole or not at all, for its owner alone, as there are passwords in it.
import { renameSync, writeFileSync } from 'node:fs'
import { failure } from './command.ts'
import { linesOfOptions } from './options.ts'
import type { Person } from './person.ts'

export function saveOptions(person: Person, file: string): void {
  const fresh = `${file}.new`
  try {
    writeFileSync(fresh, `${linesOfOptions(person.now).join('\n')}\n`, { mode: 0o600, flush: true })
    renameSync(fresh, file)
  } catch (error) {
    throw failure((error as Error).message)
  }
  person.say(`written to ${file}`)
}
