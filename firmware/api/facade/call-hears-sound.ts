// What the sound of a call tells, to the object of the call.
import type { SoundUser } from './call-sound.ts'
import type { DtmfMethod } from './call-types.ts'
import type { Line } from './line.ts'

export const soundOf = (line: Line): SoundUser => ({
  changed: () => line.inner.later(() => line.call?.tell('callMediaState', {})),
  created: () => line.call?.tell('streamCreated', { streamIdx: 0, media: line.sound }),
  destroyed: () => {
    line.sentDigits?.()
    line.inner.later(() => line.call?.tell('streamDestroyed', { streamIdx: 0, media: line.sound }))
  },
  told(event) {
    switch (event.name) {
      case 'audio-transport-got-dtmf':
        return onDigit(line, event.data, event.data.by === 'event' ? 'rfc2833' : 'audio')
      case 'audio-transport-silence': {
        const { forMs } = event.data
        return line.call?.tell('callMediaTransportState', {
          medIdx: 0,
          state: forMs === 0 ? 'running' : 'silent',
          forMs,
        })
      }
      case 'audio-transport-sent-digits':
        return line.sentDigits?.()
    }
  },
})

/** A digit of theirs, by whichever way. */
export function onDigit(
  line: Line,
  { digit, durationMs: duration }: { readonly digit: string; readonly durationMs: number },
  method: DtmfMethod,
): void {
  if (line.isLeft || line.setting.dtmfMethods?.includes(method) === false) return
  line.call?.tell('dtmfDigit', { digit, duration, method })
  line.call?.tell('dtmfEvent', { digit, duration, method })
}
