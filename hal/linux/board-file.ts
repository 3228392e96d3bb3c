// A board file read: its faults in the user's words, or the profile it stands for.
import { err, ok, type Result } from '../../firmware/base/result.ts'
import { type ConfigError, check } from '../../provisioning/schema/check.ts'
import { plainFormats } from '../../provisioning/schema/formats.ts'
import { didYouMean } from '../../provisioning/schema/words.ts'
import { BOARD, type BoardFile } from './board-schema.ts'
import type { BoardProfile, LineAt } from './profiles.ts'

type LineInFile = BoardFile['hook']
type InterruptInFile = Pick<LineInFile, 'chip' | 'line'>

/** The profile, or every fault with its place. */
export function readBoard(document: unknown): Result<BoardProfile, readonly ConfigError[]> {
  const checked = check<BoardFile>(BOARD, document, plainFormats)
  if (!checked.ok) return checked
  const errors = [
    ...wiringFaults(checked.value),
    ...interruptFaults(checked.value),
    ...layoutFaults(checked.value),
    ...busFaults(checked.value),
  ]
  return errors.length === 0 ? ok(profileOf(checked.value)) : err(errors)
}

/** Every line of the board with its place in the file. */
function* linesOf({ chips, matrix, buttons, hook, leds }: BoardFile): Generator<readonly [string, InterruptInFile]> {
  for (const [name, { interrupt }] of Object.entries(chips))
    if (interrupt !== undefined) yield [`/chips/${name}/interrupt`, interrupt]
  for (const [n, row] of matrix.rows.entries()) yield [`/matrix/rows/${n}`, row]
  for (const [n, column] of matrix.columns.entries()) yield [`/matrix/columns/${n}`, column]
  for (const [n, button] of buttons.entries()) yield [`/buttons/${n}`, button]
  yield ['/hook', hook]
  for (const [n, led] of leds.entries()) yield [`/leds/${n}`, led]
}

/** Lines of chips that are not named, and lines that are two things. */
function* wiringFaults(board: BoardFile): Generator<ConfigError> {
  const names = Object.keys(board.chips)
  const users = new Map<string, string>()
  for (const [path, { chip, line }] of linesOf(board)) {
    if (!names.includes(chip)) {
      const expected = `a name out of /chips: ${names.join(', ') || 'there is none'}`
      yield { path: `${path}/chip`, expected, got: `"${chip}"`, hint: didYouMean(chip, names) }
    }
    const other = users.get(`${chip} ${line}`)
    if (other !== undefined)
      yield {
        path: `${path}/line`,
        expected: 'a line of its own',
        got: `line ${line} of ${chip}`,
        hint: `${other} is on it`,
      }
    users.set(`${chip} ${line}`, path)
  }
}

/** Interrupts that would not be heard. */
function* interruptFaults({ chips }: BoardFile): Generator<ConfigError> {
  for (const [name, { pollMs, interrupt }] of Object.entries(chips)) {
    if (interrupt === undefined) continue
    const path = `/chips/${name}/interrupt`
    const other = chips[interrupt.chip]
    if (pollMs === undefined)
      yield { path, expected: 'pollMs beside it', got: 'no pollMs', hint: 'a chip without tells edges by itself' }
    if (other !== undefined && other.pollMs !== undefined)
      yield {
        path: `${path}/chip`,
        expected: 'a chip that tells edges',
        got: `"${interrupt.chip}"`,
        hint: 'it has pollMs',
      }
  }
}

/** A layout that does not fit its lines, and keys and lamps that are there twice. */
function* layoutFaults({ matrix, buttons, leds }: BoardFile): Generator<ConfigError> {
  const { keys, rows, columns } = matrix
  if (keys.length !== rows.length) {
    const expected = `a list for each of the ${rows.length} rows`
    yield { path: '/matrix/keys', expected, got: `${keys.length} lists`, hint: '' }
  }
  for (const [n, row] of keys.entries())
    if (row.length !== columns.length) {
      const expected = `a key, or "", for each of the ${columns.length} columns`
      yield { path: `/matrix/keys/${n}`, expected, got: `${row.length} keys`, hint: '' }
    }
  const named = [
    ...keys.flatMap((row, r) => row.map((key, c) => [`/matrix/keys/${r}/${c}`, key] as const)),
    ...buttons.map(({ key }, n) => [`/buttons/${n}/key`, key] as const),
    ...leds.map(({ led }, n) => [`/leds/${n}/led`, `lamp ${led}`] as const),
  ]
  const first = new Map<string, string>()
  for (const [path, name] of named) {
    const other = first.get(name)
    if (name !== '' && other !== undefined)
      yield { path, expected: 'each key and lamp once', got: `"${name}" again`, hint: `it is at ${other} too` }
    else first.set(name, path)
  }
}

function* busFaults({ lcd: { bus, adapter } }: BoardFile): Generator<ConfigError> {
  if ((bus === undefined) === (adapter === undefined))
    yield { path: '/lcd', expected: 'either bus or adapter', got: bus === undefined ? 'neither' : 'both', hint: '' }
}

function profileOf({ model, chips, matrix, buttons, hook, leds, lcd }: BoardFile): BoardProfile {
  const at = ({ chip, line, activeLow }: LineInFile): LineAt => {
    const { labels, pollMs } = chips[chip]!
    return { chip: labels, offset: line, activeLow, ...(pollMs === undefined ? {} : { pollMs }) }
  }
  const keysAt = (line: LineInFile): LineAt => {
    const { interrupt } = chips[line.chip]!
    return { ...at(line), ...(interrupt === undefined ? {} : { interrupt: at({ ...interrupt, activeLow: true }) }) }
  }
  const { keys, rows, columns, ...timing } = matrix
  const { columns: width, rows: height, rom, busHz, bus, adapter, address } = lcd
  return {
    model,
    matrix: {
      keys: keys.map((row) => row.map((key) => (key === '' ? undefined : key))),
      rows: rows.map(keysAt),
      columns: columns.map(keysAt),
      timing,
    },
    buttons: buttons.map((button) => ({ key: button.key, line: keysAt(button) })),
    hook: at(hook),
    leds: leds.map((led) => ({ led: led.led, line: at(led) })),
    lcd: { size: { columns: width, rows: height }, rom, busHz, bus: bus ?? adapter!, address: Number(address) },
  }
}
