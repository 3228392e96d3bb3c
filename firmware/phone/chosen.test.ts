// What the user set: how long it stands, what is kept of it, and what is read of what was kept.
import { describe, expect, test } from 'vitest'
import { createDesk, SETTINGS } from '../testing/desk.ts'
import { CHOSEN, readChoices, USUAL } from './chosen.ts'

describe('a choice', () => {
  test('stands until the configuration says something else there, and is told to be kept', () => {
    const desk = createDesk()
    desk.volume(1)
    desk.chooses({ country: 'us' })
    expect(desk.choices()).toEqual({
      chosen: { handsetVolume: 7, country: 'us' },
      over: { handsetVolume: 6, country: 'de' },
    })
    desk.settings({ ...SETTINGS, interDigitMs: 2000 })
    expect(desk.view()).toMatchObject({ volume: 7, country: 'us' })
    desk.settings({ ...SETTINGS, volume: 2 })
    expect(desk.view()).toMatchObject({ volume: 2, country: 'us' })
    expect(desk.choices()).toEqual({ chosen: { country: 'us' }, over: { country: 'de' } })
  })

  test('that was kept stands over the same configuration, not over another one', () => {
    const choices = { chosen: { handsetVolume: 9, ringerVolume: 2 }, over: { handsetVolume: 6 } }
    expect(createDesk({ choices }).view()).toMatchObject({ volume: 9, ringer: 2 })
    const other = createDesk({ choices, settings: { ...SETTINGS, volume: 3 } })
    expect(other.view()).toMatchObject({ volume: 3, ringer: 2 })
    expect(other.choices()).toEqual({ chosen: { ringerVolume: 2 }, over: {} })
  })

  test('made before there is a configuration stands over the first one', () => {
    const desk = createDesk({ engine: () => {} })
    desk.chooses({ country: 'fr' })
    desk.settings(SETTINGS)
    expect(desk.view().country).toBe('fr')
    desk.settings({ ...SETTINGS, country: 'us' })
    expect(desk.view().country).toBe('us')
  })

  test('taken back is the configuration’s again', () => {
    const desk = createDesk()
    desk.chooses({ country: 'fr' })
    desk.chooses({ country: undefined })
    expect([desk.view().country, desk.choices()]).toEqual(['de', { chosen: {}, over: {} }])
  })
})

describe('what was kept', () => {
  test('nothing is no fault', () => {
    expect(readChoices(undefined)).toEqual({ value: { chosen: {}, over: {} }, faults: [] })
  })

  test('each setting by itself: what is not understood is told and left out', () => {
    const { value, faults } = readChoices({
      chosen: { handsetVolume: 11, ringerVolume: 0, country: 'us', tomorrow: 1 },
      over: { country: 'DE' },
    })
    expect(value).toEqual({ chosen: { country: 'us' }, over: {} })
    expect(faults.map(({ path, got }) => `${path}: ${got}`)).toEqual([
      '/chosen/handsetVolume: 11',
      '/chosen/ringerVolume: 0',
      '/chosen/tomorrow: an unknown key',
      '/over/country: "DE"',
    ])
  })

  test.each([null, 7, 'chosen', [], { chosen: null }, { chosen: 'x', over: [1] }])('%j starts the phone', (kept) => {
    expect(readChoices(kept).value).toEqual({ chosen: {}, over: {} })
  })
})

test('every setting has something usual', () => {
  expect(Object.keys(USUAL)).toEqual(Object.keys(CHOSEN.properties))
})
