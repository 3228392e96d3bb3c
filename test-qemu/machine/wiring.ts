// Solders modelled hardware to emulated chips, line by line as the board's profile says.
import type { Level } from '../../hal/api/lines.ts'
import type { Hardware } from '../../hal/fake/hardware.ts'
import type { BoardProfile, LineAt } from '../../hal/linux/profiles.ts'
import type { Chip } from './chip.ts'

/** Returns what calls a listener with the columns that are driven, at each change, until its result is called. */
export function wire(
  profile: BoardProfile,
  hardware: Hardware,
  chips: readonly Chip[],
): (listener: (columns: number) => void) => () => void {
  const chipOf = ({ chip: labels }: LineAt): Chip => {
    const found = chips.find(({ label }) => labels.includes(label))
    if (found === undefined) throw new Error(`no emulated chip is labelled ${labels.join(' or ')}`)
    return found
  }
  const put = (at: LineAt, active: boolean): void => chipOf(at).put(at.offset, active === at.activeLow ? 0 : 1)
  const listen = (at: LineAt, changed: (active: boolean) => void): void => {
    const activeLevel: Level = at.activeLow ? 0 : 1
    chipOf(at).listen((line, level) => {
      if (line === at.offset) changed(level === activeLevel)
    })
  }
  const { rows, columns } = profile.matrix
  let driven = 0
  const listeners = new Set<(columns: number) => void>()
  for (const [n, at] of columns.entries())
    listen(at, (active) => {
      driven = active ? driven | (1 << n) : driven & ~(1 << n)
      hardware.matrix.drive(driven)
      for (const listener of listeners) listener(driven)
    })
  for (const { led, line } of profile.leds) listen(line, (on) => hardware.setLed(led, on))
  const buttonLine = new Map(profile.buttons.map(({ key, line }) => [key, line]))
  let pulledBefore = 0
  hardware.listen({
    rows(pulled) {
      for (const [n, at] of rows.entries()) if (((pulledBefore ^ pulled) >> n) & 1) put(at, ((pulled >> n) & 1) === 1)
      pulledBefore = pulled
    },
    button: (key, closed) => put(buttonLine.get(key)!, closed),
    hook: (offHook) => put(profile.hook, offHook),
  })
  for (const at of [...rows, ...buttonLine.values(), profile.hook]) put(at, false)
  return (listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
}
