// Options are understood or refused in words.
import { expect, test } from 'vitest'
import { readOptions } from './options.ts'

test('what is meant', () => {
  expect(readOptions([])).toMatchObject({ ok: true, value: { mode: 'interactive', audio: 'auto' } })
  expect(readOptions(['--demo', '--json'])).toMatchObject({ ok: true, value: { mode: 'demo', json: true } })
  expect(readOptions(['-h'])).toMatchObject({ value: { mode: 'help' } })
})

test.each([
  [['--dmeo'], "Unknown option '--dmeo'. See --help."],
  [['--audio', 'oss'], '--audio oss: expected one of auto, alsa, null, wav.'],
  [['--json'], '--json goes with --demo.'],
  [['--demo', '--config', 'x'], '--demo brings its own lab: it does not go with --config.'],
])('%j is refused', (args, error) => {
  expect(readOptions(args)).toEqual({ ok: false, error })
})
