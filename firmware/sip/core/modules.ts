// Runs the application's modules over what comes in and goes out; without any, nothing is looked at twice.
import { err, ok, type Result } from '../../base/result.ts'
import type { RequestDraft, ResponseDraft, SipMessage, SipRequest, SipResponse } from '../message/message.ts'
import { parseMessage } from '../message/parse.ts'
import { printRequest, printResponse } from '../message/print.ts'
import type { Answer } from '../transaction/response.ts'
import { PRIORITY, type SipModule, type Wire } from './contract/module.ts'

const MAX_MODULES = 32
const MAX_PRIORITY = 127

/** Where a message is on its way in. */
export type Stage = 'arrived' | 'new' | 'unclaimed'

const stageOf = (priority: number): Stage =>
  priority < PRIORITY.transaction ? 'arrived' : priority < PRIORITY.usage ? 'new' : 'unclaimed'

/** `request` is the one to go on with. */
export type RequestOutcome =
  | { readonly kind: 'pass'; readonly request: SipRequest }
  | { readonly kind: 'drop' }
  | { readonly kind: 'answer'; readonly answer: Answer }

export class Modules {
  readonly #report: (module: string, fault: string) => void
  #all: readonly SipModule[] = []
  /** Some module looks at what goes out. */
  watchesSends = false

  constructor(report: (module: string, fault: string) => void) {
    this.#report = report
  }

  add(module: SipModule): Result<undefined, string> {
    const { name, priority } = module
    if (this.#all.some((other) => other.name === name)) return err(`a module is called ${name} already`)
    if (!Number.isInteger(priority) || priority < 0 || priority > MAX_PRIORITY)
      return err(`the priority of a module is a whole number from 0 to ${MAX_PRIORITY}, not ${priority}`)
    if (this.#all.length >= MAX_MODULES) return err(`more than ${MAX_MODULES} modules`)
    this.#use([...this.#all, module].toSorted((a, b) => a.priority - b.priority))
    return ok(undefined)
  }

  /** False: there is none of that name. */
  remove(name: string): boolean {
    const left = this.#all.filter((module) => module.name !== name)
    const found = left.length < this.#all.length
    this.#use(left)
    return found
  }

  #use(modules: readonly SipModule[]): void {
    this.#all = modules
    this.watchesSends = modules.some(({ onSend }) => onSend !== undefined)
  }

  request(stage: Stage, first: SipRequest, wire: Wire): RequestOutcome {
    let request = first
    for (const module of this.#all) {
      if (module.onRequest === undefined || stageOf(module.priority) !== stage) continue
      const verdict = this.#ask(module, () => module.onRequest?.(request, wire))
      if (verdict === undefined) continue
      if (verdict.kind === 'drop') return verdict
      if (verdict.kind === 'answer') {
        const { kind: _, ...answer } = verdict
        if (request.method !== 'ACK' && answer.status >= 100 && answer.status <= 699) return { kind: 'answer', answer }
        this.#report(module.name, `answered ${request.method} with ${answer.status}`)
      } else request = this.#changed(module, verdict.request, 'request') ?? request
    }
    return { kind: 'pass', request }
  }

  /** The response to go on with; undefined when it was dropped. */
  response(stage: Stage, first: SipResponse, wire: Wire): SipResponse | undefined {
    let response = first
    for (const module of this.#all) {
      const at = stageOf(module.priority)
      // There is one stage less: a response is waited for or it is not.
      if (module.onResponse === undefined || (at === 'arrived') !== (stage === 'arrived')) continue
      const verdict = this.#ask(module, () => module.onResponse?.(response, wire))
      if (verdict?.kind === 'drop') return undefined
      if (verdict?.kind === 'change') response = this.#changed(module, verdict.response, 'response') ?? response
    }
    return response
  }

  /** The text to send; undefined when it was dropped. */
  send(text: string, wire: Wire): string | undefined {
    let data = text
    for (const module of this.#all.toReversed()) {
      if (module.onSend === undefined) continue
      const message = parseMessage(data)
      if (!message.ok) return data
      const verdict = this.#ask(module, () => module.onSend?.(message.value, wire))
      if (verdict?.kind === 'drop') return undefined
      if (verdict?.kind === 'change') data = this.#printed(module, verdict.message) ?? data
    }
    return data
  }

  #ask<T>(module: SipModule, look: () => T): T | undefined {
    try {
      return look()
    } catch (error) {
      this.#report(module.name, String(error))
      return undefined
    }
  }

  #changed<K extends SipMessage['kind']>(
    module: SipModule,
    draft: RequestDraft | ResponseDraft,
    kind: K,
  ): Extract<SipMessage, { readonly kind: K }> | undefined {
    const text = this.#printed(module, draft)
    const message = text === undefined ? undefined : parseMessage(text)
    if (message?.ok && message.value.kind === kind) return message.value as Extract<SipMessage, { readonly kind: K }>
    if (message) this.#report(module.name, `made no ${kind}: ${message.ok ? message.value.kind : message.error.what}`)
    return undefined
  }

  #printed(module: SipModule, draft: RequestDraft | ResponseDraft): string | undefined {
    // The printer adds the length that is right.
    const headers = draft.headers.filter(({ name }) => !/^(content-length|l)$/i.test(name))
    return this.#ask(module, () =>
      'method' in draft ? printRequest({ ...draft, headers }) : printResponse({ ...draft, headers }),
    )
  }
}
