// A phone that was updated starts with the configuration it had, whatever has become part of every configuration since.
import { expect, test } from 'vitest'
import { plainFormats } from '../schema/formats.ts'
import { carriedOver } from './carried.ts'
import type { StoredDocument } from './stored.ts'
import { bench, goodOne } from './testing/bench.ts'

const { good } = goodOne(3)
const stored = (config: object) => ({
  ...goodOne(3),
  good: { ...good!, config: config as StoredDocument['config'] },
  candidate: { attempts: 1, document: { ...good!, version: 4, config: config as StoredDocument['config'] } },
})
const { calls: _calls, buddies: _buddies, ...older } = good!.config

test('what is missing is as it is by default, what is there stays', () => {
  const { initial } = bench(stored(older)).provisioner
  expect(initial?.config).toEqual(good!.config)
  expect(carriedOver(stored(older), plainFormats).candidate).toEqual({
    attempts: 1,
    document: { ...good!, version: 4 },
  })
})

test('of a later version, it is taken as it stands; where there is nothing, nothing is made', () => {
  const later = { ...good!.config, later: 1 }
  expect(carriedOver(stored(later), plainFormats)).toEqual(stored(later))
  const nothing = { good: undefined, candidate: undefined, last: undefined, local: undefined }
  expect(carriedOver(nothing, plainFormats)).toEqual(nothing)
})
