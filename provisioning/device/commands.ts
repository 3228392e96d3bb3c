// Commands over the broker: each is carried out once, and a repeated request gets the answer of the first.
import type { Command } from '../mqtt/link.ts'

/** Carries a command out. What it returns is the answer's `result`; a throw becomes its `error`. */
export type CommandHandler = (payload: string) => unknown

/** Answers remembered for requests that come again. */
const REMEMBERED = 32

export function createCommands(handlers: Readonly<Record<string, CommandHandler>>): (command: Command) => void {
  const answers = new Map<string, unknown>()
  return ({ name, payload, correlation, respond }) => {
    const key = correlation === undefined ? undefined : `${name} ${correlation}`
    if (key !== undefined && answers.has(key)) {
      respond(answers.get(key))
      return
    }
    const answer = carryOut(handlers, name, payload)
    if (key !== undefined) {
      answers.set(key, answer)
      if (answers.size > REMEMBERED) answers.delete(answers.keys().next().value!)
    }
    respond(answer)
  }
}

function carryOut(handlers: Readonly<Record<string, CommandHandler>>, name: string, payload: string): unknown {
  const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined
  if (handler === undefined) return { ok: false, error: 'no such command', known: Object.keys(handlers) }
  try {
    return { ok: true, result: handler(payload) ?? null }
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) }
  }
}
