import { describe, expect, test } from 'vitest'
import { asMade, CODEC_NAMES, forDevice, knownCodecs, settingsFault } from './codecs.ts'

describe('what an account wants of a codec', () => {
  test('payload type, packet time and parameters, beside and instead of what is usual', () => {
    const settings = {
      ILBC: { payloadType: 110, ptimeMs: 20, parameters: { mode: '20' } },
      OPUS: { parameters: { maxplaybackrate: '16000', useinbandfec: '0' } },
    }
    const [ilbc, opus, plain] = knownCodecs(['iLBC', 'opus', 'PCMU'], settings)
    expect(ilbc).toEqual({
      ...{ name: 'ILBC', payloadType: 110, clockRate: 8000, channels: 1, ptimeMs: 20 },
      parameters: { mode: '20' },
    })
    expect(opus).toMatchObject({
      payloadType: 111,
      parameters: { useinbandfec: '0', stereo: '0', maxplaybackrate: '16000' },
    })
    expect(plain).toEqual({ name: 'PCMU', payloadType: 0, clockRate: 8000, channels: 1 })
  })

  test.each([
    [['PCMU'], {}, undefined],
    [CODEC_NAMES, {}, undefined],
    [['ILBC'], { ILBC: { payloadType: 110 } }, undefined],
    [['ILBC'], { G729: {} }, 'settings of no codec: G729'],
    [['ILBC'], { ILBC: { payloadType: 101 } }, /^payload type of ILBC: expected 96–127.*, got 101$/],
    [['ILBC'], { ILBC: { payloadType: 8 } }, /got 8$/],
    [['OPUS', 'ILBC'], { ILBC: { payloadType: 111 } }, 'payload type 111 is that of OPUS and of ILBC'],
    [['ILBC'], { ILBC: { ptimeMs: 25 } }, /^packet time of ILBC: .*, got 25$/],
    [['G729', 'ILBC'], { ILBC: { maxPtimeMs: 70 } }, /^longest packet time of ILBC: .*, got 70$/],
    [['OPUS'], { OPUS: { complexity: 10, bitRate: 24_000, maxPtimeMs: 40 } }, undefined],
    [['OPUS'], { OPUS: { complexity: 11 } }, 'complexity of OPUS: expected 0–10, got 11'],
    [['OPUS'], { OPUS: { bitRate: 5000 } }, 'bit rate of OPUS: expected 6000–510000, got 5000'],
    [['PCMU'], { PCMU: { complexity: 1 } }, 'PCMU has no complexity and no bit rate to be set'],
  ])('%j with %j: %s', (names, settings, fault) => {
    const found = settingsFault(names, settings)
    if (fault === undefined) expect(found).toBeUndefined()
    else expect(found).toMatch(fault)
  })
})

test('Opus is no wider than the sound device, unless somebody says so', () => {
  const of = (rate: number, settings = {}) => knownCodecs(['OPUS'], forDevice(rate, settings))[0]!
  const narrow = { maxplaybackrate: '16000', 'sprop-maxcapturerate': '16000' }
  expect(of(16_000).parameters).toEqual({ useinbandfec: '1', stereo: '0', ...narrow })
  expect(of(48_000).parameters).toEqual({ useinbandfec: '1', stereo: '0' })
  const own = of(8000, { OPUS: { ptimeMs: 40, parameters: { maxplaybackrate: '48000' } } })
  expect(own).toMatchObject({ ptimeMs: 40, parameters: { maxplaybackrate: '48000', 'sprop-maxcapturerate': '8000' } })
})

test('what is sent is made as our own settings say, under the peer’s number and parameters', () => {
  const ours = knownCodecs(['PCMU', 'OPUS'], { OPUS: { complexity: 3, bitRate: 20_000 } })
  const send = { ...ours[1]!, payloadType: 96, parameters: { cbr: '1' }, complexity: 9 }
  expect(asMade(send, ours)).toEqual({ ...send, complexity: 3, bitRate: 20_000 })
  expect(asMade(ours[0]!, ours)).toEqual(ours[0])
})
