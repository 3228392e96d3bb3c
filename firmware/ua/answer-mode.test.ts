// Whose calls are answered without anybody's doing, and how they ask for it.
import { describe, expect, test } from 'vitest'
import { invite, sdp, uaScript } from '../testing/ua-script.ts'
import { answerModeOf } from './answer-mode.ts'

const asking = (...headers: string[]) => invite('sip:alice@example.com', '<sip:alice@example.com>', headers)

describe('how it asks', () => {
  test.each([
    ['Answer-Mode: Auto', 0],
    ['answer-mode: auto;require', 0],
    ['Priv-Answer-Mode: Auto', 0],
    ['Call-Info: <sip:x>;answer-after=0', 0],
    ['Call-Info: <sip:x>; Answer-After = 5', 5000],
    ['Call-Info: <sip:x>;answer-after=9999', 60_000],
    ['Alert-Info: <http://x>;info=alert-autoanswer;delay=0', 0],
    ['Alert-Info: ;info="alert-autoanswer"', 0],
    ['Alert-Info: info = alert-autoanswer;delay=3', 3000],
    ['Call-Info: <sip:x>;info=alert-autoanswer;delay=0', 0],
    ['Alert-Info: answer-after=0', 0],
    ['Alert-Info: Auto Answer', 0],
    ['Alert-Info: Ring Answer', 0],
    ['Alert-Info: Intercom', 0],
    ['Call-Info: <http://x>;purpose=icon, <sip:x>;answer-after=1', 1000],
  ])('%s', (header, afterMs) =>
    expect(answerModeOf(asking(header), false, 'anyone')).toEqual({ kind: 'auto', afterMs }),
  )
  test.each([
    ['Answer-Mode: Manual'],
    ['Call-Info: <http://x>;purpose=icon'],
    ['Alert-Info: <http://x/ring.wav>'],
    ['Alert-Info: <http://x/Intercom>'],
    ['Alert-Info: <urn:alert:source:internal>;info=intercom-bell'],
    ['Answer-Mode: x'],
  ])('%s does not', (header) => expect(answerModeOf(asking(header), true, 'anyone')).toEqual({ kind: 'as usual' }))
  test('Manual outweighs the others', () =>
    expect(answerModeOf(asking('Answer-Mode: Manual', 'Call-Info: <sip:x>;answer-after=0'), true, 'anyone')).toEqual({
      kind: 'as usual',
    }))
})

describe('who gets it', () => {
  test.each([
    [undefined, true, 'as usual'],
    ['never', true, 'as usual'],
    ['trusted', false, 'as usual'],
    ['trusted', true, 'auto'],
    ['anyone', false, 'auto'],
  ] as const)('%s, trusted %s: %s', (allowed, trusted, kind) =>
    expect(answerModeOf(asking('Answer-Mode: Auto'), trusted, allowed).kind).toBe(kind),
  )

  const comes = (headers: string[], trusted: boolean) => {
    const ua = uaScript()
    ua.account('a', { autoAnswer: 'trusted' })
    ua.lines()
    ua.sip({ kind: 'session-incoming', id: 'in:1', request: asking(...headers), sdp: sdp(), trusted })
    return ua
  }
  test('told to the application, which answers', () => {
    expect(comes(['Call-Info: <sip:x>;answer-after=2'], true).heard.at(-2)).toMatchObject({ answerAfterMs: 2000 })
    expect(comes(['Call-Info: <sip:x>;answer-after=2'], false).heard.at(-2)).not.toHaveProperty('answerAfterMs')
  })
  test('a stranger who insists is refused, and nobody hears of it', () => {
    const ua = comes(['Answer-Mode: Auto;require'], false)
    expect(ua.lines()).toEqual(['sip respond in:1 403 -'])
    expect(ua.heard.some(({ kind }) => kind === 'call-incoming')).toBe(false)
  })
})
