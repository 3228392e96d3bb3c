import { describe, expect, test } from 'vitest'
import { CODEC_NAMES, knownCodecs, settingsFault } from './codecs.ts'

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
  ])('%j with %j: %s', (names, settings, fault) => {
    const found = settingsFault(names, settings)
    if (fault === undefined) expect(found).toBeUndefined()
    else expect(found).toMatch(fault)
  })
})
