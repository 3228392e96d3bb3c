// docs/console.md against the console: every command, key and event is described as it is, and every example runs.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Lab, startLab } from '../runtime/lab-client.ts'
import { has, type Line, startConsole } from '../testing/console.ts'
import { freePort } from '../testing/interop/ports.ts'
import { type Notifier, startNotifier } from '../testing/notifier.ts'
import { toneIn, writeTone } from '../testing/tone.ts'
import { COMMANDS } from './console.ts'
import { EVENTS } from './event-names.ts'

const text = readFileSync(new URL('../../docs/console.md', import.meta.url), 'utf8')
const blocks = (name: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`json ${name}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((found) => found[1]!)
const examples = blocks('example')

const folder = mkdtempSync(join(tmpdir(), 'console-docs-'))
let lab: Lab
let notifier: Notifier
beforeAll(async () => {
  const started = await startLab({ folder, speak: '', record: '', mouth: '' })
  if (!started.ok) throw new Error(started.error)
  lab = started.value
  notifier = await startNotifier()
  writeTone(join(folder, 'speech.wav'), 1000, 0.3, 8000)
}, 20_000)
afterAll(async () => {
  await lab?.stop()
  notifier?.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('described as it is', () => {
  test('the commands', () => {
    const sections = [...text.matchAll(/^### `([^`]+)`$/gm)].map((found) => found[1])
    expect(sections.sort()).toEqual(COMMANDS.map(({ name }) => name).sort())
  })

  test.each(COMMANDS.map((command) => [command.name, command] as const))('the keys of %s', (name, { keys }) => {
    const section = new RegExp(`^### \`${name}\`\\n([\\s\\S]*?)(?=^##)`, 'm').exec(text)?.[1] ?? ''
    const rows = [...section.matchAll(/^\| `([^`]+)` \| (.*?) \| (.*?) \| (.+) \|$/gm)].map(([, ...cells]) =>
      cells.slice(0, 3),
    )
    const wanted = Object.entries(keys).map(([key, { expected, otherwise }]) => {
      const value = otherwise?.value
      return [
        key,
        expected,
        otherwise === undefined ? 'needed' : value === undefined ? '' : `\`${JSON.stringify(value)}\``,
      ]
    })
    expect(rows).toEqual(wanted)
    expect(examples.some((block) => block.includes(`"do":"${name}"`))).toBe(true)
  })

  test('the events', () => {
    const rows = [...text.matchAll(/^\| `([^`]+)` \| [^|]+ \| [^|]+ \|$/gm)].map((found) => found[1])
    expect(rows.filter((row) => (EVENTS as readonly unknown[]).includes(row))).toEqual([...EVENTS])
  })
})

test('the first call', { timeout: 20_000 }, async () => {
  const port = String(await freePort())
  const consoleOf = startConsole([], folder)
  for (const line of blocks('first-call')[0]!.trim().split('\n')) consoleOf.raw(line.replaceAll('5070', port))
  expect(await consoleOf.end()).toBe(0)
  expect(consoleOf.lines.filter(({ ok }) => ok === false)).toEqual([])
  let at = 0
  for (const line of blocks('first-call-says')[0]!.trim().split('\n')) {
    const found = consoleOf.lines.findIndex((said, i) => i >= at && has(said, JSON.parse(line)))
    expect(
      found,
      `${line} after\n${consoleOf.lines
        .slice(0, at)
        .map((l) => JSON.stringify(l))
        .join('\n')}`,
    ).not.toBe(-1)
    at = found + 1
  }
  expect(toneIn(join(folder, 'heard.wav'), 440).seconds).toBeGreaterThan(0.7)
})

test('every example', { timeout: 60_000 }, async () => {
  const port = String(await freePort())
  const { domain, guest } = lab.ready
  const known = new Map<string, string>()
  const real = (line: string) =>
    line
      .replaceAll('5070', port)
      .replaceAll('sip:alice@pbx.example.com', `sip:${guest.user}@${domain}`)
      .replaceAll('sip:mail@pbx.example.com', `sip:mail@127.0.0.1:${notifier.port}`)
      .replaceAll('sip:pbx.example.com', `sip:${domain}`)
      .replaceAll('open sesame', guest.password)
      .replaceAll(/\$[a-z]+/g, (name) => known.get(name) ?? name)
  const consoleOf = startConsole([], folder)
  for (const block of examples) {
    let from = consoleOf.lines.length
    const shown: Line[] = []
    for (const line of block.trim().split('\n')) {
      const given = real(line.slice(2))
      if (line.startsWith('> ')) {
        const { id, ...command } = JSON.parse(given)
        from = consoleOf.lines.length
        const answer = await consoleOf.try(command)
        shown.push({ ...answer, id: id ?? null })
        // What an example does not show to fail must not fail.
        if (!block.includes('"ok":false')) expect(answer, given).toMatchObject({ ok: true })
        continue
      }
      const pattern = JSON.parse(given)
      const answers = shown.filter((answer) => has(answer, open(pattern)))
      const said = 'ok' in pattern ? answers.at(-1) : await consoleOf.heard(open(pattern), from)
      expect(said, `${given}, after ${JSON.stringify(shown.at(-1))}`).toBeDefined()
      learn(pattern, said, known)
    }
  }
  expect(await consoleOf.exited).toBe(0)
  const told = new Set(consoleOf.lines.flatMap(({ event }) => event ?? []))
  for (const event of told) expect(EVENTS).toContain(event)
})

/** A pattern whose names that stand for something yet unknown match anything. */
const open = (pattern: Line): Line =>
  JSON.parse(JSON.stringify(pattern, (_key, value) => (/^\$[a-z]+$/.test(String(value)) ? '…' : value)))

function learn(pattern: Line, said: Line, known: Map<string, string>): void {
  for (const [key, value] of Object.entries(pattern ?? {})) {
    if (typeof value === 'object') learn(value, said[key], known)
    else if (/^\$[a-z]+$/.test(String(value))) known.set(String(value), said[key])
  }
}
