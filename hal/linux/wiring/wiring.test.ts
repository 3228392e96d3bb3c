// The wiring diagrams in docs say what the board profiles say, and nothing is wired where it must not be.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type BoardProfile, type LineAt, PROFILES } from '../profiles.ts'
import { drawings, FOLDER } from './draw.ts'
import { HEADER, pinOf, wires } from './header.ts'

test('the header has 40 pins: each GPIO once, two of each supply, eight grounds', () => {
  expect(HEADER.length).toBe(40)
  expect(HEADER.filter((use) => typeof use === 'number').sort((a, b) => a - b)).toEqual([...Array(28).keys()])
  const count = (use: string) => HEADER.filter((one) => one === use).length
  expect([count('3.3 V'), count('5 V'), count('GND')]).toEqual([2, 2, 8])
  // As printed on every pin-out of a Raspberry Pi.
  expect([2, 3, 4, 17, 26, 21, 14, 15].map(pinOf)).toEqual([3, 5, 7, 11, 37, 40, 8, 10])
})

test('what lies in docs/wiring is what the profiles draw today (node hal/linux/wiring/draw.ts)', () => {
  const drawn = drawings()
  expect(readdirSync(FOLDER).sort()).toEqual(Object.keys(drawn).sort())
  for (const [name, svg] of Object.entries(drawn)) expect(readFileSync(join(FOLDER, name), 'utf8'), name).toBe(svg)
})

const linesOf = ({ matrix, buttons, hook, leds }: BoardProfile): LineAt[] => [
  ...matrix.rows,
  ...matrix.columns,
  ...buttons.map(({ line }) => line),
  hook,
  ...leds.map(({ line }) => line),
]

for (const [name, profile] of Object.entries(PROFILES)) {
  test(`${name}: each line of the profile is one wire of the drawing, at the pin of its GPIO`, () => {
    const svg = readFileSync(join(FOLDER, `${name}.svg`), 'utf8')
    const drawn = [...svg.matchAll(/class="wire" data-pin="(\d+)" data-gpio="(\d+)"/g)].map(([, pin, gpio]) => [
      Number(pin),
      Number(gpio),
    ])
    const display = [
      [3, 2],
      [5, 3],
    ]
    const said = [...linesOf(profile).map(({ offset }) => [pinOf(offset), offset]), ...display]
    expect(drawn.length).toBe(said.length)
    expect(new Set(drawn.map(String))).toEqual(new Set(said.map(String)))
  })

  test(`${name}: no pin has two wires, and serial line and board identity stay free`, () => {
    const used = wires(profile).map(({ use }) => use)
    expect(new Set(used).size).toBe(used.length)
    for (const gpio of [0, 1, 14, 15]) expect(used).not.toContain(gpio)
  })

  test(`${name}: keys, lamps and display by their names`, () => {
    const svg = readFileSync(join(FOLDER, `${name}.svg`), 'utf8')
    for (const { key, line } of profile.buttons) expect(svg).toContain(`>pin ${pinOf(line.offset)}  ${key}<`)
    for (const { led, line } of profile.leds) expect(svg).toContain(`>pin ${pinOf(line.offset)}  ${led}<`)
    expect(svg).toContain(`>pin ${pinOf(profile.hook.offset)}  hook<`)
    expect(svg).toContain(`0x${profile.lcd.address.toString(16)}`)
    for (const [row, keys] of profile.matrix.keys.entries())
      expect(svg).toContain(`Keypad row ${row + 1}: ${keys.map((key) => key!.replace('soft', 'F')).join(' ')}<`)
  })
}
