// A value that must never reach a log, a trace or a report: it prints as *** wherever it is turned into text.

/** A password or key: only `reveal` gives it away, as text and in JSON it is `***`. */
export class Secret {
  readonly #value: string
  constructor(value: string) {
    this.#value = value
  }
  /** The value itself, for the one place that needs it. */
  reveal(): string {
    return this.#value
  }
  /** `***`. */
  toString(): string {
    return '***'
  }
  /** `***`. */
  toJSON(): string {
    return '***'
  }
}

/** Whether two pieces of plain data are the same, the secrets in them included. */
export const sameWithSecrets = (a: unknown, b: unknown): boolean => revealed(a) === revealed(b)

/** For comparing alone. A replacer is given what `toJSON` made of a value, so it looks the value up itself. */
const revealed = (data: unknown): string =>
  JSON.stringify(data, function (this: Readonly<Record<string, unknown>>, key, value) {
    const own = this[key]
    return own instanceof Secret ? { secret: own.reveal() } : value
  })
