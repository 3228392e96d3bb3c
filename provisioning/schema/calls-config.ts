// What becomes of calls that come: its part of the configuration's schema.
import type { ConfigError } from './check.ts'
import { numberOf, userOf } from './formats.ts'
import type { Schema, Static } from './json-schema.ts'

/** Length of whom calls are sent on to; how long it rings before, s. The user's settings have the same bounds. */
export const FORWARD = { target: { maxLength: 128 }, afterS: { minimum: 5, maximum: 120 } } as const
const TARGET = { type: 'string', format: 'dial-target', ...FORWARD.target } as const

export const CALLS = {
  type: 'object',
  additionalProperties: false,
  required: [],
  default: {},
  properties: {
    waiting: { type: 'boolean', default: true, description: 'A second call waits; else its caller hears busy' },
    dnd: {
      type: 'object',
      additionalProperties: false,
      required: [],
      default: {},
      description: 'Do not disturb; the user may set it otherwise',
      properties: {
        on: { type: 'boolean', default: false, description: 'Calls that come are refused' },
        status: {
          type: 'integer',
          enum: [480, 486],
          default: 486,
          description: 'With which status: not available, or busy',
        },
      },
    },
    forward: {
      type: 'object',
      additionalProperties: false,
      required: [],
      default: {},
      description:
        'Whom calls are sent on to (302), a number or SIP URI; missing: nobody. The user may set it otherwise',
      properties: {
        all: { ...TARGET, description: 'All calls' },
        busy: { ...TARGET, description: 'Those that find the phone in use or not to be disturbed' },
        noAnswer: { ...TARGET, description: 'Those nobody takes' },
        afterS: {
          type: 'integer',
          ...FORWARD.afterS,
          default: 20,
          description: 'How long it rings before nobody has taken it, seconds',
        },
      },
    },
  },
} as const satisfies Schema

/** What no schema says. `own`: the addresses of the accounts. */
export function callsFaults({ forward }: Static<typeof CALLS>, own: readonly string[]): ConfigError[] {
  return (['all', 'busy', 'noAnswer'] as const).flatMap((key) => {
    const to = forward[key]
    if (to === undefined || !own.some((aor) => to === aor || numberOf(to) === userOf(aor))) return []
    return {
      ...{ path: `/config/calls/forward/${key}`, expected: 'somebody else than this phone', got: `"${to}"` },
      hint: 'a call sent on to where it came from goes round in circles',
    }
  })
}
