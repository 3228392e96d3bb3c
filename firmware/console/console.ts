// The protocol: a line of JSON is one command, and each command gets one answer; events come between, never inside.
import { err, ok, type Result } from '../base/result.ts'
import { accountCommands } from './account-commands.ts'
import { callCommands } from './call-commands.ts'
import type { Answer, Command } from './command.ts'
import { LONGEST_LINE } from './input.ts'
import { mediaCommands } from './media-commands.ts'
import { queryCommands } from './query-commands.ts'
import { requestCommands } from './request-commands.ts'
import { type CommandError, type Fields, isObject, readKeys, shown } from './schema.ts'
import { setupCommands } from './setup-commands.ts'
import { Station } from './station.ts'
import { subscriptionCommands } from './subscription-commands.ts'

export const COMMANDS: readonly Command[] = [
  ...[...setupCommands, ...accountCommands, ...callCommands, ...queryCommands],
  ...[...requestCommands, ...subscriptionCommands, ...mediaCommands],
]

const BY_NAME = new Map(COMMANDS.map((each) => [each.name, each]))

export interface Console {
  /** One line of input; undefined: one too long. Never rejects; its answer is written when this resolves. */
  line(text: string | undefined): Promise<void>
  /** Starts as the command line said; the error is why not. */
  begin(start: Fields): Promise<Result<undefined, CommandError>>
  /** How `quit` was asked for. */
  readonly leaving: Station['leaving']
  stop(): Promise<void>
}

export function createConsole(write: (line: Fields) => void): Console {
  /** Events wait while a command runs, so that they follow its answer. */
  let held: Fields[] | undefined
  const station = new Station((event) => {
    if (held === undefined) write(event)
    else held.push(event)
  })

  async function perform(text: string | undefined, known: (id: Fields['id']) => void): Promise<Answer> {
    if (text === undefined) return bad('line too long', `at most ${LONGEST_LINE} characters`, 'more')
    let given: unknown
    try {
      given = JSON.parse(text)
    } catch (error) {
      return bad('not JSON', 'one JSON object on a line', (error as Error).message)
    }
    if (!isObject(given)) return bad('not a command', 'a JSON object with "do"', shown(given))
    const { id, do: name, ...rest } = given
    if (id !== undefined && !isId(id)) return bad('id', 'a number or a text of up to 64 characters', shown(id))
    known(id)
    const command = typeof name === 'string' ? BY_NAME.get(name) : undefined
    if (command === undefined) return bad('unknown command', `one of ${[...BY_NAME.keys()].join(', ')}`, shown(name))
    const read = readKeys(rest, command.keys)
    if (!read.ok) return read
    if (!command.early && station.agent === undefined) return bad('not started', 'start first', command.name)
    const { call, account } = read.value as { readonly call?: string; readonly account?: string }
    if (call !== undefined && command.name !== 'call' && !station.calls.has(call))
      return unknown('call', station.calls, call)
    if (account !== undefined && command.name !== 'account' && !station.accounts.has(account))
      return unknown('account', station.accounts, account)
    if (command.name !== 'wait') station.forgetEvents()
    if (command.flowing) release()
    return command.run(read.value, station)
  }

  function release(): void {
    const waiting = held ?? []
    held = undefined
    for (const event of waiting) write(event)
  }

  return {
    async begin(start) {
      held = []
      const answer = await perform(JSON.stringify(start), () => {})
      if (answer.ok) station.emit({ event: 'started', ...answer.value })
      release()
      return answer.ok ? ok(undefined) : answer
    },
    async line(text) {
      if (text?.trim() === '') return
      held = []
      let id: Fields['id'] = null
      const answer = await perform(text, (known) => {
        id = known ?? null
      }).catch((error: Error): Answer => bad('a fault in the console', 'none', error.stack ?? error.message))
      write(answer.ok ? { id, ok: true, ...answer.value } : { id, ok: false, error: { ...answer.error } })
      release()
    },
    get leaving() {
      return station.leaving
    },
    stop: () => station.stop(),
  }
}

const bad = (what: string, expected: string, got: string): { ok: false; error: CommandError } =>
  err({ what, expected, got }) as { ok: false; error: CommandError }

const unknown = (what: string, known: ReadonlyMap<string, unknown>, got: string) =>
  bad(`unknown ${what}`, `one of ${[...known.keys()].join(', ') || 'none'}`, got)

const isId = (id: unknown): boolean =>
  typeof id === 'string' ? id.length <= 64 : typeof id === 'number' && Number.isFinite(id)
