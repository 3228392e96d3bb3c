// The published schema is current, and another validator judges documents by it as the phone does.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { check } from '../schema/check.ts'
import { DESIRED, readDesired } from '../schema/desired.ts'
import type { Formats } from '../schema/json-schema.ts'
import { publishedSchema } from '../schema/published.ts'
import { documentWith } from '../testing/documents.ts'
import { SCHEMA_FILE } from './publish-schema.ts'

// Other programs are waited for, on machines busy with other tests.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

test('docs/config.schema.json is what the code says; else run: node provisioning/fleet/publish-schema.ts', () => {
  expect(readFileSync(SCHEMA_FILE, 'utf8')).toBe(publishedSchema())
})

/** Judges each document by the published file: python3-jsonschema knows nothing of this code. */
function byOthers(documents: readonly unknown[]): boolean[] {
  const program = [
    'import json, sys, jsonschema',
    'schema, documents = json.load(open(sys.argv[1])), json.load(sys.stdin)',
    'jsonschema.Draft202012Validator.check_schema(schema)',
    'validator = jsonschema.Draft202012Validator(schema)',
    'print(json.dumps([validator.is_valid(one) for one in documents]))',
  ]
  const input = JSON.stringify(documents)
  return JSON.parse(
    execFileSync('/usr/bin/python3', ['-c', program.join('\n'), SCHEMA_FILE], { input, encoding: 'utf8' }),
  )
}

/** Every document that differs from `value` in one place. */
function* mutations(value: unknown): Generator<unknown> {
  yield* [null, 0, -1, 1.5, 7, '', 'x', 'udp', 99_999_999, [], {}, true]
  if (Array.isArray(value)) {
    yield [...value, ...value]
    for (const [index, one] of value.entries())
      for (const other of mutations(one)) yield value.map((old, at) => (at === index ? other : old))
  } else if (typeof value === 'object' && value !== null) {
    yield { ...value, unknown: 1 }
    for (const [key, one] of Object.entries(value)) {
      const { [key]: _, ...without } = value as Record<string, unknown>
      yield without
      for (const other of mutations(one)) yield { ...value, [key]: other }
    }
  }
}

test('the phone and another validator agree on every mutation of a full document', () => {
  // Formats are annotations in JSON Schema: both sides take any text here.
  const any = () => undefined
  const anything: Formats = {
    'sip-uri': any,
    'dial-target': any,
    host: any,
    'digit-map': any,
    'ip-prefix': any,
    'name-server': any,
    'broker-url': any,
  }
  const least = readDesired(JSON.stringify(documentWith()), anything)
  if (!least.ok) throw new Error('the sample is not valid')
  const { version, apply, config, secrets } = least.value
  const full = { contract: 1, version, apply, config, secrets }
  const documents = [full, ...mutations(full)]
  const wav = { kind: 'wav', capture: 'a.wav', playback: 'b.wav' }
  documents.push(...[...mutations(wav)].map((handset) => ({ ...full, config: { ...config, handset } })))
  const others = byOthers(documents)
  expect(others[0]).toBe(true)
  expect(documents.length).toBeGreaterThan(400)
  const differences = documents.filter((document, index) => check(DESIRED, document, anything).ok !== others[index])
  expect(differences).toEqual([])
})
