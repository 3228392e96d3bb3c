// The board file: what a board is made of and where it is wired, as an integrator writes it.
import type { Schema, Static } from '../../provisioning/schema/json-schema.ts'
import { KEYS, LEDS } from '../api/board.ts'
import { MATRIX_TIMING as TIMING } from '../core/matrix-scan.ts'

const WHERE = {
  chip: { type: 'string', pattern: '^[a-z0-9-]{1,32}$', description: 'a name out of /chips' },
  line: { type: 'integer', minimum: 0, maximum: 511, description: 'the line’s number on its chip' },
  activeLow: { type: 'boolean', default: false, description: 'low when closed, lit or driven' },
} as const
const LINE = {
  type: 'object',
  additionalProperties: false,
  required: ['chip', 'line'],
  properties: WHERE,
} as const satisfies Schema
const INTERRUPT = {
  type: 'object',
  additionalProperties: false,
  required: ['chip', 'line'],
  properties: { chip: WHERE.chip, line: WHERE.line },
  description:
    'where its interrupt is wired to: low when an input has changed; keys are read then, not again and again',
} as const satisfies Schema
const LINES = { type: 'array', items: LINE, minItems: 1, maxItems: 16 } as const satisfies Schema

const milliseconds = <const D extends number>(minimum: number, maximum: number, value: D, description: string) =>
  ({ type: 'integer', minimum, maximum, default: value, description }) as const

export const BOARD = {
  type: 'object',
  title: 'Offhook board',
  additionalProperties: false,
  required: ['model', 'chips', 'matrix', 'hook', 'lcd'],
  properties: {
    model: { type: 'string', pattern: '^[a-z0-9-]{1,64}$', description: 'a name of a–z, 0–9 and -' },
    chips: {
      type: 'object',
      description: 'GPIO chips by a name of your own',
      propertyNames: { pattern: '^[a-z0-9-]{1,32}$' },
      maxProperties: 8,
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['labels'],
        properties: {
          labels: {
            type: 'array',
            items: { type: 'string', minLength: 1, maxLength: 64 },
            minItems: 1,
            maxItems: 8,
            uniqueItems: true,
            description: 'as in /sys/class/gpio/gpiochip*/label; the first one found counts',
          },
          pollMs: {
            type: 'integer',
            minimum: 5,
            maximum: 20,
            description: 'for a chip whose interrupt the kernel does not know: how often its inputs are read, ms',
          },
          interrupt: INTERRUPT,
        },
      },
    },
    matrix: {
      type: 'object',
      additionalProperties: false,
      required: ['keys', 'rows', 'columns'],
      properties: {
        keys: {
          type: 'array',
          items: { type: 'array', items: { type: 'string', enum: [...KEYS, ''] }, minItems: 1, maxItems: 16 },
          minItems: 1,
          maxItems: 16,
          description: 'a list per row, from the first column to the last; "" where there is no key',
        },
        rows: LINES,
        columns: LINES,
        debounceMs: milliseconds(
          4,
          50,
          TIMING.debounceMs,
          'a contact counts when it has looked the same for this long',
        ),
        longMs: milliseconds(300, 5000, TIMING.longMs, 'a key held this long is a long press'),
        settleMs: milliseconds(1, 20, TIMING.settleMs, 'from driving a column to reading the rows'),
        restMs: milliseconds(1, 20, TIMING.restMs, 'between two scans while a contact changes'),
        holdMs: milliseconds(5, 50, TIMING.holdMs, 'between two scans while keys are held'),
      },
    },
    buttons: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['key', 'chip', 'line'],
        properties: { key: { type: 'string', enum: KEYS }, ...WHERE },
      },
      maxItems: 32,
      default: [],
      description: 'keys with a line of their own',
    },
    hook: { ...LINE, description: 'active: the handset is lifted' },
    leds: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['led', 'chip', 'line'],
        properties: { led: { type: 'string', enum: LEDS }, ...WHERE },
      },
      maxItems: LEDS.length,
      default: [],
    },
    lcd: {
      type: 'object',
      additionalProperties: false,
      required: ['address'],
      properties: {
        columns: { type: 'integer', enum: [16, 20], default: 20 },
        rows: { type: 'integer', enum: [2, 4], default: 4 },
        rom: { type: 'string', enum: ['A00', 'A02'], default: 'A00', description: 'the display’s character set' },
        busHz: {
          type: 'integer',
          minimum: 10_000,
          maximum: 100_000,
          default: 100_000,
          description: 'the bus’s clock, Hz',
        },
        bus: { type: 'integer', minimum: 0, maximum: 255, description: 'N of /dev/i2c-N' },
        adapter: {
          type: 'string',
          minLength: 1,
          maxLength: 64,
          description: 'instead of bus: how the name of its adapter begins, as in /sys/class/i2c-dev/i2c-*/name',
        },
        address: {
          type: 'string',
          pattern: '^0x(0[8-9a-f]|[1-6][0-9a-f]|7[0-7])$',
          description: 'an address from 0x08 to 0x77',
        },
      },
    },
  },
} as const satisfies Schema

export type BoardFile = Static<typeof BOARD>
