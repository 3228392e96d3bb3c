// Keys with a meaning of the configuration's, and the phone book: their part of its schema.
import { ACCOUNT_ID } from './account-config.ts'
import type { ConfigError } from './check.ts'
import type { Schema, Static } from './json-schema.ts'

export const KEYS = {
  type: 'array',
  maxItems: 32,
  default: [],
  'x-effect': 'live',
  description:
    'What the keys key1, key2 … of the board mean, in this order; without such keys they are on the screen and under held digits',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['label', 'kind'],
    properties: {
      label: { type: 'string', minLength: 1, maxLength: 20, description: 'Shown on the screen' },
      kind: {
        type: 'string',
        enum: ['speed-dial', 'blf', 'voicemail', 'dnd'],
        description:
          'Calls; shows by its lamp whether somebody is on the phone (RFC 4235), too; calls the mailbox; turns do not disturb on and off',
      },
      target: {
        type: 'string',
        format: 'dial-target',
        maxLength: 255,
        description:
          'Number or SIP URI; may be missing for voicemail: where messages wait, by the number of the account; not for dnd',
      },
      account: {
        type: 'string',
        pattern: ACCOUNT_ID,
        description: 'id of the line that calls and watches; the first when missing',
      },
      digit: {
        type: 'integer',
        minimum: 2,
        maximum: 9,
        description: 'This digit held down, before any other, is this key',
      },
    },
  },
} as const satisfies Schema

export const CONTACTS = {
  type: 'array',
  maxItems: 1000,
  default: [],
  'x-effect': 'live',
  description: 'The phone book: to call from, and whose names are shown for their numbers',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'numbers'],
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 40, description: 'Shown on the screen' },
      numbers: {
        type: 'array',
        minItems: 1,
        maxItems: 4,
        items: { type: 'string', format: 'dial-target', maxLength: 255, description: 'a number or SIP URI' },
      },
    },
  },
} as const satisfies Schema

/** What no schema says. `accounts`: the ids there are. */
export function keyFaults(keys: Static<typeof KEYS>, accounts: readonly string[]): ConfigError[] {
  const fault = (index: number, key: string, expected: string, got: string): ConfigError => ({
    ...{ path: `/config/keys/${index}/${key}`, expected, got, hint: '' },
  })
  return keys.flatMap(({ kind, target, account, digit }, index) => [
    ...(target === undefined && kind !== 'voicemail' && kind !== 'dnd'
      ? [fault(index, 'target', 'whom it calls', 'nothing')]
      : []),
    ...(account === undefined || accounts.includes(account)
      ? []
      : [fault(index, 'account', `an account: ${accounts.join(', ')}`, `"${account}"`)]),
    ...(digit !== undefined && keys.findIndex((other) => other.digit === digit) < index
      ? [fault(index, 'digit', 'a digit of its own', `${digit} a second time`)]
      : []),
  ])
}
