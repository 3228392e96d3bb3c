// An account's settings as the core objects take them.
import { expect, test } from 'vitest'
import { partsOf, soundOf } from './account-config.ts'
import { ACCOUNT_CONFIG, type AccountSettings } from './account-schema.ts'
import { checked } from './checked.ts'

const ENDPOINT = { codecs: ['PCMA'], proxies: [], transportOf: () => undefined, natLine: undefined }
const account = (callConfig: object) =>
  partsOf('create', checked<AccountSettings>('create', ACCOUNT_CONFIG, { idUri: 'sip:a@b', callConfig }), ENDPOINT)

test('reliable responses and session timers: usually both, when the peer does too', () => {
  const usual = { reliable: 'supported', timer: { mode: 'supported', expires: 1800, minSe: 90 } }
  expect(account({}).terms).toEqual(usual)
  const none = account({ prackUse: 'notUsed', timerUse: 'inactive' })
  expect(none.terms).toEqual({ reliable: 'off', timer: { ...usual.timer, mode: 'off' } })
  const all = account({ prackUse: 'mandatory', timerUse: 'always', timerMinSESec: 120, timerSessExpiresSec: 100 })
  expect(all.terms).toEqual({ reliable: 'required', timer: { mode: 'always', expires: 120, minSe: 120 } })
})

test('no session timer is shorter than 90 s', () => {
  expect(() => account({ timerMinSESec: 60 })).toThrow('/callConfig/timerMinSESec')
})

test('a codec description of the application’s own: number, packet time and parameters', () => {
  const mediaConfig = { codecs: ['ILBC'], codecSettings: { ILBC: { payloadType: 97, ptimeMs: 30 } } }
  const settings = checked<AccountSettings>('create', ACCOUNT_CONFIG, { idUri: 'sip:a@b', mediaConfig })
  expect(soundOf(settings, ENDPOINT, { rtpAddress: undefined }, true)?.audio).toMatchObject(mediaConfig)
  const faulty = { idUri: 'sip:a@b', mediaConfig: { codecSettings: { ILBC: { payloadType: 8 } } } }
  expect(() => checked('create', ACCOUNT_CONFIG, faulty)).toThrow('/mediaConfig/codecSettings/ILBC/payloadType')
})
