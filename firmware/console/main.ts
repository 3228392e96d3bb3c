// `npm run console`: lines from standard input to the console, its lines to standard output, and a clean end; for programs
// with --json, for people without.
import { OperationError } from '../api/facade/index.ts'
import { VERSION } from '../runtime/version.ts'
import { createConsole } from './console.ts'
import { linesOf } from './input.ts'
import { readOptions, USAGE } from './options.ts'
import { createOutput } from './output.ts'
import type { PersonOptions } from './person/options.ts'
import { Person } from './person/person.ts'
import { Terminal } from './person/terminal.ts'
import type { Fields } from './schema.ts'

/** Whatever is still open after this long is left behind, ms. */
const LATEST_MS = 4000

async function run(start: Fields | undefined): Promise<void> {
  const leave = async (code: number): Promise<never> => {
    setTimeout(() => process.exit(code), LATEST_MS).unref()
    await consoleOf.stop()
    await output.flushed()
    process.exit(code)
  }
  const output = createOutput(process.stdout, () => void leave(1))
  const consoleOf = createConsole(output.write)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void leave(0))
  if (start !== undefined) {
    const begun = await consoleOf.begin(start)
    if (!begun.ok) {
      const { what, expected, got } = begun.error
      process.stderr.write(`${what}: expected ${expected}, got ${got}\n`)
      return leave(1)
    }
  }
  for await (const line of linesOf(process.stdin)) {
    await consoleOf.line(line)
    await output.ready()
    if (consoleOf.leaving !== undefined) break
  }
  if (consoleOf.leaving === 'at once') {
    await output.flushed()
    process.exit(0)
  }
  return leave(0)
}

/** The console for people, until `q` or the end of input. */
async function runPerson(given: PersonOptions): Promise<void> {
  const say = (text: string) => void process.stdout.write(text)
  const terminal = process.stdin.isTTY
    ? new Terminal(process.stdin, say, () => process.kill(process.pid, 'SIGINT'))
    : undefined
  const person = new Person(given, (line) => say(`${line}\n`), terminal && ((hides) => terminal.hide(hides)))
  const leave = async (code: number): Promise<never> => {
    setTimeout(() => process.exit(code), LATEST_MS).unref()
    await person.stop()
    process.exit(code)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void leave(0))
  try {
    await person.start()
  } catch (error) {
    process.stderr.write(`${error instanceof OperationError ? error.info() : error}\n`)
    return leave(1)
  }
  for await (const line of linesOf(terminal ?? process.stdin)) {
    if (line !== undefined) await person.line(line)
    if (person.leaving) break
  }
  return leave(0)
}

const options = readOptions(process.argv.slice(2))
if (!options.ok) {
  process.stderr.write(options.error + '\n')
  process.exitCode = 2
} else if (options.value.mode === 'help') process.stdout.write(USAGE)
else if (options.value.mode === 'version') process.stdout.write(`${VERSION}\n`)
else if (options.value.mode === 'person') await runPerson(options.value.person)
else await run(options.value.start)
